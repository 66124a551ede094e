// What goes into the scheduler and what comes out. Times are milliseconds on one clock of the caller's choice, sizes are bytes.

/** Individuals `first` to `first + count - 1`. */
export interface Range {
  first: number;
  count: number;
}

export interface RunSpec {
  id: string;
  /** Share of the workers' compute time relative to the other runs, above 0. */
  weight: number;
  /** Bytes that a worker needs in order to hold the run. */
  memory: number;
  /** Evaluator classes that the experiment allows, the preferred one first. */
  evaluators: readonly string[];
  /** What one individual may take on one thread, milliseconds; a first guess until a worker has measured it. */
  millisecondsPerIndividual?: number;
}

export interface GenerationSpec {
  generation: number;
  population: number;
  /** Individuals that stay together in one range: ranges begin at multiples of it. */
  grain: number;
}

export interface WorkerSpec {
  /** Unique among the workers that are present. */
  id: string;
  threads: number;
  /** Bytes that it lends. */
  memory: number;
  evaluators: readonly string[];
  /** Whoever answers for the worker; a check never goes to the owner whose result it checks. Default: the worker itself. */
  owner?: string;
}

/**
 * Why a range was leased: as the generation's work, as a copy of a range that is expected late, or to be recomputed by someone else
 * (`replica`: a range that the `replicate` hook picked; `audit`: one individual that `requestAudit` named).
 */
export type LeaseKind = 'range' | 'copy' | 'replica' | 'audit';

/** A lease for the caller to send to a worker. */
export interface Assignment extends Range {
  /** Unique for the scheduler's life, rising. */
  lease: number;
  kind: LeaseKind;
  worker: string;
  /** 0 to threads - 1. */
  thread: number;
  run: string;
  generation: number;
  evaluator: string;
  /** 1 for the first time that these individuals are leased for this purpose, one more for every holder before. */
  attempt: number;
  /** When the lease expires if nothing else is heard; a prefetched range's is moved on when its turn comes late. */
  deadline: number;
}

/** A worker's answer to a lease. */
export interface Report {
  worker: string;
  lease: number;
  /** What the range took on the worker's thread, by the worker's own clock; without it the times of arrival are used. */
  milliseconds?: number;
}

/** What a result was worth. */
export type Outcome =
  | {
      /** First result for `pieces`: their losses are to be kept, those of the rest of the range are not. */
      kind: 'accepted';
      range: Range;
      pieces: Range[];
      /** The lease had expired; the result counts all the same. */
      late: boolean;
      /** The generation has all its losses with this result. */
      complete: boolean;
      evaluator: string;
    }
  /** Someone else was first for every individual of it: keep nothing (its losses may be compared with those kept). */
  | { kind: 'duplicate'; range: Range | null }
  /** Of a generation that is over or of a run that is gone. */
  | { kind: 'stale' }
  /** Recomputed by a second owner: to be compared, not kept. `against` are the owners whose results it checks. */
  | { kind: 'replica' | 'audit'; range: Range; against: string[]; evaluator: string }
  /** No such lease was given to this worker. */
  | { kind: 'unknown' };

/** `returned`: the worker could not or would not do it, nobody's fault. `crashed`, `memory`: losses of the range. */
export type Failure = 'returned' | 'crashed' | 'memory';

/** `left`: it said goodbye. `lost`: the connection broke; what it was computing counts as a loss of that range. */
export type Departure = 'left' | 'lost';

/** How a worker lost a range. */
export interface Loss {
  worker: string;
  /** `lost`: its connection broke while it computed the range. */
  cause: 'expired' | 'crashed' | 'memory' | 'lost';
}

/** A run paused by the scheduler: a range was lost too often. */
export interface RangeLost {
  kind: 'range-lost';
  run: string;
  generation: number;
  range: Range;
  /** Who lost it and how, in order. */
  losses: Loss[];
}

/** A range that has its first result. */
export interface Done extends Range {
  run: string;
  generation: number;
  worker: string;
  owner: string;
  evaluator: string;
  /** Whether an owner is there who could recompute it. */
  checkable: boolean;
}

/** Asked once a range has its first result; true: it is to be recomputed by a second owner. */
export type Replicate = (done: Done) => boolean;

/** A check that nobody present can do. */
export interface Stranded extends Range {
  kind: 'replica' | 'audit';
  against: readonly string[];
  evaluator: string;
}

export interface WorkerStatistics {
  worker: string;
  /** Individuals whose first valid result it gave. */
  individuals: number;
  results: number;
  /** Milliseconds of its threads spent on results, useful or not. */
  computeMs: number;
  /** Its part of all individuals that present workers did, 0 to 1. */
  share: number;
  leases: number;
  expired: number;
  duplicate: number;
  late: number;
  run: string | null;
  /** Measured milliseconds per individual on one thread, in that run; null before the first result. */
  millisecondsPerIndividual: number | null;
  roundTripMs: number | null;
  /** Why it computes nothing; null while it computes. */
  idle: string | null;
}

export interface RunStatistics {
  run: string;
  generation: number | null;
  population: number;
  done: number;
  unleased: number;
  /** Audits and replicas that have not been answered. */
  checks: number;
  /** Milliseconds of threads spent on it. */
  computeMs: number;
  /** Individuals a second that its workers are expected to do. */
  speed: number;
  workers: number;
  paused: boolean;
}

export interface Counts {
  issued: number;
  /** Of those issued: copies of ranges expected late. */
  copies: number;
  /** Of those issued: audits and replicas. */
  checks: number;
  results: number;
  expired: number;
  /** Given up by crash, memory or a broken connection. */
  lost: number;
  returned: number;
  /** Results of which nothing was new. */
  duplicate: number;
  /** Results after the lease's expiry or after the generation's end. */
  late: number;
  unknown: number;
}

export interface Statistics {
  counts: Counts;
  workers: WorkerStatistics[];
  runs: RunStatistics[];
}

// What the scheduler remembers: runs and their generation, workers and their threads, leases.
import type { SchedulerLimits } from '../limits.ts';
import type { Checks, Ticket } from './checks.ts';
import type { Coverage } from './coverage.ts';
import type { Estimate } from './deadline.ts';
import { HeapEntry } from './heap.ts';
import { Pace } from './pace.ts';
import type { Piece, Pool } from './pool.ts';
import { Ready } from './ready.ts';
import type { Tail } from './tail.ts';
import type { GenerationSpec, LeaseKind, Loss, RunSpec, WorkerSpec } from './types.ts';

export interface Generation {
  spec: GenerationSpec;
  coverage: Coverage;
  pool: Pool;
  checks: Checks;
  tail: Tail;
  /** Every lease of it has at least this number. */
  firstLease: number;
}

export class Run {
  readonly spec: RunSpec;
  readonly pace: Pace;
  generation: Generation | null = null;
  paused = false;
  /** Workers that reported ready for the current generation. */
  readonly ready = new Ready();
  /** Threads of the workers whose run this is. */
  homeThreads = 0;
  /** Compute time given to it, milliseconds of a thread: what is leased counts by its estimate until it is answered. */
  charged = 0;
  /** The part of `charged` that was lent to it so that an idle spell does not become a claim. */
  lifted = 0;
  /** Individuals a millisecond of the measured threads of its workers. */
  speed = 0;
  /** Threads of its workers whose pace is not known. */
  unmeasured = 0;
  /** Over its workers' busy threads: the sum of speed, and of speed times the moment (since `origin`) when the thread is expected to finish. */
  busySpeed = 0;
  busyEnd = 0;
  /** When its generation began. */
  origin = 0;

  constructor(spec: RunSpec, limits: SchedulerLimits) {
    this.spec = spec;
    this.pace = new Pace(limits.paceWeight / 4);
  }

  get active(): boolean {
    return !this.paused;
  }

  /** Compute time per weight, milliseconds. */
  get used(): number {
    return this.charged / this.spec.weight;
  }

  /** Milliseconds per individual where a worker's own is not known. */
  guess(limits: SchedulerLimits): number {
    return this.pace.value ?? this.spec.millisecondsPerIndividual ?? limits.firstGuessMs;
  }
}

export class Worker {
  readonly spec: WorkerSpec;
  readonly owner: string;
  readonly threads: Thread[];
  /** The run that it works for; it helps others only while this one has nothing to do. */
  home: Run | null = null;
  /** When it reconsiders its run. */
  reconsiderAt = Number.NEGATIVE_INFINITY;
  readonly paces = new Map<Run, Pace>();
  readonly roundTrip: Pace;
  /** Reads its messages too slowly: nothing new for it. */
  slow = false;
  gone = false;
  /** Threads that let a lease lapse. */
  stuck = 0;
  /** What it adds to its home's `speed` or `unmeasured`. */
  addsSpeed = 0;
  addsUnmeasured = 0;
  addsTo: Run | null = null;
  individuals = 0;
  results = 0;
  computeMs = 0;
  leases = 0;
  expired = 0;
  duplicate = 0;
  late = 0;

  constructor(spec: WorkerSpec, limits: SchedulerLimits) {
    this.spec = spec;
    this.owner = spec.owner ?? spec.id;
    this.roundTrip = new Pace(limits.paceWeight);
    this.threads = Array.from({ length: spec.threads }, (_, thread) => new Thread(this, thread));
  }

  /** Milliseconds. */
  get latency(): number {
    return this.roundTrip.value ?? 0;
  }

  paceOf(run: Run): number | null {
    return this.paces.get(run)?.value ?? null;
  }
}

export class Thread {
  readonly worker: Worker;
  readonly number: number;
  /** Its leases: the first is being computed, the rest is prefetched. */
  readonly queue: Lease[] = [];
  /** Leases that expired in its hands and may still be answered; while there are any, it gets nothing new. */
  lapsed: Lease[] = [];
  /** It let leases lapse whose generation has ended since; it is trusted again once the worker reports ready. */
  silent = false;
  /** When its last result came. */
  answeredAt = Number.NEGATIVE_INFINITY;
  /** In the list of threads to be served. */
  waiting = false;
  /** By the moment when its first lease is doubted or expires. */
  readonly timer = new HeapEntry<Thread>(this);
  /** Idle, by milliseconds per individual: the fastest idle thread is asked first. */
  readonly parked = new HeapEntry<Thread>(this);
  /** What it adds to a run's busySpeed and busyEnd. */
  busyFor: Run | null = null;
  busySpeed = 0;
  busyEnd = 0;

  constructor(worker: Worker, number: number) {
    this.worker = worker;
    this.number = number;
  }

  /** It owes an answer that is overdue: nothing new for it. */
  get stuck(): boolean {
    return this.silent || this.lapsed.length > 0;
  }
}

export class Lease implements Piece {
  readonly id: number;
  readonly kind: LeaseKind;
  readonly run: Run;
  readonly generation: Generation;
  readonly thread: Thread;
  readonly first: number;
  readonly count: number;
  readonly before: readonly string[];
  losses: readonly Loss[];
  readonly evaluator: string;
  readonly issuedAt: number;
  /** The thread had nothing else when it was issued: its first millisecond waits for the message. */
  readonly alone: boolean;
  /** What it takes on the thread by estimate, milliseconds. */
  cost: number;
  readonly unmeasured: boolean;
  /** What its run has been charged for it. */
  charged: number;
  /** When its result is expected. */
  end: number;
  deadline = 0;
  /**
   * It answers for individuals from `first` up to here; the rest has been copied, and the copies answer for it. At every moment what is open is
   * either in the pool or answered for by exactly one lease.
   */
  until: number;
  /** Copies between it and the original lease. */
  readonly depth: number;
  copies: Lease[] | null = null;
  /** It is later than it should be: its thread gets nothing more, and what remains of its time runs to its expiry. */
  doubted = false;
  /** It was doubted once, perhaps for what stood before it: the first to be copied. */
  suspect = false;
  /** Answered, given back or dropped. */
  settled = false;
  /** By its expected end, the last first. */
  readonly tail = new HeapEntry<Lease>(this);
  /** For audits and replicas. */
  readonly ticket: Ticket | null;

  constructor(
    from: Omit<Lease, 'end' | 'deadline' | 'until' | 'copies' | 'doubted' | 'suspect' | 'estimate' | 'settled' | 'tail' | 'charged'>,
  ) {
    this.id = from.id;
    this.kind = from.kind;
    this.run = from.run;
    this.generation = from.generation;
    this.thread = from.thread;
    this.first = from.first;
    this.count = from.count;
    this.before = from.before;
    this.losses = from.losses;
    this.evaluator = from.evaluator;
    this.issuedAt = from.issuedAt;
    this.alone = from.alone;
    this.cost = from.cost;
    this.charged = from.cost;
    this.unmeasured = from.unmeasured;
    this.depth = from.depth;
    this.ticket = from.ticket;
    this.until = from.first + from.count;
    this.end = from.issuedAt;
  }

  get estimate(): Estimate {
    const { end, cost, unmeasured } = this;
    return { end, cost, unmeasured, roundTrip: this.thread.worker.latency, losses: this.losses.length };
  }
}

// What the connection's thread and a run's thread say to each other.
import type { Champion, DoneEvent } from '../core/events.ts';
import type { Cut } from '../journal/index.ts';
import type { GenerationNumbers } from './read-messages.ts';

/** Why a run's thread could not go on: an error's own code where it has one. */
export interface Failure {
  name: string;
  code: string | null;
  message: string;
}

/** What a run's thread starts from. */
export interface RunThreadData {
  /** The run's folder; its journal is made there where there is none. */
  folder: string;
  /** Where datasets lie by their hash. */
  datasets: string;
  run: string;
  /** With every default filled in. */
  experiment: Record<string, unknown>;
  /** Decimal. */
  seed: string;
  /** Compute threads that measure as well; 0: the run's thread only selects, validates and advances. */
  threads: number;
  /** Go back to before a generation first; null: go on where the journal ends. */
  back: Back | null;
}

/** Where a run goes back to, and why. */
export interface Back {
  generation: number;
  who: string;
  why: string;
}

/** What everyone has to know of a run that is open. */
export interface Opened {
  /** SHA-256 (hex) of the engine that the run goes on with. */
  engine: string;
  dataset: { name: string; hash: string; bytes: number };
  parameters: number;
  /** Begins at a genome. */
  started: boolean;
  /** Bytes that one thread needs in order to hold the run. */
  memory: number;
  /** Records that the journal holds. */
  generations: number;
  /** Where the run went back to an earlier generation. */
  cuts?: Cut[];
}

/** A generation whose record is durable. */
export interface Recorded extends GenerationNumbers {
  /** Milliseconds until the record was on the disk. */
  commitMs: number;
}

export type FromRunThread =
  /** `best`, `champion`: as the journal's last records say. */
  | { type: 'opened'; opened: Opened; best: number | null; champion: Champion | null }
  /** Replaying on the way to where the journal ends. */
  | { type: 'replaying'; generation: number; generations: number }
  /** The record of a generation is durable. */
  | { type: 'recorded'; record: Recorded }
  /**
   * The state of `generation` is there and wants to be measured; `selection` made it of the one before (null: where the thread began). That
   * one's record may not be durable yet: until it is `recorded`, only this process may know.
   */
  | { type: 'begin'; generation: number; digest: string; selection: Uint8Array<ArrayBuffer> | null; durable: boolean }
  /** A selection was made of the losses: these individuals' must be right. Nothing is recorded before the answer, `audited`. */
  | { type: 'audit'; generation: number; individuals: number[] }
  /** The answer to `measure`: losses are null where the generation was left meanwhile. */
  | { type: 'measured'; order: number; losses: Float32Array<ArrayBuffer> | null; ms: number }
  /** The evaluator failed over an order. */
  | { type: 'broken'; order: number; message: string }
  /** The run came to an end, or stopped as it was told to. */
  | { type: 'done'; done: DoneEvent }
  | { type: 'failed'; failure: Failure };

export type ToRunThread =
  /** [population] float32. `audit`: some are others' word, and what is selected has to be asked about. */
  | { type: 'losses'; generation: number; losses: Float32Array<ArrayBuffer>; audit: boolean }
  /** The losses that an `audit` asked for are right. */
  | { type: 'audited'; generation: number }
  /** Measure individuals of the generation in progress here. */
  | { type: 'measure'; order: number; generation: number; first: number; count: number }
  | { type: 'stop' };

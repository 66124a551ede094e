// One run of an experiment on this machine: the loop evaluate -> select -> advance over threads, as a stream of events.
import type { Dataset } from './dataset.ts';
import type { Champion, RunEvent } from './events.ts';
import type { WeightsSettings } from './settings.ts';

/** What of a journal's record a replay needs. */
export interface ReplayRecord {
  generation: number;
  /** Of the state that the record's losses were measured on: compared as the replay goes. */
  digest: string;
  selection: Uint8Array;
  /** Where this generation made a new champion. */
  champion: Champion | null;
}

export interface RunOptions {
  settings: WeightsSettings;
  dataset: Dataset;
  /** 64 bits. */
  seed: bigint;
  /** Compute threads; default: one per core. */
  threads?: number;
  /** Ends the run when the best loss of a generation is at most this. */
  target?: number | null;
  /** Ends the run at the first generation boundary after so many minutes. */
  minutes?: number | null;
  /** Ends the run at once: the generation in progress is dropped. */
  signal?: AbortSignal;
  /** A genome to start from: generation 0's only founder (ga), or the first centre (es). [parameters] float32. */
  start?: Float32Array | null;
  /** A snapshot to begin at (as `Run.snapshot` gave it), and the records from its generation on, which are applied before the first event. */
  resume?: { snapshot: Iterable<Uint8Array> | null; records: Iterable<ReplayRecord>; onProgress?: (generation: number) => void } | null;
}

export declare class Run {
  /** Loads the engine, plans and takes the memory, starts the threads, replays `resume`. */
  static open(options: RunOptions): Promise<Run>;
  /** SHA-256 (hex) of the WebAssembly engine. */
  readonly engine: string;
  /** The generation that comes next. */
  readonly generation: number;
  /** Runs until the end: one GenerationEvent each, last a DoneEvent. The loop waits for whoever reads. */
  events(): AsyncGenerator<RunEvent, void>;
  /** [parameters] float32 copy; null before the first validation. */
  championWeights(): Float32Array | null;
  readonly champion: Champion | null;
  /** Digest (32 hex digits) of the present state. */
  digest(): string;
  /** The present state between two generations, champion included, in chunks of any size (a file of 4 MiB pieces is the journal's affair). */
  snapshot(): AsyncIterable<Uint8Array>;
  /** Stops the threads and lets the memory go. */
  close(): Promise<void>;
}

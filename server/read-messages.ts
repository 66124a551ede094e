// What the connection's thread asks of the thread that reads journals.
import type { Champion, GenerationEvent } from '../core/events.ts';
import type { Stretch, TrackNumbers } from './track/index.ts';

/** A generation's numbers, as viewers see them. */
export type GenerationNumbers = Pick<
  GenerationEvent,
  'generation' | 'digest' | 'best' | 'mean' | 'validation' | 'champion' | 'evaluations' | 'seconds'
> &
  TrackNumbers;

export type ExportFormat = 'safetensors' | 'npz' | 'tfjs';

/** What a run takes of the disk, in bytes. */
export interface RunDisk {
  /** All of it. */
  bytes: number;
  journal: number;
  snapshots: number;
  /** What a generation adds for ever; null where there is none yet. */
  perGeneration: number | null;
  /** All of it at the run's end; null where it is over, or where nothing is known yet. */
  forecast: number | null;
}

/** Bytes. */
export interface Space {
  free: number;
  size: number;
}

export interface Reads {
  /** Takes the data folder's lock: one server at a time. Throws JournalError `locked`, `read-only`, `disk-full`. */
  lock: { request: { folder: string }; reply: null };
  /** u32 LE length and bytes of each selection from a generation on, as far as `most` bytes go (one at least); the next generation. */
  selections: { request: { run: string; from: number; most: number }; reply: { bytes: Uint8Array<ArrayBuffer>; next: number } };
  generations: { request: { run: string; from: number; most: number }; reply: GenerationNumbers[] };
  /** Generations that a run's journal says it holds. */
  recorded: { request: { run: string }; reply: number };
  /** Sampled weights of generations `from` to before `until`, as far as they were noted, `most` rows of them; the generation to go on at. */
  weights: { request: { run: string; from: number; until: number; most: number }; reply: { stretches: Stretch[]; next: number } };
  /** The newest snapshot, or that of a generation; null where there is none. */
  snapshot: { request: { run: string; generation?: number }; reply: { generation: number; digest: string; bytes: number } | null };
  /**
   * Bytes of a snapshot from `at`, a few MiB; empty at its end. `stream`: whoever reads one part after the other uses one number.
   * Throws JournalError `missing` once the snapshot was replaced.
   */
  snapshotPart: { request: { run: string; generation: number; at: number; stream: number }; reply: Uint8Array<ArrayBuffer> };
  start: { request: { run: string }; reply: Uint8Array<ArrayBuffer> | null };
  champion: { request: { run: string }; reply: Champion | null };
  /** Lets a run's journal go, before it is deleted. */
  forget: { request: { run: string }; reply: null };
  /** Bytes of a run's folder, and how they will grow. `horizon`: the generations that it ends with; null: it is over. */
  disk: { request: { run: string; population: number; horizon: number | null }; reply: RunDisk };
  /** The file system of the data folder. */
  space: { request: null; reply: Space };
  /** Lets everything go, the lock too; the thread ends. */
  end: { request: null; reply: null };
}

export type ReadKind = keyof Reads;
export type ReadRequest = { [K in ReadKind]: { id: number; kind: K; request: Reads[K]['request'] } }[ReadKind];
export type ReadReply = { id: number; value: unknown } | { id: number; error: { name: string; code: string | null; message: string } };

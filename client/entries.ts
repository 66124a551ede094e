// What the server says of runs and workers (docs/protocol.md, "Viewers"), as far as the dashboard reads it. A `?` marks what a server of
// another version may leave out.
import type { ServerMessage } from '../protocol/messages.ts';

export type RunState = 'created' | 'running' | 'paused' | 'stopped' | 'done' | 'failed' | 'diverged';

/** Nothing comes after it: what is stopped or failed can go on. */
export const isOver = (state: RunState): boolean => state === 'done' || state === 'diverged';

/** Null: not finite, or not measured. */
export interface Score {
  loss: number | null;
  accuracy: number | null;
}

export interface ChampionEntry {
  generation: number;
  individual: number;
  validation: Score | null;
  /** Hex. */
  digest: string;
}

export interface EndEntry {
  reason: 'generations' | 'target' | 'minutes' | 'stopped' | 'diverged';
  generations: number;
  digest: string;
  best: number | null;
  champion: ChampionEntry | null;
  validation: Score | null;
  test: Score | null;
  evaluations: number;
  seconds: number;
  evaluationsPerSecond: number;
}

export interface RunEntry {
  id: string;
  /** Its experiment's. */
  name: string;
  kind: string;
  description: string;
  state: RunState;
  /** ISO 8601. */
  created: string;
  seed: string;
  experimentHash: string;
  clonedFrom: string | null;
  /** Individuals of a generation. */
  population: number;
  /** Generations: where it ends at the latest, and those recorded so far. */
  horizon: number;
  generations: number;
  /** Best loss of the latest generation. */
  best: number | null;
  champion: ChampionEntry | null;
  metric: 'accuracy' | 'loss';
  evaluators: string[];
  algorithm: string;
  dataset: { name: string; hash: string | null; bytes: number | null };
  parameters: number | null;
  engine: string | null;
  /** While it is brought back from its journal. */
  replaying: { generation: number; of: number } | boolean | null;
  failure: { name: string; code: string | null; message: string } | null;
  end: EndEntry | null;
  /** Evaluations a second, smoothed. */
  rate?: number | null;
  /** How many contributed in the last ten seconds. */
  workers?: number;
  /** Bytes. */
  disk?: number | null;
  /** A run that is done, with results that nobody confirmed of someone who was caught since. */
  doubt?: { generation: number; who: string; why: string } | null;
  /** Where its journal was cut back to an earlier generation: `at` is ISO 8601. */
  cuts?: { generation: number; records: number; at: string; who: string | null; why: string }[];
}

export interface WorkerEntry {
  id: string;
  name: string;
  kind: 'node' | 'browser' | 'other' | (string & {});
  threads: number;
  /** Bytes that runs may take. */
  memory: number;
  isolated: boolean;
  evaluators: string[];
  address: string;
  connected: string | number;
  latencyMs: number | null;
  bytesIn: number;
  bytesOut: number;
  leaving: boolean;
  runs: Record<string, { state: string; reason: string | null }>;
  /** The run that it works at. */
  run?: string | null;
  leases?: number;
  individuals?: number;
  /** Results that somebody else was faster with. */
  duplicate?: number;
  late?: number;
  /** Individuals a second, smoothed. */
  rate?: number | null;
  /** 0 to 1, of the last ten seconds. */
  share?: number | null;
  /** Why it has nothing to do. */
  idle?: string | null;
  lastSeen?: string | number;
  /** What is known of whether it can be believed. */
  [more: string]: unknown;
}

/** One second of the timeline: individuals by worker. */
export interface WorkSecond {
  /** Unix seconds. */
  at: number;
  workers: Record<string, number>;
}

export type GenerationRow = Extract<ServerMessage, { type: 'generations' }>['generations'][number];

/** Weights of the champion candidates of consecutive generations: [count, shown weights] float32, little-endian. */
export type WeightsMessage = Extract<ServerMessage, { type: 'weights' }>;

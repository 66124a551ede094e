// Between a page and the thread that runs a champion for it: a question, an answer.
import type { WeightsSettings } from '../../core/settings.ts';
import type { Which } from './confusion.ts';

export interface Job {
  run: string;
  /** Hash of its dataset. */
  dataset: string;
  settings: WeightsSettings;
  token: string | null;
}

export type Question =
  /** Fetches the dataset, unless it is here already. */
  | { ask: 'open'; job: Job }
  /** Fetches the champion as it is now, and runs it over the validation split. */
  | { ask: 'judge' }
  | { ask: 'examples'; which: Which; skip: number; most: number }
  /** One example: [features]. */
  | { ask: 'guess'; inputs: Float32Array };

export interface Opened {
  shape: number[];
  /** Null: its targets are numbers. */
  classes: number | null;
  outputs: number;
  /** Examples of the validation split. */
  count: number;
}

export interface Judgement {
  /** Of the weights that were run, hex; null where the file does not say. */
  digest: string | null;
  generation: number | null;
  /** Classification. */
  accuracy: number | null;
  right: number;
  /** [classes][classes] examples by class and guess. */
  matrix: Uint32Array | null;
}

export interface Example {
  index: number;
  /** As the dataset has them, 0 to 1 where they were bytes. */
  inputs: Float32Array;
  outputs: Float32Array;
  /** Class, or the numbers that are right. */
  target: number | number[];
  /** Class; null: there are none. */
  guess: number | null;
  sure: number;
}

export interface Answers {
  open: Opened;
  judge: Judgement;
  examples: Example[];
  guess: Float32Array;
}

/** The name of the trouble that passes by itself: the server does not answer. */
export const UNREACHABLE = 'Unreachable';

export type Reply = { id: number; answer: Answers[keyof Answers] } | { id: number; trouble: { name: string; message: string } };

// What viewers are shown of each generation beside its record: made by the run's thread of the state and its losses, kept in two files of rows.
import { join } from 'node:path';
import type { GenerationEvent, Score } from '../../core/events.ts';
import type { Run } from '../../core/run.ts';
import { trackLimits } from '../limits.ts';
import { levelsOf } from './levels.ts';
import { type Row, RowWriter, readRows, rowBytes } from './rows.ts';

export const TRACK_FILE = 'track.bin';
export const WEIGHTS_FILE = 'weights.bin';

/** Null where it was not noted, or where there is no such thing. */
export interface TrackNumbers {
  /** Deciles of the finite losses: least, 10 %, ..., 90 %, largest. */
  levels: number[] | null;
  /** Losses that are not finite. */
  infinite: number | null;
  /** Mutation strength. */
  sigma: number | null;
  /** See `Evolution.diversity`. */
  diversity: number | null;
  /** See `GenerationEvent.train`. Infinity where the loss is not finite. */
  train: Score | null;
}

/** A generation, looked at. */
export interface Looked {
  generation: number;
  numbers: TrackNumbers;
  /** Of the candidate for champion, at the sampled positions; null where they are not noted this time. */
  weights: Float32Array | null;
}

export const NOTHING_NOTED: TrackNumbers = { levels: null, infinite: null, sigma: null, diversity: null, train: null };

const LEVELS = 11;
const NUMBERS = LEVELS + 6;
/** What a generation adds to the first of them. */
export const TRACK_ROW_BYTES = rowBytes(NUMBERS);

/** Positions in the genome of the weights that are shown, evenly spread: the middles of as many equal parts. */
export function sampledPositions(parameters: number): Uint32Array {
  const count = Math.min(trackLimits.weights, parameters);
  return Uint32Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * parameters) / count));
}

export class Track {
  readonly #run: Run;
  readonly #positions: Uint32Array;
  readonly #last: number;
  readonly #numbers: RowWriter;
  readonly #weights: RowWriter;
  readonly #began = performance.now();
  /** When weights were looked at last, and what that took, milliseconds. */
  #at = Number.NEGATIVE_INFINITY;
  #took = 0;

  /** Beside the journal in `folder`; what is noted there of the run's present generation and later ones is dropped. `last`: the final one. */
  constructor(folder: string, run: Run, last: number) {
    this.#run = run;
    this.#positions = sampledPositions(run.network.parameters);
    this.#last = last;
    this.#numbers = new RowWriter(join(folder, TRACK_FILE), NUMBERS, run.generation);
    this.#weights = new RowWriter(join(folder, WEIGHTS_FILE), this.#positions.length, run.generation);
  }

  /** To be called while the run's events stand at this one. */
  look({ generation, losses, train }: Pick<GenerationEvent, 'generation' | 'losses' | 'train'>): Looked {
    const sampled = this.#due(generation) ? this.#sample() : null;
    const diversity = sampled?.diversity ?? null;
    return {
      generation,
      numbers: { ...levelsOf(losses), sigma: this.#run.sigma, diversity: diversity && Math.fround(diversity), train },
      weights: sampled?.weights ?? null,
    };
  }

  /** Never so often that it would be felt, nor so often that a long run's file would be large. */
  #due(generation: number): boolean {
    if (generation === this.#last) return true;
    const now = performance.now();
    const { leastMs, costShare, rows } = trackLimits;
    return now - this.#at >= Math.max(leastMs, this.#took / costShare, (now - this.#began) / rows);
  }

  #sample(): ReturnType<Run['sample']> {
    this.#at = performance.now();
    const sampled = this.#run.sample(this.#positions);
    this.#took = performance.now() - this.#at;
    return sampled;
  }

  /** To be called once the generation's record is durable, before anyone is told of it. */
  keep({ generation, numbers: { levels, infinite, sigma, diversity, train }, weights }: Looked): void {
    // An accuracy is two whole numbers: so it is read again as it was.
    const { accuracy = null } = train ?? {};
    const { scored } = this.#run;
    const score = [train?.loss ?? null, accuracy && Math.round(accuracy * scored), accuracy === null ? null : scored];
    const row = [...(levels ?? new Array(LEVELS).fill(null)), infinite, sigma, diversity, ...score];
    this.#numbers.append(
      generation,
      row.map((number) => number ?? Number.NaN),
    );
    if (weights) this.#weights.append(generation, weights);
  }

  [Symbol.dispose](): void {
    this.#numbers.close();
    this.#weights.close();
  }
}

/** What is noted of generations `from` to before `until`, by generation. */
export function readNumbers(folder: string, from: number, until: number): Map<number, TrackNumbers> {
  const { rows } = readRows(join(folder, TRACK_FILE), { from, until, most: until - from });
  return new Map(rows.filter(({ numbers }) => numbers.length === NUMBERS * 4).map((row) => [row.generation, numbersOf(row)]));
}

function numbersOf({ numbers }: Row): TrackNumbers {
  const all = Array.from({ length: NUMBERS }, (_, i) => numbers.readFloatLE(i * 4));
  const [infinite, sigma, diversity, loss, right, scored] = all.slice(LEVELS).map((number) => (Number.isNaN(number) ? null : number));
  const levels = all.slice(0, LEVELS);
  return {
    levels: levels.every(Number.isFinite) ? levels : null,
    infinite,
    sigma,
    diversity,
    train: loss === null ? null : { loss, accuracy: right === null || scored === null ? null : right / scored },
  };
}

/** Weights of consecutive generations. */
export interface Stretch {
  generation: number;
  count: number;
  /** [count][sampled positions] float32, little-endian. */
  rows: Uint8Array<ArrayBuffer>;
}

/** Weights that are noted of generations `from` to before `until`, out of `most` rows; `next`: the generation to go on at. */
export function readWeights(folder: string, range: { from: number; until: number; most: number }): { stretches: Stretch[]; next: number } {
  const { rows, next } = readRows(join(folder, WEIGHTS_FILE), range);
  const groups: Row[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group && row.generation === (group.at(-1) as Row).generation + 1) group.push(row);
    else groups.push([row]);
  }
  const stretches = groups.map((group) => ({
    generation: group[0].generation,
    count: group.length,
    rows: Uint8Array.from(Buffer.concat(group.map(({ numbers }) => numbers))),
  }));
  return { stretches, next };
}

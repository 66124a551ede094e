// A run's generations as columns of numbers: appended to, never made anew for a row. NaN: not measured, or not finite.
import { firstAt } from './charts/decimate.ts';
import type { GenerationRow } from './entries.ts';

const COLUMNS = [
  'generation',
  'best',
  'mean',
  'validationLoss',
  'validationAccuracy',
  'trainLoss',
  'trainAccuracy',
  /** Seconds of work so far: the server counts anew whenever a run is resumed, this does not. */
  'seconds',
  /** And as the server counts them. */
  'told',
  'evaluations',
  'infinite',
  'sigma',
  'diversity',
] as const;
export type Column = (typeof COLUMNS)[number];

/** Numbers of a generation's `levels`: the deciles of its losses, both ends included. */
export const LEVELS = 11;
const DIGEST_BYTES = 16;

/** Rows kept at most. Past that every second one is let go, then every second of those. The journal has them all. */
const MOST_ROWS = 1 << 17;

export class Generations {
  /** Rows held. */
  length = 0;
  /** The generation to come next. */
  next = 0;
  /** Every so manieth generation is held, and the newest. */
  step = 1;
  #capacity = 0;
  readonly #most: number;
  readonly #columns = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(0)])) as Record<Column, Float64Array>;
  #champion = new Uint8Array(0);
  #levels = new Float32Array(0);
  #digests = new Uint8Array(0);

  constructor(most = MOST_ROWS) {
    this.#most = most;
  }

  /** A view on a column's rows: good until the next row is appended. */
  column(name: Column): Float64Array {
    return this.#columns[name].subarray(0, this.length);
  }

  /** 1 where a generation had a new champion. */
  get champion(): Uint8Array {
    return this.#champion.subarray(0, this.length);
  }

  /** [rows, LEVELS] */
  get levels(): Float32Array {
    return this.#levels.subarray(0, this.length * LEVELS);
  }

  /** The row of a generation; -1 where it is not held. */
  rowOf(generation: number): number {
    const held = this.column('generation');
    const row = firstAt(held, generation);
    return held[row] === generation ? row : -1;
  }

  /** 32 hex digits of the state that a row was measured on; '' where it is not known. */
  digest(row: number): string {
    const bytes = this.#digests.subarray(row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES);
    return bytes.some(Boolean) ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') : '';
  }

  /** Appends rows, oldest first. Those that are held already are left out, and those beyond a gap: they will be told again. */
  append(rows: readonly GenerationRow[]): void {
    for (const row of rows) if (row.generation === this.next) this.#append(row);
  }

  /** Lets a generation and all after it go. */
  cut(generation: number): void {
    while (this.length && this.#columns.generation[this.length - 1] >= generation) this.length -= 1;
    this.next = Math.min(this.next, generation);
    if (!this.length) this.step = 1;
  }

  #append(row: GenerationRow): void {
    const before = this.#secondsBefore(row);
    // The newest is always held, whether its turn it is or not.
    if (this.length && this.#columns.generation[this.length - 1] % this.step) this.length -= 1;
    if (this.length === this.#most) this.#thin();
    if (this.length === this.#capacity) this.#grow();
    const i = this.length++;
    const columns = this.#columns;
    columns.generation[i] = row.generation;
    columns.best[i] = row.best ?? Number.NaN;
    columns.mean[i] = row.mean ?? Number.NaN;
    columns.validationLoss[i] = row.validation?.loss ?? Number.NaN;
    columns.validationAccuracy[i] = row.validation?.accuracy ?? Number.NaN;
    columns.trainLoss[i] = row.train?.loss ?? Number.NaN;
    columns.trainAccuracy[i] = row.train?.accuracy ?? Number.NaN;
    columns.seconds[i] = before + row.seconds;
    columns.told[i] = row.seconds;
    columns.evaluations[i] = row.evaluations;
    columns.infinite[i] = row.infinite ?? Number.NaN;
    columns.sigma[i] = row.sigma ?? Number.NaN;
    columns.diversity[i] = row.diversity ?? Number.NaN;
    this.#champion[i] = row.champion ? 1 : 0;
    for (let level = 0; level < LEVELS; level++) this.#levels[i * LEVELS + level] = row.levels?.[level] ?? Number.NaN;
    for (let byte = 0; byte < DIGEST_BYTES; byte++) {
      this.#digests[i * DIGEST_BYTES + byte] = Number.parseInt(row.digest?.slice(byte * 2, byte * 2 + 2) || '0', 16);
    }
    this.next = row.generation + 1;
  }

  /** Of work before the run was last resumed: the server's own count begins anew there. */
  #secondsBefore({ seconds }: GenerationRow): number {
    if (!this.length) return 0;
    const last = this.length - 1;
    const { seconds: all, told } = this.#columns;
    return seconds < told[last] ? all[last] : all[last] - told[last];
  }

  #grow(): void {
    this.#capacity = Math.min(this.#most, Math.max(256, this.#capacity * 2));
    for (const name of COLUMNS) this.#columns[name] = grown(this.#columns[name], new Float64Array(this.#capacity));
    this.#champion = grown(this.#champion, new Uint8Array(this.#capacity));
    this.#levels = grown(this.#levels, new Float32Array(this.#capacity * LEVELS));
    this.#digests = grown(this.#digests, new Uint8Array(this.#capacity * DIGEST_BYTES));
  }

  #thin(): void {
    this.step *= 2;
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      if (this.#columns.generation[i] % this.step) continue;
      for (const name of COLUMNS) this.#columns[name][kept] = this.#columns[name][i];
      this.#champion[kept] = this.#champion[i];
      this.#levels.copyWithin(kept * LEVELS, i * LEVELS, (i + 1) * LEVELS);
      this.#digests.copyWithin(kept * DIGEST_BYTES, i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
      kept += 1;
    }
    this.length = kept;
  }
}

function grown<Numbers extends Float64Array | Float32Array | Uint8Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

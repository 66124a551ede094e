// Some of the champion candidate's weights, generation by generation: appended to, thinned out when there are many.
import type { WeightsMessage } from './entries.ts';

/** Generations kept at most: past that every second one is let go. */
const MOST_ROWS = 1 << 14;

export class WeightHistory {
  /** Generations held. */
  length = 0;
  /** Weights of each; 0: none came yet. */
  width = 0;
  /** The generation to come next. */
  next = 0;
  /** Every so manieth of those that came is held, and the newest. */
  step = 1;
  #came = 0;
  #capacity = 0;
  readonly #most: number;
  #generation = new Float64Array(0);
  #values = new Float32Array(0);

  constructor(most = MOST_ROWS) {
    this.#most = most;
  }

  /** Views, good until the next row is appended: generation by row, and [rows, width] weights. */
  get generation(): Float64Array {
    return this.#generation.subarray(0, this.length);
  }

  get values(): Float32Array {
    return this.#values.subarray(0, this.length * this.width);
  }

  append({ generation, count, rows }: WeightsMessage): void {
    const width = rows.length / 4 / count;
    this.width ||= width;
    if (width !== this.width) throw new Error(`${width} weights came where ${this.width} did before`);
    // Its bytes lie anywhere in the message: float32 need not be aligned there.
    const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
    for (let row = 0; row < count; row++) if (generation + row >= this.next) this.#append(generation + row, view, row * width * 4);
  }

  /** Lets a generation and all after it go. */
  cut(generation: number): void {
    if (generation >= this.next) return;
    this.next = generation;
    const before = this.length;
    while (this.length && this.#generation[this.length - 1] >= generation) this.length -= 1;
    if (this.length < before) this.#came = this.length && (this.length - 1) * this.step + 1;
  }

  #append(generation: number, view: DataView, offset: number): void {
    // The newest is always held, whether its turn it is or not.
    if (this.length && (this.#came - 1) % this.step) this.length -= 1;
    if (this.length === this.#most) this.#thin();
    if (this.length === this.#capacity) this.#grow();
    this.#generation[this.length] = generation;
    const at = this.length * this.width;
    for (let i = 0; i < this.width; i++) this.#values[at + i] = view.getFloat32(offset + i * 4, true);
    this.length += 1;
    this.#came += 1;
    this.next = generation + 1;
  }

  #grow(): void {
    this.#capacity = Math.min(this.#most, Math.max(256, this.#capacity * 2));
    const generation = new Float64Array(this.#capacity);
    generation.set(this.generation);
    const values = new Float32Array(this.#capacity * this.width);
    values.set(this.values);
    this.#generation = generation;
    this.#values = values;
  }

  /** By their places: the server noted some generations and not others, so their numbers may all be odd. */
  #thin(): void {
    this.step *= 2;
    this.length = Math.ceil(this.length / 2);
    for (let i = 0; i < this.length; i++) {
      this.#generation[i] = this.#generation[2 * i];
      this.#values.copyWithin(i * this.width, 2 * i * this.width, (2 * i + 1) * this.width);
    }
  }
}

// What a loader makes of one source: examples not yet divided into splits, or one ready-made split.
import type { Split } from '../core/dataset.ts';
import { DataError } from './error.ts';

export interface Examples extends Split {
  /** Where they were read from, for messages. */
  file: string;
  /** Of one example, channels last. */
  shape: number[];
  /** Classes that the labels call for (largest label plus one, or what the source says); null for regression. */
  classes: number | null;
  /** Width of a regression target; for classification it follows from `classes`. */
  outputs: number;
}

/** Class numbers are stored in 16 bits. */
export const MAX_CLASSES = 2 ** 16;

/** Copies of the examples at `rows`, in that order. */
export function take({ count, inputs, targets }: Split, rows: Uint32Array): Split {
  const pick = <T extends Uint8Array | Uint16Array | Float32Array>(values: T, room: (length: number) => T): T => {
    const width = values.length / count;
    const picked = room(rows.length * width);
    rows.forEach((row, i) => {
      picked.set(values.subarray(row * width, (row + 1) * width), i * width);
    });
    return picked;
  };
  const floats = (length: number) => new Float32Array(length);
  return {
    count: rows.length,
    inputs: inputs instanceof Uint8Array ? pick(inputs, (length) => new Uint8Array(length)) : pick(inputs, floats),
    targets: targets instanceof Uint16Array ? pick(targets, (length) => new Uint16Array(length)) : pick(targets, floats),
  };
}

/** Shape of one example from an array's: an image without channels, [height, width], is one of a single channel. */
export function exampleShape(dimensions: readonly number[]): number[] {
  const rest = dimensions.slice(1);
  return rest.length === 2 ? [...rest, 1] : rest;
}

/**
 * Numbers as float32. `place(i)` says where number i stands.
 * Throws DataError for NaN, infinities, and numbers beyond float32's range.
 */
export function finiteFloats(values: ArrayLike<number | bigint>, place: (index: number) => string): Float32Array {
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    floats[i] = Number(values[i]);
    if (!Number.isFinite(floats[i])) throw new DataError(place(i), `${values[i]} is not a finite float32 number`);
  }
  return floats;
}

/**
 * Class numbers 0, 1, 2, ... as 16 bits, with the number of classes. `place(i)` says where label i stands.
 * Throws DataError for a label that is not a whole number from 0 up to `classes` (exclusive).
 */
export function classLabels(
  values: ArrayLike<number | bigint>,
  place: (index: number) => string,
  classes: number | null,
): { targets: Uint16Array; classes: number } {
  const limit = classes ?? MAX_CLASSES;
  const targets = new Uint16Array(values.length);
  let largest = -1;
  for (let i = 0; i < values.length; i++) {
    const label = Number(values[i]);
    if (!Number.isInteger(label) || label < 0 || label >= limit) {
      throw new DataError(place(i), `label ${values[i]} is out of range; expected a whole number from 0 to ${limit - 1}`);
    }
    targets[i] = label;
    largest = Math.max(largest, label);
  }
  return { targets, classes: classes ?? largest + 1 };
}

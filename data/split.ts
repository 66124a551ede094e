// Which example belongs to which split. Once and for all: a pure function of the examples' order and labels, without a seed that could
// be set, so that everybody's validation loss is measured on the same examples.

import { DataError } from './error.ts';

/** Row numbers of the examples of each split. */
export interface Division {
  train: Uint32Array;
  validation: Uint32Array;
  test: Uint32Array;
}

/** How much goes into validation and test, the rest into train. Below 1: a part of all examples. From 1 on: so many. */
export interface Parts {
  validation: number;
  test: number;
}

/** What the set that ships with the package uses, and what a source without splits of its own gets. */
export const DEFAULT_PARTS: Parts = { validation: 0.1, test: 0.2 };

/**
 * Divides `count` examples, in every split the same mixture of classes as in the whole to within one example (`labels` null: regression,
 * one class). Within a class, the examples are ordered by a fixed hash of their row; the first go to test, the next to validation, the
 * rest to train. Each split is then put in the order of a second hash, so that any prefix of it is a fair sample however the source was
 * sorted.
 * A part of 0 gives an empty split. Throws DataError, which names `file`, when another part or the rest would be empty.
 */
export function divide(count: number, labels: Uint16Array | null, parts: Parts, file: string): Division {
  for (const part of [parts.validation, parts.test]) {
    if (!(part >= 0 && (part < 1 || Number.isInteger(part)))) {
      throw new DataError(file, `split ${part}: expected a part below 1, or a whole number of examples`);
    }
  }
  const testCount = countOf(parts.test, count);
  const validationCount = countOf(parts.validation, count);
  const starved = [
    parts.test > 0 && testCount < 1 ? 'test' : '',
    parts.validation > 0 && validationCount < 1 ? 'validation' : '',
    count - testCount - validationCount < 1 ? 'train' : '',
  ].filter(Boolean);
  if (starved.length > 0) {
    throw new DataError(
      file,
      `${count} examples divided into validation ${parts.validation} and test ${parts.test} leave none for ${starved.join(' and ')}; ` +
        `ask for other parts, or use all examples in every split (split 'same')`,
    );
  }

  const classes = rowsByClass(count, labels);
  const sizes = classes.map((rows) => rows.length);
  const test = apportion(testCount, sizes);
  const validation = apportion(
    validationCount,
    sizes.map((size, i) => size - test[i]),
  );
  const division: Record<keyof Division, number[]> = { train: [], validation: [], test: [] };
  classes.forEach((rows, i) => {
    const order = byHash(rows, MEMBERSHIP);
    for (const row of order.subarray(0, test[i])) division.test.push(row);
    for (const row of order.subarray(test[i], test[i] + validation[i])) division.validation.push(row);
    for (const row of order.subarray(test[i] + validation[i])) division.train.push(row);
  });
  return {
    train: byHash(Uint32Array.from(division.train), ORDER),
    validation: byHash(Uint32Array.from(division.validation), ORDER),
    test: byHash(Uint32Array.from(division.test), ORDER),
  };
}

// Two fixed odd constants, so that membership of a split and order within it have nothing to do with each other.
const MEMBERSHIP = 0x9e3779b1;
const ORDER = 0x85ebca77;

function countOf(part: number, count: number): number {
  return part < 1 ? Math.floor(part * count + 0.5) : part;
}

function rowsByClass(count: number, labels: Uint16Array | null): Uint32Array[] {
  if (!labels) return [Uint32Array.from({ length: count }, (_, row) => row)];
  const classes: number[][] = [];
  labels.forEach((label, row) => {
    while (classes.length <= label) classes.push([]);
    classes[label].push(row);
  });
  return classes.map((rows) => Uint32Array.from(rows));
}

/** Shares `total` in proportion to `sizes` by largest remainder, in whole numbers; equal remainders go to the lower class. */
function apportion(total: number, sizes: number[]): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const shares = sizes.map((size) => Math.floor((total * size) / sum));
  const remainders = sizes.map((size, i) => ({ i, remainder: (total * size) % sum }));
  remainders.sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  const missing = total - shares.reduce((a, b) => a + b, 0);
  for (const { i } of remainders.slice(0, missing)) shares[i]++;
  return shares;
}

/** Rows in the order of their hash. The hash is a bijection of 32 bits, so no two rows tie. */
function byHash(rows: Uint32Array, salt: number): Uint32Array {
  return rows.slice().sort((a, b) => hash32(a ^ salt) - hash32(b ^ salt));
}

/** MurmurHash3's finaliser (Austin Appleby, public domain). */
function hash32(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

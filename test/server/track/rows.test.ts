// Files of rows: what was appended is read, and damage costs the rows that it hit, no more.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RowWriter, readRows, rowBytes } from '../../../server/track/rows.ts';

const HEADER = 16;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'germline-track-'));
  path = join(folder, 'rows.bin');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Rows of three numbers: the generation, a half, none. */
function write(generations: number[], from = 0): void {
  const writer = new RowWriter(path, 3, from);
  for (const generation of generations) writer.append(generation, [generation, 0.5, Number.NaN]);
  writer.close();
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, i) => from + i);
const read = (from = 0, until = 1e6, most = 1e6) => readRows(path, { from, until, most });
const generations = (from?: number, until?: number, most?: number): number[] => read(from, until, most).rows.map((row) => row.generation);

/** Changes one byte of a row. */
function damage(index: number): void {
  const bytes = readFileSync(path);
  bytes[HEADER + index * rowBytes(3) + 9] ^= 1;
  writeFileSync(path, bytes);
}

it('gives back what was appended, from any generation on, so many at a time', () => {
  write([0, 1, 2, 5, 6, 40]);
  const [first] = read().rows;
  expect([0, 4, 8].map((at) => first.numbers.readFloatLE(at))).toEqual([0, 0.5, Number.NaN]);
  expect(generations()).toEqual([0, 1, 2, 5, 6, 40]);
  expect(generations(3)).toEqual([5, 6, 40]);
  expect(generations(1, 6)).toEqual([1, 2, 5]);
  expect(read(1, 100, 2)).toMatchObject({ next: 3 });
  expect(read(3, 100, 3)).toMatchObject({ next: 100 });
  expect(generations(41)).toEqual([]);
});

it('goes on where the run does, and forgets what it went back from', () => {
  write(upTo(10));
  write([6, 7], 6);
  expect(generations()).toEqual(upTo(8));
  write([20], 20);
  expect(generations()).toEqual([...upTo(8), 20]);
  write([], 0);
  expect(generations()).toEqual([]);
});

it('begins anew over a file of other rows, or of none', () => {
  for (const before of ['something else altogether', '', 'gltrack1']) {
    writeFileSync(path, before);
    expect(generations()).toEqual([]);
    write([3, 4], 3);
    expect(generations()).toEqual([3, 4]);
  }
  new RowWriter(path, 5, 4).close();
  expect(generations()).toEqual([]);
});

it('loses only what is damaged', () => {
  write(upTo(50));
  for (const index of [0, 20, 21, 22, 49]) damage(index);
  const sound = upTo(50).filter((generation) => ![0, 20, 21, 22, 49].includes(generation));
  expect(generations()).toEqual(sound);
  for (let from = 0; from < 50; ++from) expect(generations(from)).toEqual(sound.filter((generation) => generation >= from));
  // What was gone back from is gone, damaged or not.
  write([], 21);
  expect(generations()).toEqual(upTo(20, 1));
});

it('drops half a row at the end, and writes over it', () => {
  write(upTo(5));
  appendFileSync(path, Buffer.alloc(11, 1));
  expect(generations()).toEqual(upTo(5));
  write([5, 6], 5);
  expect(generations()).toEqual(upTo(7));
  truncateSync(path, HEADER + rowBytes(3) * 3 - 1);
  expect(generations()).toEqual([0, 1]);
});

it('says nothing where there is no file, and does without where there can be none', () => {
  expect(read()).toEqual({ rows: [], next: 1e6 });
  path = join(folder, 'no such folder', 'rows.bin');
  write([0]);
  expect(generations()).toEqual([]);
});

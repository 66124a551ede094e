// A run's generations as columns: what was told is held, once, and never more than fits.
import { expect, it } from 'vitest';
import type { GenerationRow } from '../../client/entries.ts';
import { Generations } from '../../client/generations.ts';
import { WeightHistory } from '../../client/weights.ts';

const row = (generation: number, changes: Partial<GenerationRow> = {}): GenerationRow => ({
  generation,
  best: 1 / (generation + 1),
  mean: null,
  validation: generation % 5 ? null : { loss: generation, accuracy: 0.5 },
  train: generation % 5 ? null : { loss: generation / 2, accuracy: 0.75 },
  champion: generation === 3,
  seconds: generation * 2,
  evaluations: (generation + 1) * 10,
  digest: '',
  levels: null,
  infinite: null,
  sigma: null,
  diversity: null,
  ...changes,
});
const rows = (from: number, to: number): GenerationRow[] => Array.from({ length: to - from }, (_, i) => row(from + i));

it('holds every number, and NaN where there is none', () => {
  const held = new Generations();
  const levels = Array.from({ length: 11 }, (_, i) => i / 10);
  const digest = '00112233445566778899aabbccddeeff';
  held.append([...rows(0, 5), row(5, { levels, digest, sigma: 0.5, diversity: 0.25, infinite: 3 })]);
  expect([...held.column('generation')]).toEqual([0, 1, 2, 3, 4, 5]);
  expect([...held.column('best')]).toEqual([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6]);
  expect([...held.column('mean')]).toEqual(Array(6).fill(Number.NaN));
  expect([...held.column('validationLoss')]).toEqual([0, NaN, NaN, NaN, NaN, 5]);
  expect([...held.column('validationAccuracy')]).toEqual([0.5, NaN, NaN, NaN, NaN, 0.5]);
  expect([...held.column('trainLoss')]).toEqual([0, NaN, NaN, NaN, NaN, 2.5]);
  expect([...held.column('trainAccuracy')]).toEqual([0.75, NaN, NaN, NaN, NaN, 0.75]);
  expect([...held.column('evaluations')]).toEqual([10, 20, 30, 40, 50, 60]);
  expect([...held.column('sigma')]).toEqual([NaN, NaN, NaN, NaN, NaN, 0.5]);
  expect([...held.column('diversity')].at(-1)).toBe(0.25);
  expect([...held.column('infinite')].at(-1)).toBe(3);
  expect([...held.champion]).toEqual([0, 0, 0, 1, 0, 0]);
  expect([...held.levels.subarray(55)]).toEqual([...Float32Array.from(levels)]);
  expect([...held.levels.subarray(0, 55)].every(Number.isNaN)).toBe(true);
  expect([held.digest(4), held.digest(5)]).toEqual(['', digest]);
});

it('takes a row once', () => {
  const held = new Generations();
  held.append(rows(0, 4));
  held.append(rows(2, 6));
  expect([...held.column('generation')]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(held.next).toBe(6);
});

it('counts seconds of work on where a run was resumed', () => {
  const held = new Generations();
  held.append([row(0, { seconds: 4 }), row(1, { seconds: 9 }), row(2, { seconds: 1 }), row(3, { seconds: 3 }), row(4, { seconds: 2 })]);
  expect([...held.column('seconds')]).toEqual([4, 9, 10, 12, 14]);
});

it('counts seconds over a cut as a page would that was opened later, however few rows are held', () => {
  const before = Array.from({ length: 300 }, (_, i) => row(i, { seconds: i < 120 ? i + 1 : i - 119 }));
  const after = Array.from({ length: 100 }, (_, i) => row(200 + i, { seconds: (i + 1) / 2 }));
  for (const most of [64, 1000]) {
    const held = new Generations(most);
    for (const each of before) held.append([each]);
    held.cut(200);
    held.append(after);
    const fresh = new Generations(1000);
    fresh.append([...before.slice(0, 200), ...after]);
    expect(fresh.column('seconds').at(-1)).toBe(120 + 80 + 50);
    const whole = [...fresh.column('seconds')];
    // Where rows were let go, the one before the cut may be among them, and the seconds until the next with it.
    const slack = most === 64 ? held.step : 0;
    held.column('generation').forEach((generation, i) => {
      expect(Math.abs(held.column('seconds')[i] - whole[generation])).toBeLessThanOrEqual(slack);
    });
  }
});

it('keeps every so manieth row and the newest when there are too many', () => {
  const held = new Generations(64);
  held.append(rows(0, 1000));
  const kept = [...held.column('generation')];
  expect(kept.length).toBeLessThanOrEqual(64);
  expect(kept.slice(0, -1)).toEqual(kept.slice(0, -1).map((_, i) => i * held.step));
  expect(kept.length).toBeGreaterThan(30);
  expect(kept.at(-1)).toBe(999);
  expect([...held.column('best')]).toEqual(kept.map((generation) => 1 / (generation + 1)));
  expect([kept[3], kept.at(-1) as number, kept[3] + 1, 1000].map((generation) => held.rowOf(generation))).toEqual([
    3,
    kept.length - 1,
    -1,
    -1,
  ]);
  expect(held.next).toBe(1000);
  held.append([row(1000)]);
  expect(held.column('generation').at(-1)).toBe(1000);
});

it('lets go what came after a cut, and goes on from there', () => {
  const held = new Generations(64);
  held.append(rows(0, 200));
  held.cut(50);
  expect(held.next).toBe(50);
  // Of before the cut, still on its way.
  held.append(rows(200, 210));
  expect(held.next).toBe(50);
  held.append(rows(50, 60));
  const kept = [...held.column('generation')];
  expect(kept).toEqual([...kept.slice(0, -1).map((_, i) => i * held.step), 59]);
  held.cut(0);
  expect([held.length, held.next, held.step]).toEqual([0, 0, 1]);
});

it('does not make its arrays anew for a row', () => {
  const held = new Generations();
  const buffers = new Set<ArrayBufferLike>();
  for (let generation = 0; generation < 10_000; generation++) {
    held.append([row(generation)]);
    buffers.add(held.column('best').buffer);
  }
  expect(buffers.size).toBeLessThanOrEqual(8);
});

it('weights: reads them wherever they lie in a message, and thins them out', () => {
  const held = new WeightHistory(16);
  const message = (generation: number, count: number) => {
    const rows = new Uint8Array(1 + count * 8).subarray(1);
    const view = new DataView(rows.buffer, 1);
    for (let i = 0; i < count * 2; i++) view.setFloat32(i * 4, generation + i / 2, true);
    return { type: 'weights' as const, run: 'r', generation, count, rows };
  };
  held.append(message(0, 4));
  held.append(message(2, 4));
  expect([...held.generation]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(held.width).toBe(2);
  expect([...held.values]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5]);
  // A gap is left as it is.
  held.append(message(10, 90));
  expect(held.length).toBeLessThanOrEqual(16);
  expect(held.generation.at(-1)).toBe(99);
  expect([...held.values.subarray(-2)]).toEqual([99, 99.5]);
});

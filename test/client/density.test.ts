// Deciles as a heat map: every column holds the whole population, wherever its losses lie.
import { expect, it } from 'vitest';
import { addDensity } from '../../client/charts/density.ts';
import type { Cells } from '../../client/charts/heat-map.tsx';

const COUNT = 11;

function cells(columns: number, rows: number, x: [number, number], y: [number, number]): Cells {
  const edges = Float64Array.from({ length: rows + 1 }, (_, i) => y[0] + ((y[1] - y[0]) * i) / rows);
  return { values: new Float32Array(columns * rows), columns, rows, x, edges };
}

const column = ({ values, rows }: Cells, c: number): number[] => Array.from(values.subarray(c * rows, (c + 1) * rows));
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

it('spreads a tenth evenly between two neighbouring deciles', () => {
  const map = cells(1, 10, [0, 1], [0, 10]);
  addDensity(
    map,
    [0],
    Array.from({ length: COUNT }, (_, i) => i),
    COUNT,
  );
  for (const share of column(map, 0)) expect(share).toBeCloseTo(0.1, 6);
});

it('puts equal losses into one cell', () => {
  const map = cells(1, 10, [0, 1], [0, 10]);
  addDensity(map, [0], new Array(COUNT).fill(3.5), COUNT);
  expect(column(map, 0).map((share) => Math.round(share * 1000) / 1000)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
});

it('a generation fills all columns until the next', () => {
  const map = cells(6, 4, [0, 3], [0, 4]);
  const low = Array.from({ length: COUNT }, () => 0.5);
  const high = Array.from({ length: COUNT }, () => 3.5);
  addDensity(map, [0, 1, 2], [...low, ...high, ...low], COUNT);
  expect([0, 1, 2, 3, 4, 5].map((c) => column(map, c).findIndex((share) => share > 0.5))).toEqual([0, 0, 3, 3, 0, 0]);
});

it('a column with many generations is their mean, and whole', () => {
  const map = cells(2, 5, [0, 1000], [0, 1]);
  const generation = Array.from({ length: 1000 }, (_, i) => i);
  const levels = generation.flatMap((g) => Array.from({ length: COUNT }, (_, i) => (i / (COUNT - 1)) * (g < 500 ? 1 : 0.2)));
  addDensity(map, generation, levels, COUNT);
  expect(sum(column(map, 0))).toBeCloseTo(1, 5);
  expect(sum(column(map, 1))).toBeCloseTo(1, 5);
  expect(column(map, 1)[0]).toBeCloseTo(1, 5);
  expect(column(map, 0)[0]).toBeCloseTo(0.2, 5);
});

it('leaves out what lies outside, and generations of which nothing is known', () => {
  const map = cells(2, 5, [0, 2], [0, 1]);
  addDensity(map, [0, 1], [...Array.from({ length: COUNT }, (_, i) => i), ...new Array(COUNT).fill(Number.NaN)], COUNT);
  expect(sum(column(map, 0))).toBeCloseTo(0.1, 6);
  expect(sum(column(map, 1))).toBe(0);
});

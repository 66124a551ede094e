// Curves as a screen shows them: what was extreme stays, however many points there are.
import { describe, expect, it } from 'vitest';
import { decimateBand, decimateLine, firstAt, Points, partsOf, valueAt } from '../../client/charts/decimate.ts';

const points = (found: Points): [number, number][] => Array.from({ length: found.count }, (_, i) => [found.x[i], found.low[i]]);

function line(x: number[], y: number[], from: number, to: number, columns: number): [number, number][] {
  const into = new Points();
  decimateLine(into, x, y, from, to, columns);
  return points(into);
}

describe('a line', () => {
  it('of few points is that line', () => {
    expect(line([0, 1, 2, 3], [5, 4, 6, 3], 0, 3, 100)).toEqual([
      [0, 5],
      [1, 4],
      [2, 6],
      [3, 3],
    ]);
  });

  it('of many points keeps the lowest and the highest of each column, in their order', () => {
    const length = 10_000;
    const x = Array.from({ length }, (_, i) => i);
    const y = x.map((i) => Math.sin(i * 12.9898) * 43_758.5453 - Math.floor(Math.sin(i * 12.9898) * 43_758.5453));
    y[4321] = 9;
    y[7654] = -9;
    const found = line(x, y, 0, length - 1, 300);
    expect(found.length).toBeLessThanOrEqual(2 * 301);
    expect(found).toContainEqual([4321, 9]);
    expect(found).toContainEqual([7654, -9]);
    const xs = found.map(([at]) => at);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    for (let column = 0; column < 300; ++column) {
      const within = (at: number) => Math.floor(at / ((length - 1) / 300)) === column;
      const all = y.filter((_, i) => within(i));
      const kept = found.filter(([at]) => within(at)).map(([, value]) => value);
      expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...all), Math.max(...all)]);
    }
  });

  it('reaches the edges of a part: one point beyond each is kept, past those without a value', () => {
    const x = [0, 1, 2, 3, 4, 5, 6, 7];
    const y = [1, 2, Number.NaN, 4, 5, Number.NaN, 7, 8];
    expect(line(x, y, 3, 4, 10)).toEqual([
      [1, 2],
      [3, 4],
      [4, 5],
      [6, 7],
    ]);
  });

  it('leaves out what is not finite, and copes with nothing', () => {
    expect(line([0, 1, 2], [Number.NaN, Number.POSITIVE_INFINITY, 3], 0, 2, 10)).toEqual([[2, 3]]);
    expect(line([], [], 0, 1, 10)).toEqual([]);
    expect(line([7], [1], 6, 8, 10)).toEqual([[7, 1]]);
  });

  it('reuses the room of its points, and makes more', () => {
    const into = new Points();
    const x = Array.from({ length: 5000 }, (_, i) => i);
    decimateLine(into, x, x, 0, 4999, 5000);
    expect(into.count).toBe(5000);
    const { x: room } = into;
    decimateLine(into, x, x, 0, 4999, 10);
    expect(into.count).toBeLessThanOrEqual(22);
    expect(into.x).toBe(room);
  });
});

it('a band is as wide in a column as anything in it', () => {
  const into = new Points();
  const x = [0, 1, 2, 3];
  decimateBand(into, x, [1, 0, 3, 4], [2, 5, 6, 7], 0, 4, 2);
  expect(points(into)).toEqual([
    [0, 0],
    [2, 3],
  ]);
  expect(Array.from(into.high.subarray(0, 2))).toEqual([5, 7]);
});

describe('gaps', () => {
  const MISSING = Number.NaN;
  const broken = (x: number[], y: number[], from: number, to: number, columns: number): [number, number][] => {
    const into = new Points();
    decimateLine(into, x, y, from, to, columns, 'any');
    return points(into);
  };

  it('break a line off, and a line that goes on to the next is another', () => {
    const x = [0, 1, 2, 3, 4];
    const y = [5, 4, MISSING, 3, 2];
    expect(broken(x, y, 0, 4, 100)).toEqual([
      [0, 5],
      [1, 4],
      [1, MISSING],
      [3, 3],
      [4, 2],
    ]);
    expect(line(x, y, 0, 4, 100).length).toBe(4);
  });

  it('at an end are nothing to draw', () => {
    expect(broken([0, 1, 2, 3], [MISSING, 1, 2, MISSING], 0, 3, 100)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('that no column shows do not count', () => {
    const x = Array.from({ length: 1000 }, (_, i) => i);
    const y = x.map((i) => (i % 7 === 3 ? MISSING : i));
    expect(broken(x, y, 0, 999, 50).some(([, value]) => Number.isNaN(value))).toBe(false);
    const wide = x.map((i) => (i >= 400 && i < 600 ? MISSING : i));
    expect(broken(x, wide, 0, 999, 50).filter(([, value]) => Number.isNaN(value))).toEqual([[399, MISSING]]);
  });

  it('break a band too', () => {
    const into = new Points();
    decimateBand(into, [0, 1, 2, 3], [1, 1, MISSING, 1], [2, 2, MISSING, 3], 0, 3, 30);
    expect(points(into)).toEqual([
      [0, 1],
      [1, 1],
      [1, MISSING],
      [3, 1],
    ]);
  });
});

it('the first index at or above a value', () => {
  const x = [1, 3, 3, 5];
  expect([0, 1, 2, 3, 4, 5, 6].map((value) => firstAt(x, value))).toEqual([0, 0, 1, 1, 3, 3, 4]);
});

it('the last value at or before', () => {
  const x = [0, 10, 20, 30];
  const y = [1, Number.NaN, 3, Number.NaN];
  expect([-1, 0, 15, 20, 29, 99].map((at) => valueAt(x, y, at))).toEqual([Number.NaN, 1, 1, 3, 3, 3]);
});

describe('what is measured now and then', () => {
  const breaks = (measured: number[], columns = 1000): number[] => {
    const x = Array.from({ length: 300 }, (_, i) => i);
    const y = x.map((i) => (measured.includes(i) ? 1 : Number.NaN));
    const into = new Points();
    decimateLine(into, x, y, 0, 299, columns, 'long');
    return points(into).flatMap(([at, value]) => (Number.isNaN(value) ? [at] : []));
  };
  const every = (step: number, from: number, to: number) =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

  it('has a gap where far more is missing than around it', () => {
    expect(breaks(every(1, 0, 300))).toEqual([]);
    expect(breaks(every(12, 0, 300))).toEqual([]);
    expect(breaks(every(1, 0, 300).filter((i) => i !== 41))).toEqual([]);
    expect(breaks([...every(1, 0, 50), ...every(1, 120, 300)])).toEqual([49]);
    expect(breaks([0, 299])).toEqual([]);
  });

  it('may be measured more often from some point on', () => {
    expect(breaks([...every(15, 0, 150), ...every(1, 150, 300)])).toEqual([]);
  });

  it('in rows of their own too', () => {
    expect([...partsOf([0, 1, 2, 30, 31, 33])]).toEqual([0, 0, 0, 1, 1, 1]);
    // Every sixteenth one is kept, and the newest.
    expect([...partsOf([0, 16, 32, 48, 49])]).toEqual([0, 0, 0, 0, 0]);
    expect([...partsOf([7])]).toEqual([0]);
  });
});

// A smoothed curve: the moving median of what is shown.
import { describe, expect, it } from 'vitest';
import { Points } from '../../client/charts/decimate.ts';
import { movingMedian, windowOf } from '../../client/charts/smooth.ts';

function smoothed(x: number[], y: number[], from: number, to: number): [number, number][] {
  const into = new Points();
  movingMedian(into, x, y, from, to);
  return Array.from({ length: into.count }, (_, i) => [into.x[i], into.low[i]]);
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

it('the window is odd, a fiftieth of what is shown, and neither tiny nor endless', () => {
  expect([0, 10, 250, 300, 1000, 10_000, 1e6].map(windowOf)).toEqual([5, 5, 5, 7, 21, 201, 401]);
});

describe('a moving median', () => {
  it('is not moved by single points', () => {
    const y = range(30).map((i) => (i === 12 ? 1e9 : 3));
    expect(smoothed(range(30), y, 0, 29).every(([, value]) => value === 3)).toBe(true);
  });

  it('of few points is that of five, cut off at the ends', () => {
    expect(smoothed([0, 1, 2, 3, 4, 5], [9, 1, 5, 3, 7, 2], 0, 5)).toEqual([
      [0, 5],
      [1, 4],
      [2, 5],
      [3, 3],
      [4, 4],
      [5, 3],
    ]);
  });

  it('follows a step, where it is', () => {
    const found = smoothed(
      range(10_000),
      range(10_000).map((i) => (i < 5000 ? 2 : 1)),
      0,
      9999,
    );
    expect(found.length).toBeLessThan(500);
    expect(found[0]).toEqual([0, 2]);
    expect(found.at(-1)).toEqual([9999, 1]);
    for (const [x, value] of found) expect(value).toBe(x < 5000 ? 2 : 1);
  });

  it('of a part knows what lies beside it', () => {
    const found = smoothed(range(100), range(100), 40, 60);
    expect(found).toEqual(range(21).map((i) => [40 + i, 40 + i]));
  });

  it('leaves out what is not finite, and has no point where nothing is', () => {
    const y = range(40).map((i) => (i < 20 ? Number.NaN : i % 2 ? 4 : Number.POSITIVE_INFINITY));
    const found = smoothed(range(40), y, 0, 39);
    expect(found[0]).toEqual([19, 4]);
    expect(found.every(([, value]) => value === 4)).toBe(true);
    expect(smoothed([], [], 0, 1)).toEqual([]);
    expect(smoothed([3], [Number.NaN], 2, 4)).toEqual([]);
  });
});

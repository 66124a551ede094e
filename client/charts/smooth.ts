// What a noisy curve does on the whole: a moving median, which steps follow and single points do not move.
import { firstAt, type Points } from './decimate.ts';

/** The window is this part of what is shown. */
const PART = 50;
/** Points of a window: fewer would smooth nothing, more would say nothing more. */
const LEAST = 5;
const MOST = 401;
/** Points of the smoothed line. */
const LINE = 240;

/** Points that a median is taken of, where so many are shown; odd. */
export function windowOf(points: number): number {
  return Math.min(MOST, Math.max(LEAST, 2 * Math.floor(points / PART / 2) + 1));
}

/**
 * The median of y around points evenly spread from `from` to `to`. At the ends the window is cut off. Where nothing around is finite the line
 * has no point.
 */
export function movingMedian(into: Points, x: ArrayLike<number>, y: ArrayLike<number>, from: number, to: number): void {
  into.count = 0;
  const first = firstAt(x, from);
  let end = firstAt(x, to);
  while (end < x.length && x[end] <= to) end += 1;
  const shown = end - first;
  const half = (windowOf(shown) - 1) / 2;
  const count = Math.min(LINE, shown);
  for (let i = 0; i < count; ++i) {
    const row = count === 1 ? first : first + Math.round((i * (shown - 1)) / (count - 1));
    const value = median(y, Math.max(0, row - half), Math.min(y.length, row + half + 1));
    if (!Number.isNaN(value)) into.add(x[row], value, value);
  }
}

const room = new Float64Array(MOST);

function median(y: ArrayLike<number>, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; ++i) if (Number.isFinite(y[i])) room[count++] = y[i];
  if (!count) return Number.NaN;
  const sorted = room.subarray(0, count).sort();
  return (sorted[(count - 1) >> 1] + sorted[count >> 1]) / 2;
}

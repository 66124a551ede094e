// A line or a band as a screen can show it: of the points that share a column of pixels, the lowest and the highest.

/** Points in the order in which they are drawn, NaN where a line breaks off; the arrays are kept and grow, `count` of them are meant. */
export class Points {
  count = 0;
  x = new Float64Array(1024);
  low = new Float64Array(1024);
  /** Of a band; of a line the same as `low`. */
  high = new Float64Array(1024);

  add(x: number, low: number, high: number): void {
    if (this.count === this.x.length) {
      this.x = grown(this.x);
      this.low = grown(this.low);
      this.high = grown(this.high);
    }
    this.x[this.count] = x;
    this.low[this.count] = low;
    this.high[this.count] = high;
    this.count += 1;
  }

  /** What comes next is not joined to what is there. */
  break(): void {
    if (this.count) this.add(this.x[this.count - 1], Number.NaN, Number.NaN);
  }
}

/**
 * Where a line breaks off: nowhere, it goes on to the next point; wherever one is missing; or where far more are missing than around it, as
 * of what is measured now and then.
 */
export type Gaps = 'none' | 'any' | 'long';

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** The first index whose x is at least `value`; x ascends. */
export function firstAt(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last finite y at or before `at`; NaN where there is none. */
export function valueAt(x: ArrayLike<number>, y: ArrayLike<number>, at: number): number {
  let i = firstAt(x, at);
  if (i >= x.length || x[i] > at) i -= 1;
  while (i >= 0 && !Number.isFinite(y[i])) i -= 1;
  return i < 0 ? Number.NaN : y[i];
}

/**
 * The part of a line from `from` to `to`, and one point beyond each end, so that it reaches the edges. At most two points a column and the
 * two beyond. Points that are not finite are left out; where `gaps` counts them as one that fills a column, the line breaks off.
 */
export function decimateLine(
  into: Points,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  columns: number,
  gaps: Gaps = 'none',
): void {
  into.count = 0;
  const perColumn = (to - from) / columns || 1;
  let column = Number.NaN;
  let least = -1;
  let most = -1;
  let last = -1;
  let before = 0;
  const flush = () => {
    if (least < 0) return;
    const [first, second] = least < most ? [least, most] : [most, least];
    into.add(x[first], y[first], y[first]);
    if (second !== first) into.add(x[second], y[second], y[second]);
    least = -1;
  };
  const end = Math.min(x.length, beyondEnd(x, y, to));
  for (let i = beyondStart(x, y, from); i < end; ++i) {
    if (!Number.isFinite(y[i])) continue;
    const own = x[i] < from ? -1 : x[i] > to ? columns : Math.floor((x[i] - from) / perColumn);
    const way = last < 0 ? 0 : i - last;
    if (own !== column) {
      flush();
      const gap = way > 1 && own > column + 1 && gaps !== 'none' && (gaps === 'any' || isLong(way, before, finiteAfter(y, i) - i));
      if (gap) into.break();
      column = own;
    }
    before = way;
    last = i;
    if (least < 0) least = most = i;
    else if (y[i] < y[least]) least = i;
    else if (y[i] > y[most]) most = i;
  }
  flush();
}

/** The same for a band, with gaps: a column is as wide as the lowest `low` and the highest `high` in it. */
export function decimateBand(
  into: Points,
  x: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  from: number,
  to: number,
  columns: number,
): void {
  into.count = 0;
  const perColumn = (to - from) / columns || 1;
  let column = Number.NaN;
  let missing = false;
  const end = Math.min(x.length, beyondEnd(x, low, to));
  for (let i = beyondStart(x, low, from); i < end; ++i) {
    if (!Number.isFinite(low[i]) || !Number.isFinite(high[i])) {
      missing = true;
      continue;
    }
    const own = x[i] < from ? -1 : x[i] > to ? columns : Math.floor((x[i] - from) / perColumn);
    const last = into.count - 1;
    if (own !== column) {
      if (missing && own > column + 1) into.break();
      into.add(x[i], low[i], high[i]);
      column = own;
    } else {
      into.low[last] = Math.min(into.low[last], low[i]);
      into.high[last] = Math.max(into.high[last], high[i]);
    }
    missing = false;
  }
}

/** A number for each row: another one behind a long gap. */
export function partsOf(x: ArrayLike<number>): Uint32Array {
  const parts = new Uint32Array(x.length);
  const way = (row: number) => (row > 0 && row < x.length ? x[row] - x[row - 1] : 0);
  for (let row = 1; row < x.length; ++row) parts[row] = parts[row - 1] + (isLong(way(row), way(row - 1), way(row + 1)) ? 1 : 0);
  return parts;
}

/** So many times as long as the way before and the way after. */
const LONG = 8;

/** Whether a way is too long to be one between two samples that happened to be taken. */
function isLong(way: number, before: number, after: number): boolean {
  const usual = Math.max(before, after);
  return usual > 0 && way > LONG * usual;
}

/** `i` where there is none. */
function finiteAfter(y: ArrayLike<number>, i: number): number {
  for (let next = i + 1; next < y.length; ++next) if (Number.isFinite(y[next])) return next;
  return i;
}

/** The last point with a value before `from`, or the first of all. */
function beyondStart(x: ArrayLike<number>, y: ArrayLike<number>, from: number): number {
  let i = firstAt(x, from) - 1;
  while (i > 0 && !Number.isFinite(y[i])) i -= 1;
  return Math.max(0, i);
}

/** Behind the first point with a value beyond `to`. */
function beyondEnd(x: ArrayLike<number>, y: ArrayLike<number>, to: number): number {
  let i = firstAt(x, to);
  while (i < x.length && (x[i] <= to || !Number.isFinite(y[i]))) i += 1;
  return i + 1;
}

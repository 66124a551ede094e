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
 * two beyond. Points that are not finite are left out; with `gaps` the line breaks off where they fill a column.
 */
export function decimateLine(
  into: Points,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  columns: number,
  gaps = false,
): void {
  into.count = 0;
  const perColumn = (to - from) / columns || 1;
  let column = Number.NaN;
  let least = -1;
  let most = -1;
  let missing = false;
  const flush = () => {
    if (least < 0) return;
    const [first, second] = least < most ? [least, most] : [most, least];
    into.add(x[first], y[first], y[first]);
    if (second !== first) into.add(x[second], y[second], y[second]);
    least = -1;
  };
  const end = Math.min(x.length, beyond(x, y, to));
  for (let i = before(x, y, from); i < end; ++i) {
    if (!Number.isFinite(y[i])) {
      missing = gaps;
      continue;
    }
    const own = x[i] < from ? -1 : x[i] > to ? columns : Math.floor((x[i] - from) / perColumn);
    if (own !== column) {
      flush();
      if (missing && own > column + 1) into.break();
      column = own;
    }
    missing = false;
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
  const end = Math.min(x.length, beyond(x, low, to));
  for (let i = before(x, low, from); i < end; ++i) {
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

/** A number for each row; those that follow on each other, `step` apart at most, have the same. */
export function partsOf(x: ArrayLike<number>, step: number): Uint32Array {
  const parts = new Uint32Array(x.length);
  for (let row = 1; row < x.length; ++row) parts[row] = parts[row - 1] + (x[row] - x[row - 1] > step ? 1 : 0);
  return parts;
}

/** The last point with a value before `from`, or the first of all. */
function before(x: ArrayLike<number>, y: ArrayLike<number>, from: number): number {
  let i = firstAt(x, from) - 1;
  while (i > 0 && !Number.isFinite(y[i])) i -= 1;
  return Math.max(0, i);
}

/** Behind the first point with a value beyond `to`. */
function beyond(x: ArrayLike<number>, y: ArrayLike<number>, to: number): number {
  let i = firstAt(x, to);
  while (i < x.length && (x[i] <= to || !Number.isFinite(y[i]))) i += 1;
  return i + 1;
}

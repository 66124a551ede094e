// Distribution of the draws, at fixed seeds, so that a failure is a change of the generator. Bounds are about five standard errors.
import { describe, expect, it } from 'vitest';
import { BASE, engine } from '../engine.ts';

const COUNT = 1 << 22;
const BOUND = 5;

/** Greatest distance between the empirical distribution and `cumulative`, times the root of the count: above 1.95 once in 1000. */
function kolmogorovSmirnov(sample: Float32Array, cumulative: (x: number) => number): number {
  const sorted = sample.slice().sort();
  let distance = 0;
  sorted.forEach((x, i) => {
    const p = cumulative(x);
    distance = Math.max(distance, p - i / sorted.length, (i + 1) / sorted.length - p);
  });
  return distance * Math.sqrt(sorted.length);
}

/** Normal distribution function (Marsaglia 2004: Taylor series, accurate to the last places for |x| < 7). */
function cumulativeNormal(x: number): number {
  let sum = x;
  let term = x;
  for (let i = 3, before = 0; sum !== before; i += 2) {
    before = sum;
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.9189385332046728);
}

const e = engine(COUNT * 8);
const scratch = BASE;
const out = BASE + 64;
const sample = e.floats.subarray(out / 4, out / 4 + COUNT);
const other = e.floats.subarray(out / 4 + COUNT, out / 4 + 2 * COUNT - 64);

function mean(values: Float32Array, of: (x: number) => number): number {
  let sum = 0;
  for (const x of values) sum += of(x);
  return sum / values.length;
}

function correlation(a: Float32Array, b: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[i] * b[i];
  return sum / Math.sqrt(count);
}

describe('four million normals', () => {
  e.functions.normal(out, 0, COUNT, 1, 2718281828, 1828459045, 3, 141, 2, scratch);

  it('have the moments', () => {
    const root = Math.sqrt(COUNT);
    expect(Math.abs(mean(sample, (z) => z)) * root).toBeLessThan(BOUND);
    expect(Math.abs(mean(sample, (z) => z * z) - 1) * root).toBeLessThan(BOUND * Math.sqrt(2));
    expect(Math.abs(mean(sample, (z) => z ** 3)) * root).toBeLessThan(BOUND * Math.sqrt(15));
    expect(Math.abs(mean(sample, (z) => z ** 4) - 3) * root).toBeLessThan(BOUND * Math.sqrt(96));
  });

  it.each([
    { beyond: 3, part: 2.699796e-3 },
    { beyond: 4, part: 6.334248e-5 },
    { beyond: 5, part: 5.733031e-7 },
  ])('have the tails beyond $beyond', ({ beyond, part }) => {
    const expected = COUNT * part;
    const seen = sample.reduce((count, z) => count + (Math.abs(z) > beyond ? 1 : 0), 0);
    expect(Math.abs(seen - expected)).toBeLessThan(BOUND * Math.sqrt(expected));
  });

  it('have the distribution', () => {
    expect(kolmogorovSmirnov(sample.subarray(0, 1 << 20), cumulativeNormal)).toBeLessThan(1.95);
  });

  it('do not depend on each other within a tile, nor with the next draw', () => {
    for (const lag of [1, 2, 3, 4, 8, 12, 16]) expect(Math.abs(correlation(sample, sample.subarray(lag), COUNT - lag))).toBeLessThan(BOUND);
    // Cosine and sine of a pair: squares too.
    const squares = sample.map((z) => (z * z - 1) / Math.SQRT2);
    expect(Math.abs(correlation(squares, squares.subarray(4), COUNT - 4))).toBeLessThan(BOUND);
  });

  it.each([
    { what: 'stream', change: [2718281828, 1828459045, 3, 141, 3] },
    { what: 'generation', change: [2718281828, 1828459045, 3, 142, 2] },
    { what: 'individual', change: [2718281828, 1828459045, 4, 141, 2] },
    { what: 'seed', change: [2718281829, 1828459045, 3, 141, 2] },
  ])('do not depend on those of the next $what', ({ change }) => {
    const [seedLo, seedHi, individual, generation, stream] = change;
    e.functions.normal(other.byteOffset, 0, other.length, 1, seedLo, seedHi, individual, generation, stream, scratch);
    expect(Math.abs(correlation(sample, other, other.length))).toBeLessThan(BOUND);
  });
});

describe('four million uniforms', () => {
  const uniforms = e.floats.slice(0, COUNT);
  e.functions.uniform(other.byteOffset, 0, other.length, 577215664, 901532860, 1, 2, 0);
  uniforms.set(other);
  const drawn = uniforms.subarray(0, other.length);

  it('have the moments and the range', () => {
    const root = Math.sqrt(drawn.length);
    expect(Math.abs(mean(drawn, (u) => u) - 1 / 2) * root).toBeLessThan(BOUND * Math.sqrt(1 / 12));
    expect(Math.abs(mean(drawn, (u) => (u - 0.5) ** 2) - 1 / 12) * root).toBeLessThan(BOUND * Math.sqrt(1 / 180));
    expect(mean(drawn, (u) => Number(u >= 0 && u < 1))).toBe(1);
  });

  it('have the distribution', () => {
    expect(kolmogorovSmirnov(drawn.subarray(0, 1 << 20), (u) => u)).toBeLessThan(1.95);
  });

  it('have random bits in every place', () => {
    for (let bit = 0; bit < 24; bit++) {
      const ones = mean(drawn, (u) => Math.floor(u * 2 ** (bit + 1)) % 2);
      expect(Math.abs(ones - 0.5) * 2 * Math.sqrt(drawn.length)).toBeLessThan(BOUND);
    }
  });
});

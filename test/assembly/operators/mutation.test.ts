import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../../reference/mutation.ts';
import type { Source } from '../../reference/philox.ts';
import { fillFloats, length, shift, source, weight } from '../arbitrary.ts';
import { engine } from '../engine.ts';
import { bitsOf, regions } from '../guard.ts';

const e = engine(8 << 20);
const f = e.functions;
const sigma = fc.oneof(fc.float({ min: -2, max: 2, noNaN: true }), fc.constantFrom(0, Math.fround(0.1)));
const fraction = fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.5, Math.fround(1e-9), Math.fround(0.99)));
const weights = fc.oneof(
  fc.array(weight, { maxLength: 70 }),
  length.map((n) => Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i)))),
);
const key = (s: Source): number[] => [s.seedLo, s.seedHi, s.individual, s.generation];

describe.each([
  { name: 'mutateGaussian', whole: true, expected: (w: number[], s: number, _: number, from: Source) => reference.gaussian(w, s, from) },
  { name: 'mutateSparse', whole: false, expected: reference.sparse },
  { name: 'mutateSet', whole: false, expected: reference.set },
])('$name', ({ name, whole, expected }) => {
  it('agrees with the reference bit for bit', () => {
    fc.assert(
      fc.property(weights, sigma, fraction, source, shift, (values, s, part, from, off) => {
        const [scratch, w] = regions(e, [16, values.length], off);
        w.floats.set(values);
        f[name](w.address, values.length, s, ...(whole ? [] : [part]), ...key(from), scratch.address);
        expect(bitsOf(w.floats)).toEqual(bitsOf(expected(values, s, part, from)));
        expect(w.guarded() && scratch.guarded()).toBe(true);
      }),
    );
  });

  it('agrees with the reference beyond a batch of tiles', () => {
    const count = 16 * 70 + 5;
    const from = { seedLo: 5, seedHi: 6, individual: 7, generation: 8 };
    for (const part of [Math.fround(0.01), Math.fround(0.3)]) {
      const [scratch, w] = regions(e, [16, count]);
      fillFloats(w.floats, 3);
      const before = [...w.floats];
      f[name](w.address, count, 0.5, ...(whole ? [] : [part]), ...key(from), scratch.address);
      expect(bitsOf(w.floats)).toEqual(bitsOf(expected(before, 0.5, part, from)));
    }
  });
});

describe('a fraction', () => {
  it.each(['mutateSparse', 'mutateSet'])('of the weights is what %s changes', (name) => {
    const count = 1 << 20;
    for (const part of [0.001, 0.1, 0.75]) {
      const [scratch, w] = regions(e, [16, count]);
      w.floats.fill(1);
      f[name](w.address, count, 1, part, 1, 2, 3, 4, scratch.address);
      const changed = w.floats.reduce((sum, x) => sum + Number(x !== 1), 0);
      expect(Math.abs(changed - count * part)).toBeLessThan(5 * Math.sqrt(count * part * (1 - part)));
    }
  });

  it('that is not a number changes nothing', () => {
    const [scratch, w] = regions(e, [16, 40]);
    w.floats.fill(1);
    f.mutateSparse(w.address, 40, 1, NaN, 1, 2, 3, 4, scratch.address);
    f.mutateSet(w.address, 40, 1, -1, 1, 2, 3, 4, scratch.address);
    expect(w.floats.every((x) => x === 1)).toBe(true);
  });
});

describe('low-rank mutation', () => {
  const rows = fc.integer({ min: 0, max: 20 });
  const columns = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(64, 70));
  const rank = fc.integer({ min: 0, max: 4 });

  it('draws factors as the reference does', () => {
    fc.assert(
      fc.property(rows, columns, rank, fc.nat({ max: 1000 }), source, shift, (r, c, k, tile, from, off) => {
        const count = reference.lowRankLength(r, c, k);
        expect(f.lowRankLength(r, c, k)).toBe(count);
        const [out] = regions(e, [count], off);
        f.lowRankNoise(out.address, r, c, k, tile * 16, ...key(from));
        expect(bitsOf(out.floats)).toEqual(bitsOf(reference.lowRankNoise(r, c, k, tile * 16, from)));
        expect(out.guarded()).toBe(true);
      }),
    );
  });

  it('agrees with the reference bit for bit', () => {
    fc.assert(
      fc.property(rows, columns, rank, sigma, shift, fc.nat(), (r, c, k, scale, off, seed) => {
        const [w, noise] = regions(e, [r * c, reference.lowRankLength(r, c, k)], off);
        fillFloats(w.floats, seed);
        fillFloats(noise.floats, seed + 1);
        const before = [...w.floats];
        expect(f.mutateLowRank(w.address, r, c, k, scale, noise.address)).toBe(1);
        expect(bitsOf(w.floats)).toEqual(bitsOf(reference.lowRank(before, r, c, k, scale, noise.floats)));
        expect(w.guarded() && noise.guarded()).toBe(true);
      }),
    );
  });

  it('refuses noise that overlaps the weights', () => {
    const [whole] = regions(e, [200]);
    fillFloats(whole.floats, 1);
    const before = whole.words.slice();
    expect(f.mutateLowRank(whole.address + 96, 4, 4, 1, 1, whole.address)).toBe(0);
    expect(f.mutateLowRank(whole.address, 4, 4, 1, 1, whole.address + 60)).toBe(0);
    expect(whole.words).toEqual(before);
    expect(f.mutateLowRank(whole.address, 4, 4, 1, 1, whole.address + 64)).toBe(1);
  });
});

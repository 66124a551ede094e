import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as mating from '../../reference/mating.ts';
import type { Source } from '../../reference/philox.ts';
import * as shaping from '../../reference/shaping.ts';
import { loss, source } from '../arbitrary.ts';
import { engine } from '../engine.ts';
import { bitsOf, regions } from '../guard.ts';

const e = engine();
const f = e.functions;
const pool = fc.integer({ min: 1, max: 1000 });
const slot = fc.integer({ min: 0, max: 8 });
const key = (s: Source, k: number): number[] => [s.seedLo, s.seedHi, s.individual, k, s.generation];

describe('mating', () => {
  it('uniform and tournament agree with the reference', () => {
    fc.assert(
      fc.property(pool, fc.integer({ min: 1, max: 64 }), source, slot, (n, size, block, k) => {
        expect(f.matingUniform(n, ...key(block, k))).toBe(mating.matingUniform(n, block, k));
        expect(f.matingTournament(n, size, ...key(block, k))).toBe(mating.matingTournament(n, size, block, k));
      }),
    );
  });

  it('rank agrees with the reference', () => {
    fc.assert(
      fc.property(pool, fc.float({ min: 0.5, max: 5, noNaN: true }), source, slot, (n, bias, block, k) => {
        const exact = mating.matingRank(n, bias, block, k);
        const rank = f.matingRank(n, bias, ...key(block, k));
        // The host's power is not the engine's: at a whole number either side of it will do.
        const slack = 1e-9 * n;
        expect(rank).toBeGreaterThanOrEqual(Math.min(Math.floor(exact - slack), n - 1));
        expect(rank).toBeLessThanOrEqual(Math.min(Math.floor(exact + slack), n - 1));
      }),
    );
  });

  it('rank gives the distribution of n * U^bias', () => {
    const n = 10;
    const draws = 20_000;
    for (const bias of [1, 2, 3]) {
      const seen = new Array<number>(n).fill(0);
      for (let block = 0; block < draws; block++) seen[f.matingRank(n, bias, 1, 2, block, 0, 3)]++;
      seen.forEach((count, rank) => {
        const p = ((rank + 1) / n) ** (1 / bias) - (rank / n) ** (1 / bias);
        expect(Math.abs(count - draws * p)).toBeLessThan(5 * Math.sqrt(draws * p * (1 - p)));
      });
    }
  });

  it('roulette agrees with the reference', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 5, noNaN: true }), { minLength: 1, maxLength: 60 }),
        source,
        slot,
        (fitness, block, k) => {
          let sum = 0;
          const cumulative = fitness.map((x) => {
            sum = Math.fround(sum + x);
            return sum;
          });
          const [list] = regions(e, [cumulative.length]);
          list.floats.set(cumulative);
          expect(f.matingRoulette(list.address, cumulative.length, ...key(block, k))).toBe(mating.matingRoulette(cumulative, block, k));
        },
      ),
    );
  });

  it('roulette never takes an individual without fitness', () => {
    const [list] = regions(e, [4]);
    list.floats.set([0, 1, 1, 3]);
    const seen = new Set<number>();
    for (let block = 0; block < 500; block++) seen.add(f.matingRoulette(list.address, 4, 1, 2, block, 0, 0));
    expect([...seen].sort()).toEqual([1, 3]);
  });

  it('roulette without any fitness takes all alike', () => {
    const [list] = regions(e, [3]);
    for (const total of [0, Infinity, NaN]) {
      list.floats.fill(total);
      const seen = new Set<number>();
      for (let block = 0; block < 100; block++) seen.add(f.matingRoulette(list.address, 3, 1, 2, block, 0, 0));
      expect([...seen].sort()).toEqual([0, 1, 2]);
    }
  });
});

describe('fitness shaping', () => {
  it('centered ranks agree with the reference', () => {
    fc.assert(
      fc.property(fc.array(loss, { maxLength: 50 }), (losses) => {
        const n = losses.length;
        const [list, order, out] = regions(e, [n, n, n]);
        const ranking = losses.map((_, i) => i).sort((i, j) => losses[i] - losses[j] || i - j);
        list.floats.set(losses);
        order.words.set(ranking);
        f.shapeCenteredRank(list.address, n, order.address, out.address);
        expect(bitsOf(out.floats)).toEqual(bitsOf(shaping.centeredRank(losses, ranking)));
        expect(out.guarded()).toBe(true);
      }),
    );
  });

  it('centered ranks of three are a half, nothing and minus a half', () => {
    const [list, order, out] = regions(e, [3, 3, 3]);
    list.floats.set([5, Infinity, 1]);
    order.words.set([2, 0, 1]);
    f.shapeCenteredRank(list.address, 3, order.address, out.address);
    expect([...out.floats]).toEqual([0, -0.5, 0.5]);
  });

  it('z-scores agree with the reference', () => {
    fc.assert(
      fc.property(fc.array(loss, { maxLength: 50 }), fc.float({ min: Math.fround(0.1), max: 5, noNaN: true }), (losses, clip) => {
        const [list, out] = regions(e, [losses.length, losses.length]);
        list.floats.set(losses);
        f.shapeZScore(list.address, losses.length, clip, out.address);
        expect(bitsOf(out.floats)).toEqual(bitsOf(shaping.zScore(losses, clip)));
        expect(out.guarded()).toBe(true);
      }),
    );
  });

  it('z-scores put infinities at the worst finite loss, and are nothing without a difference', () => {
    const [list, out] = regions(e, [4, 4]);
    const shape = (losses: number[]): number[] => {
      list.floats.set(losses);
      f.shapeZScore(list.address, 4, 3, out.address);
      return [...out.floats];
    };
    expect(shape([1, Infinity, 3, NaN])).toEqual(shape([1, 3, 3, 3]));
    expect(shape([1, 3, 3, 3])[0]).toBeGreaterThan(0);
    expect(shape([Infinity, Infinity, Infinity, Infinity])).toEqual([0, 0, 0, 0]);
    expect(shape([2, 2, 2, 2])).toEqual([0, 0, 0, 0]);
  });

  it('inherited losses agree with the reference', () => {
    const x = fc.float({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(x, x, x, fc.float({ min: 0, max: Math.fround(0.99), noNaN: true }), (own, a, b, part) => {
        expect(f.inherit(own, a, b, part)).toBe(shaping.inherit(own, a, b, part));
      }),
    );
    expect(f.inherit(2, 4, 6, 0)).toBe(2);
    expect(f.inherit(2, 2, 2, 0.25)).toBe(2);
  });
});

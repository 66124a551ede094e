import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_WORDS, SEED_HI, SEED_LO } from '../../../assembly/layout.ts';
import { batch, permute } from '../../reference/batch.ts';
import { Arena } from '../kernels/arena.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

const SEED: [lo: number, hi: number] = [0x12345678, 0x9abcdef0];
const COUNTS = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 255, 1000, 7000];

function rows(count: number, generation: number, stride: number, first: number, last: number): number[] {
  const config = new Uint32Array(CONFIG_WORDS);
  [config[SEED_LO], config[SEED_HI]] = SEED;
  const out = arena.room((last - first) * 4);
  engine.batch(arena.input(config), count, generation, stride, first, last, out);
  arena.check();
  return Array.from(arena.words(out, last - first));
}
const places = (count: number) => Array.from({ length: count }, (_, i) => i);
const ascending = (values: number[]) => [...values].sort((a, b) => a - b);

describe('permute', () => {
  it.each(COUNTS)('takes each of %d places to a place of its own', (count) => {
    for (const epoch of [0, 1, 0xffffffff]) {
      const images = places(count).map((place) => engine.permute(...SEED, epoch, count, place) >>> 0);
      expect(ascending(images)).toEqual(places(count));
    }
  });

  it('is the reference, for counts up to 2^32 - 1', () => {
    const count = fc.oneof(
      fc.integer({ min: 1, max: 0xffffffff }),
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom(2 ** 31, 2 ** 32 - 1),
    );
    fc.assert(
      fc.property(count, fc.nat(), fc.nat(), fc.nat(0xffffffff), (n, at, seed, epoch) => {
        const place = at % n;
        expect(engine.permute(seed, 1, epoch, n, place) >>> 0).toBe(permute(seed, 1, epoch, n, place));
      }),
      { numRuns: 200 },
    );
  });

  it('differs from epoch to epoch and from seed to seed', () => {
    const all = new Set(
      [0, 1, 2].flatMap((epoch) =>
        [0, 1].map((hi) =>
          places(100)
            .map((place) => engine.permute(5, hi, epoch, 100, place))
            .join(),
        ),
      ),
    );
    expect(all.size).toBe(6);
  });

  it('sends every example to every part of an epoch equally often', () => {
    // 2,000 epochs of 8 examples: 250 expected in each cell; chi-squared with 49 degrees of freedom is below 85 in 999 cases of 1,000.
    const cells = new Array(64).fill(0);
    for (let epoch = 0; epoch < 2000; ++epoch) for (let p = 0; p < 8; ++p) cells[p * 8 + engine.permute(...SEED, epoch, 8, p)] += 1;
    expect(cells.reduce((sum, n) => sum + (n - 250) ** 2 / 250, 0)).toBeLessThan(85);
  });
});

describe('batch', () => {
  it.each(COUNTS)('brings each of %d examples once in an epoch, whatever the size of the batches', (count) => {
    for (const size of [1, 3, 8, 64]) {
      // Three epochs, cut into batches that do not end with them.
      const generations = Math.ceil((3 * count) / size);
      const row = places(generations).flatMap((generation) => {
        arena.clear();
        return rows(count, generation, size, 0, size);
      });
      for (let epoch = 0; epoch < 3; ++epoch) {
        expect(ascending(row.slice(epoch * count, (epoch + 1) * count))).toEqual(places(count));
      }
    }
  });

  it('does not depend on how a batch is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...COUNTS),
        fc.nat(100_000),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(50),
        (count, generation, stride, at) => {
          arena.clear();
          const cut = at % (stride + 1);
          const whole = rows(count, generation, stride, 0, stride);
          expect([...rows(count, generation, stride, 0, cut), ...rows(count, generation, stride, cut, stride)]).toEqual(whole);
          expect(whole).toEqual(batch(...SEED, count, generation, stride, 0, stride));
        },
      ),
    );
  });

  it('counts places beyond 2^32', () => {
    const [count, generation, stride] = [7, 0xfffffff0, 1000];
    expect(rows(count, generation, stride, 990, 1000)).toEqual(batch(...SEED, count, generation, stride, 990, 1000));
  });
});

// Deciles against a plain sort, whatever the losses are.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { levelsOf } from '../../../server/track/index.ts';

/** By the definition: of the sorted finite losses the one at each tenth of the way. */
function plain(losses: Float32Array): number[] | null {
  const sorted = losses.filter(Number.isFinite).sort();
  return sorted.length ? Array.from({ length: 11 }, (_, k) => sorted[Math.round((k * (sorted.length - 1)) / 10)]) : null;
}

const loss = fc.oneof(
  fc.float({ noNaN: true, min: 0, max: 5 }),
  fc.constantFrom(0.5, 0.25, 1e30, -1, Number.POSITIVE_INFINITY, Number.NaN),
);

it('are those of a sort, and what is not finite is counted', () => {
  fc.assert(
    fc.property(fc.array(loss, { minLength: 1, maxLength: 2000, size: 'max' }), (list) => {
      const losses = Float32Array.from(list);
      const before = losses.slice();
      expect(levelsOf(losses)).toEqual({ levels: plain(losses), infinite: list.filter((value) => !Number.isFinite(value)).length });
      expect(losses).toEqual(before);
    }),
    { numRuns: 200 },
  );
});

it.each([
  { name: 'rising', at: (i: number) => i },
  { name: 'falling', at: (i: number) => -i },
  { name: 'all alike', at: () => 0.5 },
  { name: 'an organ pipe', at: (i: number) => Math.min(i, 60_000 - i) },
  { name: 'few values', at: (i: number) => (i * 7919) % 65 },
])('are those of a sort where values are in an awkward order: $name', ({ at }) => {
  const losses = Float32Array.from({ length: 60_000 }, (_, i) => at(i));
  expect(levelsOf(losses).levels).toEqual(plain(losses));
});

it('of a very large population are close, with the least and the largest exact', () => {
  const count = 1_000_000;
  const losses = Float32Array.from({ length: count }, (_, i) => (i * 7919) % count);
  losses[3] = -1;
  losses[7] = Number.POSITIVE_INFINITY;
  const { levels, infinite } = levelsOf(losses);
  expect(infinite).toBe(1);
  expect(levels?.[0]).toBe(-1);
  expect(levels?.[10]).toBe(count - 1);
  for (let k = 1; k < 10; ++k) expect(Math.abs((levels?.[k] as number) / count - k / 10)).toBeLessThan(0.01);
});

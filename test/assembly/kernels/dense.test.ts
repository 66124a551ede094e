import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { dense } from '../../reference/kernels.ts';
import { Arena } from './arena.ts';
import { numbers } from './numbers.ts';
import { fromPanels, toPanels } from './panels.ts';
import { sameBits } from './same-bits.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

const layer = fc.record({
  panels: fc.integer({ min: 0, max: 3 }),
  features: fc.integer({ min: 1, max: 40 }),
  // Past 16 units the weights are packed in more than one block.
  units: fc.integer({ min: 1, max: 39 }),
  floor: fc.constantFrom(0, Number.NEGATIVE_INFINITY),
  seed: fc.nat(),
  odd: fc.constantFrom(0, 0, 0.02),
});

describe('dense', () => {
  it('has the bits of the scalar layer', () => {
    fc.assert(
      fc.property(layer, ({ panels, features, units, floor, seed, odd }) => {
        arena.clear();
        const samples = panels * 8;
        const x = numbers(seed, samples * features, odd);
        const w = numbers(seed + 1, features * units, odd);
        const bias = numbers(seed + 2, units, odd);
        const out = arena.room(samples * units * 4);
        const [from, weights, offsets] = [toPanels(x, samples, features), w, bias].map((values) => arena.input(values));
        engine.dense(from, weights, offsets, out, panels, features, units, arena.scratch(engine.denseScratch(features)), floor);
        arena.check();
        sameBits(fromPanels(arena.floats(out, samples * units), samples, units), dense(x, w, bias, features, units, floor));
      }),
      { numRuns: 500 },
    );
  });

  it('gives a sample the same bits in every lane and panel', () => {
    const [features, units] = [53, 21];
    const sample = numbers(5, features);
    const x = Float32Array.from({ length: 24 * features }, (_, i) => sample[i % features]);
    const out = arena.room(24 * units * 4);
    const scratch = arena.scratch(engine.denseScratch(features));
    const from = arena.input(toPanels(x, 24, features));
    engine.dense(from, arena.input(numbers(6, features * units)), arena.input(numbers(7, units)), out, 3, features, units, scratch, 0);
    const rows = fromPanels(arena.floats(out, 24 * units), 24, units);
    for (let s = 1; s < 24; ++s) expect(rows.slice(s * units, (s + 1) * units)).toEqual(rows.slice(0, units));
  });
});

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { averagePool, maxPool } from '../../reference/kernels.ts';
import { Arena } from './arena.ts';
import { numbers } from './numbers.ts';
import { fromPanels, toPanels } from './panels.ts';
import { sameBits } from './same-bits.ts';
import { anySliding, poolArguments, sliding } from './sliding.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

describe.each([
  ['maxPool', maxPool],
  ['averagePool', averagePool],
] as const)('%s', (name, reference) => {
  it('has the bits of the scalar pooling; padding takes no part', () => {
    fc.assert(
      fc.property(anySliding, fc.integer({ min: 0, max: 2 }), fc.nat(), fc.constantFrom(0, 0.02), (s, panels, seed, odd) => {
        arena.clear();
        const samples = panels * 8;
        const [before, after] = [s.height * s.width * s.channels, s.outHeight * s.outWidth * s.channels];
        const x = numbers(seed, samples * before, odd);
        const out = arena.room(samples * after * 4);
        engine[name](arena.input(toPanels(x, samples, before)), out, panels, ...poolArguments(s));
        arena.check();
        sameBits(fromPanels(arena.floats(out, samples * after), samples, after), reference(x, samples, s));
      }),
      { numRuns: 400 },
    );
  });

  it('keeps a NaN to its own window and lane', () => {
    const s = sliding({ height: 2, width: 4, channels: 1, kernel: [2, 2], strides: [2, 2] }, 'valid');
    const x = numbers(1, 8 * 8);
    x[3 * 8 + 1] = Number.NaN; // sample 3, row 0, column 1: the left window
    const out = arena.room(8 * 2 * 4);
    engine[name](arena.input(toPanels(x, 8, 8)), out, 1, ...poolArguments(s));
    const result = fromPanels(arena.floats(out, 16), 8, 2);
    expect(Array.from(result, (v, i) => (Number.isNaN(v) ? i : -1)).filter((i) => i >= 0)).toEqual([3 * 2]);
  });
});

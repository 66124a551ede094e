import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { LOSS_CROSS_ENTROPY, LOSS_ERROR_RATE, LOSS_SQUARED_ERROR } from '../../../assembly/layout.ts';
import { crossEntropy, hits, mean, oneHot, squaredError } from '../../reference/losses.ts';
import { Arena } from './arena.ts';
import { numbers, wholes } from './numbers.ts';
import { toPanels } from './panels.ts';
import { sameBits } from './same-bits.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

const outputs = fc.record({
  panels: fc.integer({ min: 0, max: 3 }),
  width: fc.integer({ min: 1, max: 21 }),
  seed: fc.nat(),
  odd: fc.constantFrom(0, 0.05),
});

interface Losses {
  kind: number;
  /** [examples][width], whole panels. */
  z: Float32Array;
  width: number;
  targets: Int32Array | Float32Array;
  temperature?: number;
  smoothing?: number;
}

function losses({ kind, z, width, targets, temperature = 1, smoothing = 0 }: Losses): Float32Array {
  const examples = z.length / width;
  const classes = targets instanceof Int32Array;
  const given = arena.input(classes ? targets : toPanels(targets, examples, width));
  const out = arena.room(examples * 4);
  engine.losses(kind, arena.input(toPanels(z, examples, width)), given, classes ? 1 : 0, examples / 8, width, temperature, smoothing, out);
  arena.check();
  return arena.floats(out, examples);
}

describe('squared error', () => {
  it('has the bits of the scalar one, against numbers and against classes', () => {
    fc.assert(
      fc.property(outputs, ({ panels, width, seed, odd }) => {
        arena.clear();
        const z = numbers(seed, panels * 8 * width, odd);
        const targets = numbers(seed + 1, z.length, odd);
        const labels = wholes(seed + 2, panels * 8, Math.max(width, 2));
        sameBits(losses({ kind: LOSS_SQUARED_ERROR, z, width, targets }), squaredError(z, targets, width));
        sameBits(losses({ kind: LOSS_SQUARED_ERROR, z, width, targets: labels }), squaredError(z, oneHot(labels, width), width));
      }),
      { numRuns: 300 },
    );
  });
});

describe('error rate and hits', () => {
  it('agree with the scalar ones; the first of equal outputs is the guess, a NaN is none', () => {
    fc.assert(
      fc.property(outputs, fc.boolean(), ({ panels, width, seed, odd }, tied) => {
        arena.clear();
        const z = numbers(seed, panels * 8 * width, odd).map((v) => (tied ? Math.round(v) : v));
        const labels = wholes(seed + 2, panels * 8, Math.max(width, 2));
        const out = arena.room(panels * 32);
        engine.hits(arena.input(toPanels(z, panels * 8, width)), arena.input(labels), panels, width, out);
        arena.check();
        const expected = hits(z, labels, width);
        sameBits(arena.floats(out, panels * 8), expected);
        sameBits(
          losses({ kind: LOSS_ERROR_RATE, z, width, targets: labels }),
          expected.map((hit) => 1 - hit),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('takes exactly 0.5 of a single output for class 0', () => {
    const z = Float32Array.of(0.5, 0.50001, 0.5, 0.50001, -1, 2, Number.NaN, Number.POSITIVE_INFINITY);
    const wrong = losses({ kind: LOSS_ERROR_RATE, z, width: 1, targets: Int32Array.of(0, 0, 1, 1, 0, 1, 0, 1) });
    expect(Array.from(wrong)).toEqual([0, 1, 1, 0, 0, 0, 1, 0]);
  });
});

describe('cross-entropy', () => {
  it.each([0.1, 1, 7])('is close to float64 at temperature %d, with and without smoothing', (temperature) => {
    fc.assert(
      fc.property(
        outputs,
        fc.constantFrom(0, 0.1, 0.5, 1),
        fc.constantFrom(0.1, 1, 10, 1000),
        ({ panels, width, seed }, smoothing, scale) => {
          arena.clear();
          const z = numbers(seed, panels * 8 * width).map((v) => v * scale);
          const labels = wholes(seed + 2, panels * 8, width);
          const actual = losses({ kind: LOSS_CROSS_ENTROPY, z, width, targets: labels, temperature, smoothing });
          // 1 / temperature is rounded, and then each logit by it: at temperature 1 neither is.
          const rounded = temperature === 1 ? 0 : (4 * scale) / temperature;
          crossEntropy(z, labels, width, temperature, smoothing).forEach((value, i) => {
            expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(2 ** -23 * (2 + width / 4) * Math.max(1, value, rounded));
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  /** The loss of one example. */
  const one = (z: number[], label: number, smoothing = 0, temperature = 1) => {
    arena.clear();
    const all = Float32Array.from({ length: 8 * z.length }, (_, i) => z[i % z.length]);
    const targets = new Int32Array(8).fill(label);
    return losses({ kind: LOSS_CROSS_ENTROPY, z: all, width: z.length, targets, smoothing, temperature })[0];
  };

  it('of equal logits is the logarithm of the number of classes, whatever the logits and the smoothing', () => {
    for (const value of [0, -5, 1e6, -1e30]) {
      for (const smoothing of [0, 0.2]) expect(one(new Array(10).fill(value), 3, smoothing)).toBeCloseTo(Math.log(10), 6);
    }
  });

  it('stays finite and right at extreme logits', () => {
    expect(one([1e38, -1e38, 0], 0)).toBe(0);
    expect(one([1e38, -1e38, 0], 1)).toBe(Math.fround(2e38));
    expect(one([0, -200], 1)).toBe(200);
    expect(one([0, -200], 0)).toBe(0);
    // The sum of the logits overflows, the loss does not.
    expect(one([0, -3e38, -3e38], 0)).toBe(0);
  });

  it('takes a logit of -Infinity for a class that cannot be', () => {
    expect(one([0, Number.NEGATIVE_INFINITY, 0], 0)).toBeCloseTo(Math.log(2), 6);
    expect(one([0, Number.NEGATIVE_INFINITY, 0], 1)).toBe(Number.POSITIVE_INFINITY);
    expect(Number.isFinite(one([0, Number.NEGATIVE_INFINITY, 0], 0, 0.1))).toBe(false);
  });

  it('keeps its digits at large logits', () => {
    expect(one([1000, 999, 998], 0)).toBeCloseTo(0.4076059644, 6);
    expect(one([1000, 999, 998], 0, 0.3)).toBeCloseTo(0.4076059644 + 0.3, 6);
  });

  it('is not finite where a logit is NaN or +Infinity, so that the mean becomes +Infinity', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const label of [0, 1]) expect(Number.isFinite(one([bad, 0, 1], label))).toBe(false);
    }
  });
});

describe('mean', () => {
  it('is the float64 sum from the first to the last, rounded once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.constantFrom(0, 0, 0.01), (count, seed, odd) => {
        arena.clear();
        const values = numbers(seed, count, odd);
        expect(engine.mean(arena.input(values), count)).toBe(mean(values));
      }),
    );
  });

  it('makes +Infinity of a NaN, of either infinity, of overflow and of nothing', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(engine.mean(arena.input(Float32Array.of(1, bad, 2)), 3)).toBe(Number.POSITIVE_INFINITY);
    }
    expect(engine.mean(arena.input(Float32Array.of(3e38, 3e38)), 2)).toBe(Math.fround(3e38));
    expect(engine.mean(arena.input(new Float32Array(1)), 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

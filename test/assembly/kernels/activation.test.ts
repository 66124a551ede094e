import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { relu } from '../../reference/kernels.ts';
import { softmax } from '../../reference/losses.ts';
import { Arena } from './arena.ts';
import { numbers } from './numbers.ts';
import { fromPanels, toPanels } from './panels.ts';
import { sameBits } from './same-bits.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

const softmaxed = (z: Float32Array, samples: number, features: number): Float32Array => {
  const out = arena.room(Math.ceil(samples / 8) * 8 * features * 4);
  engine.softmax(arena.input(toPanels(z, samples, features)), out, Math.ceil(samples / 8), features);
  arena.check();
  return fromPanels(arena.floats(out, Math.ceil(samples / 8) * 8 * features), samples, features);
};

describe('relu', () => {
  it('has the bits of the scalar one, in place too; a NaN stays', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.nat(), fc.boolean(), (vectors, seed, inPlace) => {
        arena.clear();
        const x = numbers(seed, vectors * 4, 0.2);
        const out = arena.room(x.byteLength);
        const from = inPlace ? out : arena.input(x);
        if (inPlace) arena.put(out, x);
        engine.relu(from, out, x.length);
        arena.check();
        sameBits(arena.floats(out, x.length), relu(x));
      }),
    );
  });
});

describe('tanh and sigmoid', () => {
  it.each([
    ['tanh', Math.tanh],
    ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x))],
  ] as const)('%s is within 2e-7 over runs of any length', (name, exact) => {
    for (const vectors of [0, 1, 3, 100]) {
      const x = numbers(vectors, vectors * 4).map((v) => v * 8);
      const out = arena.room(x.byteLength);
      engine[name](arena.input(x), out, x.length);
      arena.check();
      arena.floats(out, x.length).forEach((value, i) => {
        expect(Math.abs(value - exact(x[i]))).toBeLessThan(2e-7);
      });
    }
  });
});

describe('softmax', () => {
  it('is within 3e-7 of float64 and sums to 1, however large the logits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 23 }),
        fc.constantFrom(0, 1, 30, 1e4, 1e30),
        fc.nat(),
        (samples, features, scale, seed) => {
          arena.clear();
          const z = numbers(seed, samples * features).map((v) => v * scale);
          const actual = softmaxed(z, samples, features);
          softmax(z, features).forEach((value, i) => {
            expect(Math.abs(actual[i] - value)).toBeLessThan(3e-7);
          });
          for (let s = 0; s < samples; ++s) {
            expect(actual.subarray(s * features, (s + 1) * features).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
          }
        },
      ),
    );
  });

  it('gives a logit of -Infinity nothing, and makes NaN only of its own sample', () => {
    const z = Float32Array.of(1, Number.NEGATIVE_INFINITY, 1, Number.NaN, 2, 3, Number.POSITIVE_INFINITY, 0, 0, 5, 5, 5);
    const out = softmaxed(z, 4, 3);
    expect(Array.from(out.subarray(0, 3))).toEqual([0.5, 0, 0.5]);
    expect(Array.from(out.subarray(3, 9)).every(Number.isNaN)).toBe(true);
    for (const v of out.subarray(9)) expect(v).toBeCloseTo(1 / 3, 6);
  });

  it('gives equal logits equal parts, to the bit', () => {
    for (const value of softmaxed(new Float32Array(8 * 7).fill(-3.25), 8, 7)) expect(value).toBe(Math.fround(1 / 7));
  });
});

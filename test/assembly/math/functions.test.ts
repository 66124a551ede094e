import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, sigmoid, tanh } from '../../reference/functions.ts';
import { length, shift } from '../arbitrary.ts';
import { engine } from '../engine.ts';
import { bitsOf, regions } from '../guard.ts';

const FUNCTIONS = [
  { name: 'exp', reference: exp, exact: Math.exp, ulps: 1.5, absolute: Infinity },
  { name: 'log', reference: log, exact: Math.log, ulps: 1.5, absolute: Infinity },
  { name: 'tanh', reference: tanh, exact: Math.tanh, ulps: 3, absolute: 1.6e-7 },
  // Where e^-x overflows, the result is 0 and not a denormal.
  {
    name: 'sigmoid',
    reference: sigmoid,
    exact: (x: number) => (Math.fround(Math.exp(-x)) === Infinity ? 0 : 1 / (1 + Math.exp(-x))),
    ulps: 3,
    absolute: 1e-7,
  },
] as const;

/** Distance of a float32 from the exact result, in units of the last place there. */
function ulps(result: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (Object.is(result, nearest) || (Number.isNaN(result) && Number.isNaN(exact))) return 0;
  if (!Number.isFinite(nearest) || !Number.isFinite(result)) return result === nearest ? 0 : Infinity;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(nearest) || 2 ** -149)), -126);
  return Math.abs(result - exact) / 2 ** (exponent - 23);
}

describe.each(FUNCTIONS)('$name', ({ name, reference, exact, ulps: most, absolute }) => {
  const e = engine(4 << 20);
  const run = e.functions[`${name}Array`];

  it('agrees with the reference bit for bit, in lanes and in the tail', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 40 }), shift, (values, off) => {
        const [x, out] = regions(e, [values.length, values.length], off);
        x.floats.set(values);
        run(x.address, out.address, values.length);
        const expected = values.map((v) => reference(v));
        expect([...out.floats].map((v) => (Number.isNaN(v) ? 'NaN' : v))).toEqual(expected.map((v) => (Number.isNaN(v) ? 'NaN' : v)));
        expect(out.guarded()).toBe(true);
      }),
    );
  });

  it('is accurate over the whole range of floats', () => {
    const count = 1 << 16;
    const [x, out] = regions(e, [count, count]);
    let worst = 0;
    let distance = 0;
    // A prime step, so that all exponents and many mantissas are met.
    const step = 1009;
    for (let start = 0; start < 2 ** 32; start += count * step) {
      for (let i = 0; i < count; i++) x.words[i] = start + i * step;
      run(x.address, out.address, count);
      for (let i = 0; i < count; i++) {
        const expected = exact(x.floats[i]);
        worst = Math.max(worst, ulps(out.floats[i], expected));
        if (Number.isFinite(expected)) distance = Math.max(distance, Math.abs(out.floats[i] - expected));
      }
    }
    expect(worst).toBeLessThan(most);
    expect(distance).toBeLessThanOrEqual(absolute);
  });

  it('works in place and writes no further', () => {
    fc.assert(
      fc.property(length, (count) => {
        const [x] = regions(e, [count]);
        x.floats.forEach((_, i) => {
          x.floats[i] = i / 7 + 0.25;
        });
        const expected = [...x.floats].map((v) => reference(v));
        run(x.address, x.address, count);
        expect(bitsOf(x.floats)).toEqual(bitsOf(expected));
        expect(x.guarded()).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('special values', () => {
  const e = engine();
  const at = (name: string, value: number): number => {
    const [x] = regions(e, [1]);
    x.floats[0] = value;
    e.functions[`${name}Array`](x.address, x.address, 1);
    return x.floats[0];
  };

  it.each([
    ['exp', Infinity, Infinity],
    ['exp', -Infinity, 0],
    ['exp', 0, 1],
    ['exp', 89, Infinity],
    ['exp', NaN, NaN],
    ['log', 0, -Infinity],
    ['log', 1, 0],
    ['log', Infinity, Infinity],
    ['log', -1, NaN],
    ['log', NaN, NaN],
    ['tanh', Infinity, 1],
    ['tanh', -Infinity, -1],
    ['tanh', 0, 0],
    ['tanh', NaN, NaN],
    ['sigmoid', Infinity, 1],
    ['sigmoid', -Infinity, 0],
    ['sigmoid', 0, 0.5],
    ['sigmoid', NaN, NaN],
  ])('%s(%d) is %d', (name, value, result) => {
    expect(at(name, value)).toBe(result);
  });
});

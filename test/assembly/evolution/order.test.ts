import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { TIE } from '../../../assembly/rng/streams.ts';
import { order } from '../../reference/order.ts';
import { Arena } from '../kernels/arena.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

function ordered(losses: Float32Array, seedLo = 1, seedHi = 2, generation = 3): number[] {
  const out = arena.room(losses.length * 4);
  const at = arena.input(losses);
  engine.order(at, losses.length, seedLo, seedHi, generation, out, arena.scratch(engine.orderScratch(losses.length)));
  arena.check();
  return Array.from(arena.words(out, losses.length));
}

const losses = fc
  .array(fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 0.25, 0.5, Number.POSITIVE_INFINITY)), { maxLength: 70 })
  .map((values) => Float32Array.from(values));

describe('order', () => {
  it('is the reference sort: by loss, then by the draws of the individuals', () => {
    fc.assert(
      fc.property(losses, fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), (values, seedLo, seedHi, generation) => {
        arena.clear();
        expect(ordered(values, seedLo, seedHi, generation)).toEqual(order(values, seedLo, seedHi, generation));
      }),
      { numRuns: 400 },
    );
  });

  it('sorts a large population', () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 257) / 64);
    expect(ordered(values)).toEqual(order(values, 1, 2, 3));
  });

  it('puts infinities last', () => {
    const values = Float32Array.from({ length: 60 }, (_, i) => (i % 3 ? 3.4e38 - i : Number.POSITIVE_INFINITY));
    const last = ordered(values).slice(40);
    expect(last.every((i) => i % 3 === 0)).toBe(true);
  });

  it('breaks ties anew in every generation, and the same way for whoever asks', () => {
    const equal = new Float32Array(65).fill(0.5);
    const first = ordered(equal, 1, 2, 3);
    expect(ordered(equal, 1, 2, 3)).toEqual(first);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from(equal, (_, i) => i));
    expect(ordered(equal, 1, 2, 4)).not.toEqual(first);
    expect(ordered(equal, 1, 3, 3)).not.toEqual(first);
  });

  it('falls back on the index where two draws are the same', () => {
    // Among 300,000 draws of 32 bits some ten pairs are.
    const result = ordered(new Float32Array(300_000));
    const draws = result.map((individual) => engine.word(1, 2, 0, individual, 3, TIE) >>> 0);
    let same = 0;
    for (let i = 1; i < result.length; ++i) {
      if (draws[i] === draws[i - 1]) same += 1;
      if (draws[i] < draws[i - 1] || (draws[i] === draws[i - 1] && result[i] < result[i - 1]))
        throw new Error(`place ${i} is out of order`);
    }
    expect(same).toBeGreaterThan(0);
  });

  it('keeps the order of equals, whoever else is there', () => {
    // Individuals 0, 2, 4, ... are equal in both; the others are better in one and worse in the other.
    const with_ = (other: number) => ordered(Float32Array.from({ length: 40 }, (_, i) => (i % 2 ? other : 1))).filter((i) => i % 2 === 0);
    expect(with_(0)).toEqual(with_(2));
  });

  it('takes -0 and 0 for equal', () => {
    const zeros = Float32Array.from({ length: 20 }, (_, i) => (i % 2 ? 0 : -0));
    expect(ordered(zeros)).toEqual(ordered(new Float32Array(20)));
  });

  it.each([0, 1, 2])('of %d losses', (count) => {
    const values = Float32Array.from({ length: count }, (_, i) => -i);
    expect(ordered(values)).toEqual(Array.from(values, (_, i) => count - 1 - i));
  });
});

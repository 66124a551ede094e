import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../../reference/philox.ts';
import { source, word } from '../arbitrary.ts';
import { engine } from '../engine.ts';
import { regions } from '../guard.ts';

// Random123's kat_vectors, philox4x32 with 7 rounds.
const KNOWN: { counter: [number, number, number, number]; key: [number, number]; output: number[] }[] = [
  { counter: [0, 0, 0, 0], key: [0, 0], output: [0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    output: [0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    output: [0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a],
  },
];

describe('Philox4x32-7', () => {
  const e = engine();
  const { philox4x32, word: draw, below } = e.functions;

  it.each(KNOWN)('gives the known answer for counter $counter', ({ counter, key, output }) => {
    const [out] = regions(e, [4]);
    philox4x32(...counter, ...key, out.address);
    expect([...out.words]).toEqual(output);
    expect(reference.philox4x32(counter, key)).toEqual(output);
    expect(out.guarded()).toBe(true);
  });

  it('agrees with the reference for any counter and key', () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        const [out] = regions(e, [4]);
        philox4x32(...counter, ...key, out.address);
        expect([...out.words]).toEqual(reference.philox4x32(counter, key));
      }),
    );
  });

  it('orders draws by tiles of four counters', () => {
    fc.assert(
      fc.property(source, word, word, (s, stream, position) => {
        expect(draw(s.seedLo, s.seedHi, position, s.individual, s.generation, stream) >>> 0).toBe(reference.word(s, stream, position));
      }),
    );
  });

  it('scales words to a range', () => {
    fc.assert(
      fc.property(word, word, (n, bits) => {
        expect(below(n, bits) >>> 0).toBe(reference.below(n, bits));
      }),
    );
    expect(below(10, 0xffffffff)).toBe(9);
    expect(below(10, 0)).toBe(0);
  });
});

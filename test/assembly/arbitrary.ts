// What property tests of the engine draw.
import fc from 'fast-check';
import type { Source } from '../reference/philox.ts';

export const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff));

export const source: fc.Arbitrary<Source> = fc.record({ seedLo: word, seedHi: word, individual: word, generation: word });

/** Lengths around whole tiles (16) and blocks (64) as well as any. */
export const length = fc.oneof(fc.integer({ min: 0, max: 210 }), fc.constantFrom(0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 192));

/** Words that a range is moved off the 16-byte grid. */
export const shift = fc.integer({ min: 0, max: 3 });

export const share = fc.oneof(fc.constantFrom(0, 1, 127, 128, 129, 255, 256), fc.integer({ min: 0, max: 256 }));

/** Weights as a trained network has them, zeros of both signs and large numbers among them. */
export const weight = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, Math.fround(1e30), Math.fround(-1e-30)) },
);

/** float32 losses, infinities among them. */
export const loss = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: 0, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Infinity, 0, 1) },
);

/** Deterministic contents: bits that are no number at all included. */
export function fill(words: Uint32Array, seed: number): void {
  let x = seed >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x >>> 0;
  }
}

/** The same as numbers between -4 and 4. */
export function fillFloats(floats: Float32Array, seed: number): void {
  const words = new Uint32Array(floats.length);
  fill(words, seed);
  for (let i = 0; i < floats.length; i++) floats[i] = (words[i] / 2 ** 32 - 0.5) * 8;
}

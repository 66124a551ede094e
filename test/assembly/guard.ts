// Ranges of the engine's memory with guard words around them, so that a test sees what is written where it should not be.
import { BASE, type Engine } from './engine.ts';

const GUARD = 0xdeadbeef;
const GUARD_WORDS = 20;

export interface Region {
  /** Address in bytes. */
  address: number;
  /** The range, as bits and as float32. */
  words: Uint32Array;
  floats: Float32Array;
  /** True while the words on both sides are as they were. */
  guarded(): boolean;
}

/** Ranges one after the other from BASE on, `lengths` in words; `shift` (0..3 words) moves them off the 16-byte grid. */
export function regions({ memory, words }: Engine, lengths: number[], shift = 0): Region[] {
  let at = BASE / 4 + shift;
  return lengths.map((length) => {
    const before = at;
    const start = before + GUARD_WORDS;
    const end = start + length;
    const after = end + GUARD_WORDS;
    at = after;
    words.fill(GUARD, before, after);
    return {
      address: start * 4,
      words: new Uint32Array(memory.buffer, start * 4, length),
      floats: new Float32Array(memory.buffer, start * 4, length),
      guarded: () => words.subarray(before, start).every((w) => w === GUARD) && words.subarray(end, after).every((w) => w === GUARD),
    };
  });
}

/** The bits of float32 numbers, for comparisons that tell -0 from 0. */
export function bitsOf(values: ArrayLike<number>): number[] {
  return [...new Uint32Array(Float32Array.from(values).buffer)];
}

// Which of two parents a weight, neuron or layer comes from: one random byte each, of stream MASK, keyed by the pair, so that the two
// complementary children share it. Number i comes from the first parent iff its byte is below `share` (0 to 256).
//
// Order of bytes. 64 numbers share a tile of 16 words. With i & 63 = 16 * v + 4 * b + lane, number i has byte b (0 the lowest) of word
// 4 * v + lane of tile i >> 6 (rng/bytes.ts).
import { halfBlock, word } from '../rng/philox';
import { MASK } from '../rng/streams';

/** Numbers with a byte in the same tile. */
export const BLOCK: u32 = 64;

/** Whether `number` comes from the first parent. */
export function fromFirst(number: u32, share: u32, seedLo: u32, seedHi: u32, pair: u32, generation: u32): bool {
  const position = ((number >>> 6) << 4) | ((number >>> 2) & 12) | (number & 3);
  const bits = word(seedLo, seedHi, position, pair, generation, MASK);
  return ((bits >>> ((number & 12) << 1)) & 0xff) < share;
}

/** Bits of the numbers 0..63 of block `block`: bit i set iff number i comes from the first parent. For the ends of a range. */
export function blockBits(block: u32, share: u32, seedLo: u32, seedHi: u32, pair: u32, generation: u32): u64 {
  let bits: u64 = 0;
  for (let lane: u32 = 0; lane < 4; lane++) {
    const even = halfBlock((block << 2) | lane, pair, generation, MASK, seedLo, seedHi, false);
    const odd = halfBlock((block << 2) | lane, pair, generation, MASK, seedLo, seedHi, true);
    for (let b: u32 = 0; b < 4; b++) {
      const shift = u64(b << 3);
      const at = u64((b << 2) | lane);
      bits |= u64(u32((even >>> (32 + shift)) & 0xff) < share) << at;
      bits |= u64(u32((even >>> shift) & 0xff) < share) << (16 + at);
      bits |= u64(u32((odd >>> (32 + shift)) & 0xff) < share) << (32 + at);
      bits |= u64(u32((odd >>> shift) & 0xff) < share) << (48 + at);
    }
  }
  return bits;
}

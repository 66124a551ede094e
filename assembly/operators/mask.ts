// Which of two parents a weight, neuron or layer comes from: one random byte each, of stream MASK, keyed by the pair, so that the two
// complementary children share it. Number i comes from the first parent iff its byte is below `share` (0 to 256).
//
// Order of bytes. 64 numbers share a tile of 16 words. With i & 63 = 16 * v + 4 * b + lane, number i has byte b (0 the lowest) of word
// 4 * v + lane of tile i >> 6: from each of the tile's four vectors come, by shifts, four masks of four neighbours.
import { halfBlock, word } from '../rng/philox';
import { MASK } from '../rng/streams';
import { wordTiles } from '../rng/tiles';

/** Numbers with a byte in the same tile. */
export const BLOCK: u32 = 64;

/** Whether `number` comes from the first parent. */
export function fromFirst(number: u32, share: u32, seedLo: u32, seedHi: u32, pair: u32, generation: u32): bool {
  const position = ((number >>> 6) << 4) | ((number >>> 2) & 12) | (number & 3);
  const bits = word(seedLo, seedHi, position, pair, generation, MASK);
  return ((bits >>> ((number & 12) << 1)) & 0xff) < share;
}

/** Words of `blocks` whole blocks from block `first` on. */
// @ts-ignore: decorator
@inline
export function maskWords(out: usize, first: u32, blocks: u32, seedLo: u32, seedHi: u32, pair: u32, generation: u32): void {
  wordTiles(out, first, blocks, seedLo, seedHi, pair, generation, MASK);
}

/** What `maskOf` compares with: `share`, 1 to 255, in the order of signed numbers. */
// @ts-ignore: decorator
@inline
export function limitOf(share: u32): v128 {
  return i32x4.splat((share - 128) << 24);
}

/** A vector of words, made ready for `maskOf`: bytes in the order of signed numbers. */
// @ts-ignore: decorator
@inline
export function signedBytes(words: usize, bias: v128): v128 {
  return v128.xor(v128.load(words), bias);
}

/** All ones in the lanes whose byte `byte` is below the share. Lower bytes change nothing: they only add to an equal or greater byte. */
// @ts-ignore: decorator
@inline
export function maskOf(signed: v128, byte: i32, limit: v128): v128 {
  return i32x4.lt_s(byte == 3 ? signed : i32x4.shl(signed, 24 - 8 * byte), limit);
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

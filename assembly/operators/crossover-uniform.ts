// Uniform crossover (Syswerda, "Uniform crossover in genetic algorithms", ICGA 1989): child = a * mask + b * (1 - mask) by weight; the
// complementary child has the parents swapped.
import { BLOCK, blockBits, limitOf, maskOf, maskWords, signedBytes } from './mask';
import { overlap } from './overlap';

// Blocks whose words are drawn at a time: what is written (256 bytes a block) stays in the first cache.
const BATCH: u32 = 32;
const BLOCK_BYTES: usize = 256;
const WORD_BYTES: usize = 64;

// @ts-ignore: decorator
@inline
function mix(a: usize, b: usize, out: usize, mask: v128): void {
  v128.store(out, v128.bitselect(v128.load(a), v128.load(b), mask));
}

// The 16 weights that take their bytes from one vector of words.
// @ts-ignore: decorator
@inline
function mix16(a: usize, b: usize, out: usize, signed: v128, limit: v128): void {
  mix(a, b, out, maskOf(signed, 0, limit));
  mix(a + 16, b + 16, out + 16, maskOf(signed, 1, limit));
  mix(a + 32, b + 32, out + 32, maskOf(signed, 2, limit));
  mix(a + 48, b + 48, out + 48, maskOf(signed, 3, limit));
}

/**
 * `a`, `b`, `out`: [count] float32. Weight j comes from `a` iff its byte (mask.ts) is below `share`, with `complement` from `b`.
 * False, and nothing written, where `out` overlaps a parent.
 */
export function crossoverUniform(
  a: usize, b: usize, out: usize, count: u32, share: u32, complement: bool, seedLo: u32, seedHi: u32, pair: u32, generation: u32,
): bool {
  const bytes = u64(count) << 2;
  if (overlap(out, bytes, a, bytes) || overlap(out, bytes, b, bytes)) return false;
  if (complement) {
    const first = a;
    a = b;
    b = first;
  }
  if (share == 0 || share >= 256) {
    memory.copy(out, share == 0 ? b : a, usize(bytes));
    return true;
  }
  const limit = limitOf(share);
  const bias = i32x4.splat(0x80808080);
  const blocks = count / BLOCK;
  for (let block: u32 = 0; block < blocks; ) {
    // The words wait at the end of what this batch fills: block t is written over words that are used up.
    const batch = min(BATCH, blocks - block);
    let words = out + (BLOCK_BYTES - WORD_BYTES) * batch;
    maskWords(words, block, batch, seedLo, seedHi, pair, generation);
    block += batch;
    for (const end = words + WORD_BYTES * batch; words != end; words += WORD_BYTES) {
      const v0 = signedBytes(words, bias);
      const v1 = signedBytes(words + 16, bias);
      const v2 = signedBytes(words + 32, bias);
      const v3 = signedBytes(words + 48, bias);
      mix16(a, b, out, v0, limit);
      mix16(a + 64, b + 64, out + 64, v1, limit);
      mix16(a + 128, b + 128, out + 128, v2, limit);
      mix16(a + 192, b + 192, out + 192, v3, limit);
      a += BLOCK_BYTES;
      b += BLOCK_BYTES;
      out += BLOCK_BYTES;
    }
  }
  const rest = count % BLOCK;
  if (rest != 0) {
    let bits = blockBits(blocks, share, seedLo, seedHi, pair, generation);
    for (const end = out + (usize(rest) << 2); out != end; out += 4, a += 4, b += 4, bits >>>= 1) {
      store<u32>(out, load<u32>(bits & 1 ? a : b));
    }
  }
  return true;
}

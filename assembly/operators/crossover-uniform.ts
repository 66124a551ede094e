// Uniform crossover (Syswerda, "Uniform crossover in genetic algorithms", ICGA 1989): child = a * mask + b * (1 - mask) by weight; the
// complementary child has the parents swapped.
import { MASK } from '../rng/streams';
import { mixTiles } from '../rng/tiles';
import { BLOCK, blockBits } from './mask';
import { overlap } from './overlap';

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
  const blocks = count / BLOCK;
  mixTiles(a, b, out, 0, blocks, share, seedLo, seedHi, pair, generation, MASK);
  const rest = count % BLOCK;
  if (rest != 0) {
    const done = usize(count - rest) << 2;
    a += done;
    b += done;
    out += done;
    let bits = blockBits(blocks, share, seedLo, seedHi, pair, generation);
    for (const end = out + (usize(rest) << 2); out != end; out += 4, a += 4, b += 4, bits >>>= 1) {
      store<u32>(out, load<u32>(bits & 1 ? a : b));
    }
  }
  return true;
}

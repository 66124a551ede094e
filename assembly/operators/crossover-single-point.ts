// Single-point crossover (Holland 1975): the first parent up to a cut at one of the count - 1 inner positions, then the second.
import { below, word } from '../rng/philox';
import { MASK } from '../rng/streams';
import { overlap } from './overlap';

/**
 * `a`, `b`, `out`: [count] float32; `complement` swaps the parents. A single weight comes from the first parent. False, and nothing
 * written, where `out` overlaps a parent.
 */
export function crossoverSinglePoint(
  a: usize, b: usize, out: usize, count: u32, complement: bool, seedLo: u32, seedHi: u32, pair: u32, generation: u32,
): bool {
  const bytes = u64(count) << 2;
  if (overlap(out, bytes, a, bytes) || overlap(out, bytes, b, bytes)) return false;
  if (count == 0) return true;
  const cut = usize(1 + below(count - 1, word(seedLo, seedHi, 0, pair, generation, MASK))) << 2;
  memory.copy(out, complement ? b : a, cut);
  memory.copy(out + cut, (complement ? a : b) + cut, usize(bytes) - cut);
  return true;
}

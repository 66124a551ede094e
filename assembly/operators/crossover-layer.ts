// Crossover by layer: each layer comes whole from one parent.
import { fromFirst } from './mask';
import { overlap } from './overlap';

/** Whether `layer` comes from the first parent; with `complement` whether from the second by the same draw. */
export function layerFromA(
  layer: u32, share: u32, complement: bool, seedLo: u32, seedHi: u32, pair: u32, generation: u32,
): bool {
  return fromFirst(layer, share, seedLo, seedHi, pair, generation) != complement;
}

/**
 * One layer: `count` floats from float `offset` on of `a` or `b` to the same place of `out`. False, and nothing written, where the
 * layer's place in `out` overlaps its place in a parent.
 */
export function crossoverLayer(
  a: usize, b: usize, out: usize, offset: u32, count: u32, layer: u32, share: u32, complement: bool,
  seedLo: u32, seedHi: u32, pair: u32, generation: u32,
): bool {
  const at = usize(offset) << 2;
  const bytes = u64(count) << 2;
  if (overlap(out + at, bytes, a + at, bytes) || overlap(out + at, bytes, b + at, bytes)) return false;
  const own = layerFromA(layer, share, complement, seedLo, seedHi, pair, generation);
  memory.copy(out + at, (own ? a : b) + at, usize(bytes));
  return true;
}

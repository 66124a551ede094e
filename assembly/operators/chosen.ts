// The weights that a sparse or set mutation touches: weight j iff word j of stream CHOICE is below fraction * 2^32.
import { CHOICE } from '../rng/streams';
import { wordTiles } from '../rng/tiles';

/** fraction * 2^32 for a fraction below 1; not a number and negative count as 0. */
export function chosenBelow(fraction: f32): u32 {
  return fraction > 0 ? u32(f64(fraction) * 4294967296.0) : 0;
}

/** The words of tile `tile` at `out` (64 bytes); false if none is below `threshold`. */
export function choose(
  out: usize, tile: u32, threshold: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32,
): bool {
  wordTiles(out, tile, 1, seedLo, seedHi, individual, generation, CHOICE);
  const least = i32x4.min_u(i32x4.min_u(v128.load(out), v128.load(out, 16)), i32x4.min_u(v128.load(out, 32), v128.load(out, 48)));
  return v128.any_true(i32x4.lt_u(least, i32x4.splat(threshold)));
}

/** Bit j set iff word j of the tile at `words` is below `threshold`. */
export function chosenBits(words: usize, threshold: u32): u32 {
  let bits: u32 = 0;
  for (let j: u32 = 0; j < 16; j++) bits |= u32(load<u32>(words + (usize(j) << 2)) < threshold) << j;
  return bits;
}

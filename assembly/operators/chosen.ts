// The weights that a sparse or set mutation touches: weight j iff word j of stream CHOICE is below fraction * 2^32.
import { CHOICE } from '../rng/streams';
import { chooseTiles } from '../rng/tiles';

/** Tiles whose choice fits into 64 bytes of scratch, two bytes each. */
export const CHOICE_TILES: u32 = 32;

/** fraction * 2^32 for a fraction below 1; not a number and negative count as 0. */
export function chosenBelow(fraction: f32): u32 {
  return fraction > 0 ? u32(f64(fraction) * 4294967296.0) : 0;
}

/** Which weights of `count` tiles from `first` on are chosen: [count] u16 at `bits`, a weight a bit. */
// @ts-ignore: decorator
@inline
export function choose(
  bits: usize, first: u32, count: u32, threshold: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32,
): void {
  chooseTiles(bits, first, count, threshold, seedLo, seedHi, individual, generation, CHOICE);
}

/** How many tiles from `tile` on, before `count`, have a weight chosen. */
export function chosenRun(bits: usize, tile: u32, count: u32): u32 {
  let end = tile;
  while (end < count && load<u16>(bits + (usize(end) << 1)) != 0) end++;
  return end - tile;
}

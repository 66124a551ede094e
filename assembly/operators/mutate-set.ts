// Set mutation: a random fraction of the weights (chosen.ts) is overwritten by sigma * N(0, 1), draw j of stream NOISE for weight j.
import { normal } from '../rng/normal';
import { NOISE } from '../rng/streams';
import { normalTiles, setChosenTile, TILE_BYTES } from '../rng/tiles';
import { choose, chosenBelow, chosenBits } from './chosen';

/** `w`: [count] float32, changed in place; `fraction` 0 to 1. `scratch`: 64 bytes, 16-aligned. */
export function mutateSet(
  w: usize, count: u32, sigma: f32, fraction: f32,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, scratch: usize,
): void {
  if (fraction >= 1) {
    normal(w, 0, count, sigma, seedLo, seedHi, individual, generation, NOISE, scratch);
    return;
  }
  const threshold = chosenBelow(fraction);
  const whole = count >>> 4;
  for (let tile: u32 = 0; tile < whole; tile++, w += TILE_BYTES) {
    if (!choose(scratch, tile, threshold, seedLo, seedHi, individual, generation)) continue;
    setChosenTile(w, tile, sigma, scratch, threshold, seedLo, seedHi, individual, generation, NOISE);
  }
  const rest = count & 15;
  if (rest == 0 || !choose(scratch, whole, threshold, seedLo, seedHi, individual, generation)) return;
  let bits = chosenBits(scratch, threshold);
  normalTiles(scratch, whole, 1, sigma, seedLo, seedHi, individual, generation, NOISE);
  for (const end = w + (usize(rest) << 2); w != end; w += 4, scratch += 4, bits >>>= 1) {
    if (bits & 1) store<f32>(w, load<f32>(scratch));
  }
}

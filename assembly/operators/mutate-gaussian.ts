// Gaussian mutation: w + sigma * N(0, 1), draw j of stream NOISE for weight j. Noise and sum are one loop.
import { addNormalTiles, normalTiles, TILE_BYTES } from '../rng/tiles';
import { NOISE } from '../rng/streams';

/** `w`: [count] float32, changed in place. `scratch`: 64 bytes, 16-aligned. */
export function mutateGaussian(
  w: usize, count: u32, sigma: f32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, scratch: usize,
): void {
  const whole = count >>> 4;
  addNormalTiles(w, 0, whole, sigma, seedLo, seedHi, individual, generation, NOISE);
  const rest = count & 15;
  if (rest == 0) return;
  w += TILE_BYTES * whole;
  normalTiles(scratch, whole, 1, sigma, seedLo, seedHi, individual, generation, NOISE);
  for (const end = w + (usize(rest) << 2); w != end; w += 4, scratch += 4) store<f32>(w, load<f32>(w) + load<f32>(scratch));
}

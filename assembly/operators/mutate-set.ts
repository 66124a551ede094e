// Set mutation: a random fraction of the weights (chosen.ts) is overwritten by sigma * N(0, 1), draw j of stream NOISE for weight j.
import { normal } from '../rng/normal';
import { NOISE } from '../rng/streams';
import { normalTiles, setChosenTiles, TILE_BYTES } from '../rng/tiles';
import { CHOICE_TILES, choose, chosenBelow, chosenRun } from './chosen';

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
  for (let tile: u32 = 0; tile < whole; ) {
    const batch = min(whole - tile, CHOICE_TILES);
    choose(scratch, tile, batch, threshold, seedLo, seedHi, individual, generation);
    for (let i: u32 = 0; i < batch; i++) {
      const run = chosenRun(scratch, i, batch);
      if (run == 0) continue;
      const at = scratch + (usize(i) << 1);
      setChosenTiles(w + TILE_BYTES * (tile + i), tile + i, run, sigma, at, seedLo, seedHi, individual, generation, NOISE);
      i += run;
    }
    tile += batch;
  }
  const rest = count & 15;
  if (rest == 0) return;
  choose(scratch, whole, 1, threshold, seedLo, seedHi, individual, generation);
  let bits: u32 = load<u16>(scratch);
  if (bits == 0) return;
  w += TILE_BYTES * whole;
  normalTiles(scratch, whole, 1, sigma, seedLo, seedHi, individual, generation, NOISE);
  for (const end = w + (usize(rest) << 2); w != end; w += 4, scratch += 4, bits >>>= 1) {
    if (bits & 1) store<f32>(w, load<f32>(scratch));
  }
}

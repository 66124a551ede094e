// Normal floats by Box and Muller ("A note on the generation of random normal deviates", 1958), in the tiles' lane-friendly order:
// of a tile's word vectors v0..v3, (v0, v1) give draws 0..7 and (v2, v3) draws 8..15; of each eight the first four are
// radius * cosine, the others radius * sine. Draws that share a pair are independent, as any others are.
import { normalTiles, TILE_BYTES } from './tiles';

/** Draws `first` to `first + count - 1` times `scale` at `out`: [count] float32. `scratch`: 64 bytes, 16-aligned. */
export function normal(
  out: usize, first: u32, count: u32, scale: f32,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32, scratch: usize,
): void {
  let tile = first >>> 4;
  const skip = first & 15;
  if (skip != 0 && count != 0) {
    const part = min(16 - skip, count);
    normalTiles(scratch, tile++, 1, scale, seedLo, seedHi, individual, generation, stream);
    memory.copy(out, scratch + (usize(skip) << 2), usize(part) << 2);
    out += usize(part) << 2;
    count -= part;
  }
  const whole = count >>> 4;
  normalTiles(out, tile, whole, scale, seedLo, seedHi, individual, generation, stream);
  const rest = count & 15;
  if (rest != 0) {
    normalTiles(scratch, tile + whole, 1, scale, seedLo, seedHi, individual, generation, stream);
    memory.copy(out + TILE_BYTES * whole, scratch, usize(rest) << 2);
  }
}

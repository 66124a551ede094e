// Uniform floats in [0, 1): a draw's upper 24 bits times 2^-24.
import { word } from './philox';
import { TILE_BYTES, uniformTiles } from './tiles';

const UNIT: f32 = 5.960464477539063e-8;

/** Draw `position` alone. */
// @ts-ignore: decorator
@inline
export function uniformAt(seedLo: u32, seedHi: u32, position: u32, individual: u32, generation: u32, stream: u32): f32 {
  return f32(i32(word(seedLo, seedHi, position, individual, generation, stream) >>> 8)) * UNIT;
}

/** Draws `first` to `first + count - 1` at `out`: [count] float32. */
export function uniform(
  out: usize, first: u32, count: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  const end = first + count;
  while (first < end && (first & 15) != 0) {
    store<f32>(out, uniformAt(seedLo, seedHi, first++, individual, generation, stream));
    out += 4;
  }
  const whole = (end - first) >>> 4;
  uniformTiles(out, first >>> 4, whole, seedLo, seedHi, individual, generation, stream);
  out += TILE_BYTES * whole;
  for (first += whole << 4; first < end; first++, out += 4) {
    store<f32>(out, uniformAt(seedLo, seedHi, first, individual, generation, stream));
  }
}

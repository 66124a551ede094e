// Intermediate (arithmetic) recombination of two or many parents (Schwefel; Muehlenbein and Schlierkamp-Voosen 1993): the weighted sum.
import { overlap } from './overlap';

/**
 * `parents`: [n] u32 addresses of [count] float32; `weights`: [n] float32; `out`: [count] float32, the sum of weight times parent in
 * their order. No parents give zeros. False, and nothing written, where `out` overlaps any of what is read.
 */
export function crossoverIntermediate(parents: usize, n: u32, weights: usize, out: usize, count: u32): bool {
  const bytes = u64(count) << 2;
  const list = u64(n) << 2;
  if (overlap(out, bytes, parents, list) || overlap(out, bytes, weights, list)) return false;
  for (let k: u32 = 0; k < n; k++) if (overlap(out, bytes, usize(load<u32>(parents + (usize(k) << 2))), bytes)) return false;
  if (n == 0) {
    memory.fill(out, 0, usize(bytes));
    return true;
  }
  const length = usize(n) << 2;
  const total = usize(bytes);
  const wide = total & ~63;
  let x: usize = 0;
  for (; x < wide; x += 64) {
    let from = usize(load<u32>(parents)) + x;
    let w = v128.load32_splat(weights);
    let s0 = f32x4.mul(w, v128.load(from));
    let s1 = f32x4.mul(w, v128.load(from, 16));
    let s2 = f32x4.mul(w, v128.load(from, 32));
    let s3 = f32x4.mul(w, v128.load(from, 48));
    for (let k: usize = 4; k < length; k += 4) {
      from = usize(load<u32>(parents + k)) + x;
      w = v128.load32_splat(weights + k);
      s0 = f32x4.add(s0, f32x4.mul(w, v128.load(from)));
      s1 = f32x4.add(s1, f32x4.mul(w, v128.load(from, 16)));
      s2 = f32x4.add(s2, f32x4.mul(w, v128.load(from, 32)));
      s3 = f32x4.add(s3, f32x4.mul(w, v128.load(from, 48)));
    }
    v128.store(out + x, s0);
    v128.store(out + x, s1, 16);
    v128.store(out + x, s2, 32);
    v128.store(out + x, s3, 48);
  }
  for (; x < total; x += 4) {
    let s = load<f32>(weights) * load<f32>(usize(load<u32>(parents)) + x);
    for (let k: usize = 4; k < length; k += 4) s += load<f32>(weights + k) * load<f32>(usize(load<u32>(parents + k)) + x);
    store<f32>(out + x, s);
  }
  return true;
}

// Low-rank mutation: W + scale * sum_r u_r v_r^T with normal factors u and v (Choromanski et al. 2018 on structured perturbations;
// Sarkar et al., "Evolution strategies at the hyperscale", 2025: EGGROLL).
//
// Factors are laid out one after the other, u_0 v_0 u_1 v_1 ..., each padded to a multiple of 16 floats, as their draws of stream
// FACTOR are, so that all are whole tiles.
import { FACTOR } from '../rng/streams';
import { normalTiles } from '../rng/tiles';
import { overlap } from './overlap';

// @ts-ignore: decorator
@inline
function padded(count: u32): u32 {
  return (count + 15) & ~15;
}

/** Floats of the factors of one layer, and draws that they take: a multiple of 16. */
export function lowRankLength(rows: u32, columns: u32, rank: u32): u32 {
  return rank * (padded(rows) + padded(columns));
}

/** The factors of one layer at `out`: [lowRankLength] float32, from draw `firstDraw` (a multiple of 16) on. */
export function lowRankNoise(
  out: usize, rows: u32, columns: u32, rank: u32, firstDraw: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32,
): void {
  normalTiles(
    out, firstDraw >>> 4, lowRankLength(rows, columns, rank) >>> 4, 1, seedLo, seedHi, individual, generation, FACTOR,
  );
}

/**
 * `w`: [rows, columns] float32, changed in place; `noise`: what lowRankNoise wrote. By weight: t = sum of u_r v_r in the order of r,
 * then w + scale * t. False, and nothing written, where the two overlap.
 */
export function mutateLowRank(w: usize, rows: u32, columns: u32, rank: u32, scale: f32, noise: usize): bool {
  const length = lowRankLength(rows, columns, rank);
  if (overlap(w, (u64(rows) * u64(columns)) << 2, noise, u64(length) << 2)) return false;
  if (rank == 0) return true;
  const row = usize(columns) << 2;
  const uBytes = usize(padded(rows)) << 2;
  const pair = uBytes + (usize(padded(columns)) << 2);
  const last = noise + pair * rank;
  const scales = f32x4.splat(scale);
  const wide = row & ~63;
  const narrow = row & ~15;
  for (let i: u32 = 0; i < rows; i++, w += row) {
    const firstU = noise + (usize(i) << 2);
    let x: usize = 0;
    for (; x < wide; x += 64) {
      let u = v128.load32_splat(firstU);
      let v = noise + uBytes + x;
      let t0 = f32x4.mul(u, v128.load(v));
      let t1 = f32x4.mul(u, v128.load(v, 16));
      let t2 = f32x4.mul(u, v128.load(v, 32));
      let t3 = f32x4.mul(u, v128.load(v, 48));
      for (let next = firstU + pair; next < last; next += pair) {
        u = v128.load32_splat(next);
        v += pair;
        t0 = f32x4.add(t0, f32x4.mul(u, v128.load(v)));
        t1 = f32x4.add(t1, f32x4.mul(u, v128.load(v, 16)));
        t2 = f32x4.add(t2, f32x4.mul(u, v128.load(v, 32)));
        t3 = f32x4.add(t3, f32x4.mul(u, v128.load(v, 48)));
      }
      v128.store(w + x, f32x4.add(v128.load(w + x), f32x4.mul(scales, t0)));
      v128.store(w + x, f32x4.add(v128.load(w + x, 16), f32x4.mul(scales, t1)), 16);
      v128.store(w + x, f32x4.add(v128.load(w + x, 32), f32x4.mul(scales, t2)), 32);
      v128.store(w + x, f32x4.add(v128.load(w + x, 48), f32x4.mul(scales, t3)), 48);
    }
    for (; x < narrow; x += 16) {
      let v = noise + uBytes + x;
      let t = f32x4.mul(v128.load32_splat(firstU), v128.load(v));
      for (let next = firstU + pair; next < last; next += pair) {
        v += pair;
        t = f32x4.add(t, f32x4.mul(v128.load32_splat(next), v128.load(v)));
      }
      v128.store(w + x, f32x4.add(v128.load(w + x), f32x4.mul(scales, t)));
    }
    for (; x < row; x += 4) {
      let v = noise + uBytes + x;
      let t = load<f32>(firstU) * load<f32>(v);
      for (let next = firstU + pair; next < last; next += pair) {
        v += pair;
        t += load<f32>(next) * load<f32>(v);
      }
      store<f32>(w + x, load<f32>(w + x) + scale * t);
    }
  }
  return true;
}

// Whole tiles of draws, by one loop: Philox on four counters in the lanes of a vector, then what the caller wants of the 16 words.
// `tiles` is inlined with a constant `kind`, so each use below is a loop of its own without a branch on it.
//
// Individual, generation and stream are the same in all lanes, which leaves of rounds 1 and 2 one product each; round 1's, multiplier 0
// times the position, is carried from tile to tile by addition. The keys below hold all that is constant in what a round adds.
import {
  angle, COSINE_0, COSINE_1, COSINE_2, COSINE_3, cosine, halfCosine, halfSine, SINE_0, SINE_1, SINE_2, SINE_3, TURN,
} from '../math/circle';
import { constant, constantBits, opaqueZero } from '../math/constants';
import { ARTANH_0, ARTANH_1, ARTANH_2, LN_QUARTER, MANTISSA, ORIGIN, radius, SQRT_HALF } from '../math/radius';
import { MULTIPLIER_0, MULTIPLIER_1, WEYL_0, WEYL_1 } from './philox';

/** Bytes of a tile: 16 words. */
export const TILE_BYTES: usize = 64;

const WORDS = 0;
const UNIFORM = 1;
const NORMAL = 2;
const ADD = 3;
const ADD_CHOSEN = 4;
const SET_CHOSEN = 5;

// Low and high words of two vectors of 64-bit products, in the order of the counters.
// @ts-ignore: decorator
@inline
function lows(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function highs(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 1, 3, 5, 7);
}

// Four results to their place; `old` and `chosen` are read by the kinds that change what is there.
// @ts-ignore: decorator
@inline
function put(kind: i32, out: usize, z: v128, chosen: usize, threshold: v128): void {
  if (kind == NORMAL) {
    v128.store(out, z);
  } else if (kind == ADD) {
    v128.store(out, f32x4.add(v128.load(out), z));
  } else {
    const old = v128.load(out);
    const is = i32x4.lt_u(v128.load(chosen), threshold);
    v128.store(out, v128.bitselect(kind == ADD_CHOSEN ? f32x4.add(old, z) : z, old, is));
  }
}

// @ts-ignore: decorator
@inline
function tiles(
  kind: i32, out: usize, first: u32, count: u32, scale: f32, chosen: usize, below: u32,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  const zero = opaqueZero();
  const m0 = i32x4.splat(MULTIPLIER_0 + zero);
  const m1 = i32x4.splat(MULTIPLIER_1 + zero);

  // Rounds 1 and 2 as far as they are constant, by the scalar rule: c0 = high(m1 c2) ^ c1 ^ k0, c1 = low(m1 c2),
  // c2 = high(m0 c0) ^ c3 ^ k1, c3 = low(m0 c0).
  const product1 = u64(MULTIPLIER_1) * u64(generation);
  const product2 = u64(MULTIPLIER_0) * u64(u32(product1 >>> 32) ^ individual ^ seedLo);
  const key1 = i32x4.splat(stream ^ seedHi);
  const key2a = i32x4.splat(u32(product1) ^ (seedLo + WEYL_0));
  const key2b = i32x4.splat(u32(product2 >>> 32) ^ (seedHi + WEYL_1));
  const key3a = i32x4.splat(seedLo + 2 * WEYL_0);
  const key3b = i32x4.splat(u32(product2) ^ (seedHi + 2 * WEYL_1));
  const key4a = i32x4.splat(seedLo + 3 * WEYL_0);
  const key4b = i32x4.splat(seedHi + 3 * WEYL_1);
  const key5a = i32x4.splat(seedLo + 4 * WEYL_0);
  const key5b = i32x4.splat(seedHi + 4 * WEYL_1);
  const key6a = i32x4.splat(seedLo + 5 * WEYL_0);
  const key6b = i32x4.splat(seedHi + 5 * WEYL_1);
  const key7a = i32x4.splat(seedLo + 6 * WEYL_0);
  const key7b = i32x4.splat(seedHi + 6 * WEYL_1);

  // Round 1's products of the tile's four counters.
  const position = u64(first << 2);
  let start01 = i64x2.replace_lane(i64x2.splat(position * MULTIPLIER_0), 1, (position + 1) * MULTIPLIER_0);
  let start23 = i64x2.replace_lane(i64x2.splat((position + 2) * MULTIPLIER_0), 1, (position + 3) * MULTIPLIER_0);
  const step = i64x2.splat(4 * u64(MULTIPLIER_0) + u64(zero));

  const one = constant(1, zero);
  const origin = constantBits(ORIGIN, zero);
  const sqrtHalf = constantBits(SQRT_HALF, zero);
  const mantissa = constantBits(MANTISSA, zero);
  const lnQuarter = constant(LN_QUARTER, zero);
  const a0 = constant(ARTANH_0, zero);
  const a1 = constant(ARTANH_1, zero);
  const a2 = constant(ARTANH_2, zero);
  const turn = constant(TURN, zero);
  const s0 = constant(SINE_0, zero);
  const s1 = constant(SINE_1, zero);
  const s2 = constant(SINE_2, zero);
  const s3 = constant(SINE_3, zero);
  const c0 = constant(COSINE_0, zero);
  const c1 = constant(COSINE_1, zero);
  const c2 = constant(COSINE_2, zero);
  const c3 = constant(COSINE_3, zero);
  const scales = f32x4.splat(scale);
  const threshold = i32x4.splat(below);
  const unit = constant(5.960464477539063e-8, zero);

  for (const end = out + TILE_BYTES * count; out != end; out += TILE_BYTES) {
    // Round 1.
    let x2 = v128.xor(highs(start01, start23), key1);
    let x3 = lows(start01, start23);
    start01 = i64x2.add(start01, step);
    start23 = i64x2.add(start23, step);
    // Round 2.
    let q01 = i64x2.extmul_low_i32x4_u(x2, m1);
    let q23 = i64x2.extmul_high_i32x4_u(x2, m1);
    let x0 = v128.xor(highs(q01, q23), key2a);
    let x1 = lows(q01, q23);
    x2 = v128.xor(x3, key2b);
    // Round 3.
    let p01 = i64x2.extmul_low_i32x4_u(x0, m0);
    let p23 = i64x2.extmul_high_i32x4_u(x0, m0);
    q01 = i64x2.extmul_low_i32x4_u(x2, m1);
    q23 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(highs(q01, q23), v128.xor(x1, key3a));
    x1 = lows(q01, q23);
    x2 = v128.xor(highs(p01, p23), key3b);
    x3 = lows(p01, p23);
    // Round 4.
    p01 = i64x2.extmul_low_i32x4_u(x0, m0);
    p23 = i64x2.extmul_high_i32x4_u(x0, m0);
    q01 = i64x2.extmul_low_i32x4_u(x2, m1);
    q23 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(highs(q01, q23), v128.xor(x1, key4a));
    x1 = lows(q01, q23);
    x2 = v128.xor(highs(p01, p23), v128.xor(x3, key4b));
    x3 = lows(p01, p23);
    // Round 5.
    p01 = i64x2.extmul_low_i32x4_u(x0, m0);
    p23 = i64x2.extmul_high_i32x4_u(x0, m0);
    q01 = i64x2.extmul_low_i32x4_u(x2, m1);
    q23 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(highs(q01, q23), v128.xor(x1, key5a));
    x1 = lows(q01, q23);
    x2 = v128.xor(highs(p01, p23), v128.xor(x3, key5b));
    x3 = lows(p01, p23);
    // Round 6.
    p01 = i64x2.extmul_low_i32x4_u(x0, m0);
    p23 = i64x2.extmul_high_i32x4_u(x0, m0);
    q01 = i64x2.extmul_low_i32x4_u(x2, m1);
    q23 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(highs(q01, q23), v128.xor(x1, key6a));
    x1 = lows(q01, q23);
    x2 = v128.xor(highs(p01, p23), v128.xor(x3, key6b));
    x3 = lows(p01, p23);
    // Round 7.
    p01 = i64x2.extmul_low_i32x4_u(x0, m0);
    p23 = i64x2.extmul_high_i32x4_u(x0, m0);
    q01 = i64x2.extmul_low_i32x4_u(x2, m1);
    q23 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(highs(q01, q23), v128.xor(x1, key7a));
    x1 = lows(q01, q23);
    x2 = v128.xor(highs(p01, p23), v128.xor(x3, key7b));
    x3 = lows(p01, p23);

    if (kind == WORDS) {
      v128.store(out, x0);
      v128.store(out, x1, 16);
      v128.store(out, x2, 32);
      v128.store(out, x3, 48);
    } else if (kind == UNIFORM) {
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(x0, 8)), unit));
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(x1, 8)), unit), 16);
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(x2, 8)), unit), 32);
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(x3, 8)), unit), 48);
    } else {
      // Box-Muller: x0 and x2 give radii, x1 and x3 angles.
      const r0 = f32x4.mul(radius(x0, one, origin, sqrtHalf, mantissa, lnQuarter, a0, a1, a2), scales);
      const r2 = f32x4.mul(radius(x2, one, origin, sqrtHalf, mantissa, lnQuarter, a0, a1, a2), scales);
      const t1 = angle(x1, turn);
      const t3 = angle(x3, turn);
      const y1 = f32x4.mul(t1, t1);
      const y3 = f32x4.mul(t3, t3);
      const sine1 = halfSine(t1, y1, s0, s1, s2, s3);
      const sine3 = halfSine(t3, y3, s0, s1, s2, s3);
      put(kind, out, f32x4.mul(r0, cosine(x1, sine1, one)), chosen, threshold);
      put(kind, out + 16, f32x4.mul(r0, f32x4.mul(sine1, halfCosine(y1, c0, c1, c2, c3))), chosen + 16, threshold);
      put(kind, out + 32, f32x4.mul(r2, cosine(x3, sine3, one)), chosen + 32, threshold);
      put(kind, out + 48, f32x4.mul(r2, f32x4.mul(sine3, halfCosine(y3, c0, c1, c2, c3))), chosen + 48, threshold);
    }
  }
}

/** `count` tiles of words from tile `first` on, at `out`. */
export function wordTiles(
  out: usize, first: u32, count: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(WORDS, out, first, count, 1, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** Tiles of uniform floats in [0, 1): the words' upper 24 bits. */
export function uniformTiles(
  out: usize, first: u32, count: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(UNIFORM, out, first, count, 1, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** Tiles of normal floats times `scale`: of each 8 draws the first four are the cosines'. */
export function normalTiles(
  out: usize, first: u32, count: u32, scale: f32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(NORMAL, out, first, count, scale, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** The same normals, added to the floats at `out`. */
export function addNormalTiles(
  out: usize, first: u32, count: u32, scale: f32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(ADD, out, first, count, scale, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** One tile of the same normals, added to those of the 16 floats at `out` whose word at `chosen` is below `threshold`. */
export function addChosenTile(
  out: usize, first: u32, scale: f32, chosen: usize, threshold: u32,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(ADD_CHOSEN, out, first, 1, scale, chosen, threshold, seedLo, seedHi, individual, generation, stream);
}

/** One tile of the same normals, put in the place of those floats. */
export function setChosenTile(
  out: usize, first: u32, scale: f32, chosen: usize, threshold: u32,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(SET_CHOSEN, out, first, 1, scale, chosen, threshold, seedLo, seedHi, individual, generation, stream);
}

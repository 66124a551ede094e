// Whole tiles of draws, by one loop: Philox on four counters in the lanes of a vector, then what the caller wants of the 16 words.
// `tiles` is inlined with a constant `kind`, so each use below is a loop of its own without a branch on it.
//
// Individual, generation and stream are the same in all lanes, which leaves of rounds 1 and 2 one product each; round 1's, multiplier 0
// times the position, is carried from tile to tile by addition. The keys below hold all that is constant in what a round adds.
import {
  angle, COSINE_0, COSINE_1, COSINE_2, COSINE_3, cosine, halfCosine, halfSine, SINE_0, SINE_1, SINE_2, SINE_3, TURN,
} from '../math/circle';
import { constant, constantBits, opaqueZero } from '../math/constants';
import {
  ARTANH_0, ARTANH_1, ARTANH_2, LN_QUARTER, MANTISSA, ORIGIN, radiusBits, radiusQuotient, radiusSquare, SQRT_HALF,
} from '../math/radius';
import { belowShare, limitOf, SIGNS } from './bytes';
import { MULTIPLIER_0, MULTIPLIER_1, WEYL_0, WEYL_1 } from './philox';

/** Bytes of a tile: 16 words. */
export const TILE_BYTES: usize = 64;

const WORDS = 0;
const UNIFORM = 1;
const NORMAL = 2;
const ADD = 3;
const CHOOSE = 4;
const ADD_CHOSEN = 5;
const SET_CHOSEN = 6;
const MIX = 7;

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

// Words to floats in [0, 1); `unit` is 2^-24.
// @ts-ignore: decorator
@inline
function fraction(words: v128, unit: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(words, 8)), unit);
}

// Which of a tile's words are below the threshold, one bit each.
// @ts-ignore: decorator
@inline
function chosen(w0: v128, w1: v128, w2: v128, w3: v128, threshold: v128): u16 {
  return u16(
    i32x4.bitmask(i32x4.lt_u(w0, threshold)) |
      (i32x4.bitmask(i32x4.lt_u(w1, threshold)) << 4) |
      (i32x4.bitmask(i32x4.lt_u(w2, threshold)) << 8) |
      (i32x4.bitmask(i32x4.lt_u(w3, threshold)) << 12),
  );
}

// Four results to their place; the kinds for chosen floats read which from four bits at `bits`, `shift` bits up.
// @ts-ignore: decorator
@inline
function put(kind: i32, out: usize, z: v128, bits: usize, shift: u32): void {
  if (kind == NORMAL) {
    v128.store(out, z);
  } else if (kind == ADD) {
    v128.store(out, f32x4.add(v128.load(out), z));
  } else {
    const old = v128.load(out);
    const lane = v128.and(i32x4.splat(load<u16>(bits + (shift >>> 4 << 1)) >>> (shift & 15)), i32x4(1, 2, 4, 8));
    const not = i32x4.eq(lane, i32x4.splat(0));
    v128.store(out, v128.bitselect(old, kind == ADD_CHOSEN ? f32x4.add(old, z) : z, not));
  }
}

// 16 floats of `a` where the byte is below the share, else of `b`.
// @ts-ignore: decorator
@inline
function mix(a: usize, b: usize, out: usize, words: v128, signs: v128, limit: v128): void {
  const signed = v128.xor(words, signs);
  v128.store(out, v128.bitselect(v128.load(a), v128.load(b), belowShare(signed, 0, limit)));
  v128.store(out, v128.bitselect(v128.load(a, 16), v128.load(b, 16), belowShare(signed, 1, limit)), 16);
  v128.store(out, v128.bitselect(v128.load(a, 32), v128.load(b, 32), belowShare(signed, 2, limit)), 32);
  v128.store(out, v128.bitselect(v128.load(a, 48), v128.load(b, 48), belowShare(signed, 3, limit)), 48);
}

// @ts-ignore: decorator
@inline
function tiles(
  kind: i32, out: usize, first: u32, count: u32, scale: f32, bits: usize, below: u32, a: usize, b: usize, share: u32,
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
  const tileStep = i64x2.splat(4 * u64(MULTIPLIER_0));
  let x01 = i64x2.replace_lane(i64x2.splat(position * MULTIPLIER_0), 1, (position + 1) * MULTIPLIER_0);
  let x23 = i64x2.replace_lane(i64x2.splat((position + 2) * MULTIPLIER_0), 1, (position + 3) * MULTIPLIER_0);
  let y01 = i64x2.add(x01, tileStep);
  let y23 = i64x2.add(x23, tileStep);
  const step = i64x2.splat(8 * u64(MULTIPLIER_0) + u64(zero));

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
  const signs = constantBits(SIGNS, zero);
  const limit = limitOf(share);

  // Two tiles at a time, in step: the chain of one leaves the processor waiting. An odd last one has a companion that is not written.
  for (let left: u32 = count; left != 0; left -= min(left, 2)) {
    // Round 1.
    let x2 = v128.xor(highs(x01, x23), key1);
    let x3 = lows(x01, x23);
    let y2 = v128.xor(highs(y01, y23), key1);
    let y3 = lows(y01, y23);
    x01 = i64x2.add(x01, step);
    x23 = i64x2.add(x23, step);
    y01 = i64x2.add(y01, step);
    y23 = i64x2.add(y23, step);
    // Round 2.
    let xq01 = i64x2.extmul_low_i32x4_u(x2, m1);
    let xq23 = i64x2.extmul_high_i32x4_u(x2, m1);
    let yq01 = i64x2.extmul_low_i32x4_u(y2, m1);
    let yq23 = i64x2.extmul_high_i32x4_u(y2, m1);
    let x0 = v128.xor(highs(xq01, xq23), key2a);
    let x1 = lows(xq01, xq23);
    x2 = v128.xor(x3, key2b);
    let y0 = v128.xor(highs(yq01, yq23), key2a);
    let y1 = lows(yq01, yq23);
    y2 = v128.xor(y3, key2b);
    // Round 3.
    let xp01 = i64x2.extmul_low_i32x4_u(x0, m0);
    let xp23 = i64x2.extmul_high_i32x4_u(x0, m0);
    xq01 = i64x2.extmul_low_i32x4_u(x2, m1);
    xq23 = i64x2.extmul_high_i32x4_u(x2, m1);
    let yp01 = i64x2.extmul_low_i32x4_u(y0, m0);
    let yp23 = i64x2.extmul_high_i32x4_u(y0, m0);
    yq01 = i64x2.extmul_low_i32x4_u(y2, m1);
    yq23 = i64x2.extmul_high_i32x4_u(y2, m1);
    x0 = v128.xor(highs(xq01, xq23), v128.xor(x1, key3a));
    x1 = lows(xq01, xq23);
    x2 = v128.xor(highs(xp01, xp23), key3b);
    x3 = lows(xp01, xp23);
    y0 = v128.xor(highs(yq01, yq23), v128.xor(y1, key3a));
    y1 = lows(yq01, yq23);
    y2 = v128.xor(highs(yp01, yp23), key3b);
    y3 = lows(yp01, yp23);
    // Round 4.
    xp01 = i64x2.extmul_low_i32x4_u(x0, m0);
    xp23 = i64x2.extmul_high_i32x4_u(x0, m0);
    xq01 = i64x2.extmul_low_i32x4_u(x2, m1);
    xq23 = i64x2.extmul_high_i32x4_u(x2, m1);
    yp01 = i64x2.extmul_low_i32x4_u(y0, m0);
    yp23 = i64x2.extmul_high_i32x4_u(y0, m0);
    yq01 = i64x2.extmul_low_i32x4_u(y2, m1);
    yq23 = i64x2.extmul_high_i32x4_u(y2, m1);
    x0 = v128.xor(highs(xq01, xq23), v128.xor(x1, key4a));
    x1 = lows(xq01, xq23);
    x2 = v128.xor(highs(xp01, xp23), v128.xor(x3, key4b));
    x3 = lows(xp01, xp23);
    y0 = v128.xor(highs(yq01, yq23), v128.xor(y1, key4a));
    y1 = lows(yq01, yq23);
    y2 = v128.xor(highs(yp01, yp23), v128.xor(y3, key4b));
    y3 = lows(yp01, yp23);
    // Round 5.
    xp01 = i64x2.extmul_low_i32x4_u(x0, m0);
    xp23 = i64x2.extmul_high_i32x4_u(x0, m0);
    xq01 = i64x2.extmul_low_i32x4_u(x2, m1);
    xq23 = i64x2.extmul_high_i32x4_u(x2, m1);
    yp01 = i64x2.extmul_low_i32x4_u(y0, m0);
    yp23 = i64x2.extmul_high_i32x4_u(y0, m0);
    yq01 = i64x2.extmul_low_i32x4_u(y2, m1);
    yq23 = i64x2.extmul_high_i32x4_u(y2, m1);
    x0 = v128.xor(highs(xq01, xq23), v128.xor(x1, key5a));
    x1 = lows(xq01, xq23);
    x2 = v128.xor(highs(xp01, xp23), v128.xor(x3, key5b));
    x3 = lows(xp01, xp23);
    y0 = v128.xor(highs(yq01, yq23), v128.xor(y1, key5a));
    y1 = lows(yq01, yq23);
    y2 = v128.xor(highs(yp01, yp23), v128.xor(y3, key5b));
    y3 = lows(yp01, yp23);
    // Round 6.
    xp01 = i64x2.extmul_low_i32x4_u(x0, m0);
    xp23 = i64x2.extmul_high_i32x4_u(x0, m0);
    xq01 = i64x2.extmul_low_i32x4_u(x2, m1);
    xq23 = i64x2.extmul_high_i32x4_u(x2, m1);
    yp01 = i64x2.extmul_low_i32x4_u(y0, m0);
    yp23 = i64x2.extmul_high_i32x4_u(y0, m0);
    yq01 = i64x2.extmul_low_i32x4_u(y2, m1);
    yq23 = i64x2.extmul_high_i32x4_u(y2, m1);
    x0 = v128.xor(highs(xq01, xq23), v128.xor(x1, key6a));
    x1 = lows(xq01, xq23);
    x2 = v128.xor(highs(xp01, xp23), v128.xor(x3, key6b));
    x3 = lows(xp01, xp23);
    y0 = v128.xor(highs(yq01, yq23), v128.xor(y1, key6a));
    y1 = lows(yq01, yq23);
    y2 = v128.xor(highs(yp01, yp23), v128.xor(y3, key6b));
    y3 = lows(yp01, yp23);
    // Round 7.
    xp01 = i64x2.extmul_low_i32x4_u(x0, m0);
    xp23 = i64x2.extmul_high_i32x4_u(x0, m0);
    xq01 = i64x2.extmul_low_i32x4_u(x2, m1);
    xq23 = i64x2.extmul_high_i32x4_u(x2, m1);
    yp01 = i64x2.extmul_low_i32x4_u(y0, m0);
    yp23 = i64x2.extmul_high_i32x4_u(y0, m0);
    yq01 = i64x2.extmul_low_i32x4_u(y2, m1);
    yq23 = i64x2.extmul_high_i32x4_u(y2, m1);
    x0 = v128.xor(highs(xq01, xq23), v128.xor(x1, key7a));
    x1 = lows(xq01, xq23);
    x2 = v128.xor(highs(xp01, xp23), v128.xor(x3, key7b));
    x3 = lows(xp01, xp23);
    y0 = v128.xor(highs(yq01, yq23), v128.xor(y1, key7a));
    y1 = lows(yq01, yq23);
    y2 = v128.xor(highs(yp01, yp23), v128.xor(y3, key7b));
    y3 = lows(yp01, yp23);

    const both = left > 1;
    if (kind == WORDS) {
      v128.store(out, x0);
      v128.store(out, x1, 16);
      v128.store(out, x2, 32);
      v128.store(out, x3, 48);
      if (both) {
        v128.store(out, y0, 64);
        v128.store(out, y1, 80);
        v128.store(out, y2, 96);
        v128.store(out, y3, 112);
      }
    } else if (kind == UNIFORM) {
      v128.store(out, fraction(x0, unit));
      v128.store(out, fraction(x1, unit), 16);
      v128.store(out, fraction(x2, unit), 32);
      v128.store(out, fraction(x3, unit), 48);
      if (both) {
        v128.store(out, fraction(y0, unit), 64);
        v128.store(out, fraction(y1, unit), 80);
        v128.store(out, fraction(y2, unit), 96);
        v128.store(out, fraction(y3, unit), 112);
      }
    } else if (kind == CHOOSE) {
      store<u16>(bits, chosen(x0, x1, x2, x3, threshold));
      if (both) store<u16>(bits, chosen(y0, y1, y2, y3, threshold), 2);
      bits += 4;
    } else if (kind == MIX) {
      mix(a, b, out, x0, signs, limit);
      mix(a + 64, b + 64, out + 64, x1, signs, limit);
      mix(a + 128, b + 128, out + 128, x2, signs, limit);
      mix(a + 192, b + 192, out + 192, x3, signs, limit);
      if (both) {
        mix(a + 256, b + 256, out + 256, y0, signs, limit);
        mix(a + 320, b + 320, out + 320, y1, signs, limit);
        mix(a + 384, b + 384, out + 384, y2, signs, limit);
        mix(a + 448, b + 448, out + 448, y3, signs, limit);
      }
      a += 8 * TILE_BYTES;
      b += 8 * TILE_BYTES;
    } else {
      // Box-Muller: words 0 and 2 give radii, 1 and 3 angles.
      let rx0 = radiusBits(x0, one, origin);
      let rx2 = radiusBits(x2, one, origin);
      let ry0 = radiusBits(y0, one, origin);
      let ry2 = radiusBits(y2, one, origin);
      const sx0 = radiusQuotient(rx0, mantissa, sqrtHalf, one);
      const sx2 = radiusQuotient(rx2, mantissa, sqrtHalf, one);
      const sy0 = radiusQuotient(ry0, mantissa, sqrtHalf, one);
      const sy2 = radiusQuotient(ry2, mantissa, sqrtHalf, one);
      const ax1 = angle(x1, turn);
      const ax3 = angle(x3, turn);
      const ay1 = angle(y1, turn);
      const ay3 = angle(y3, turn);
      const tx1 = f32x4.mul(ax1, ax1);
      const tx3 = f32x4.mul(ax3, ax3);
      const ty1 = f32x4.mul(ay1, ay1);
      const ty3 = f32x4.mul(ay3, ay3);
      const hx1 = halfSine(ax1, tx1, s0, s1, s2, s3);
      const hx3 = halfSine(ax3, tx3, s0, s1, s2, s3);
      const hy1 = halfSine(ay1, ty1, s0, s1, s2, s3);
      const hy3 = halfSine(ay3, ty3, s0, s1, s2, s3);
      rx0 = f32x4.mul(f32x4.sqrt(radiusSquare(rx0, sx0, lnQuarter, a0, a1, a2)), scales);
      rx2 = f32x4.mul(f32x4.sqrt(radiusSquare(rx2, sx2, lnQuarter, a0, a1, a2)), scales);
      ry0 = f32x4.mul(f32x4.sqrt(radiusSquare(ry0, sy0, lnQuarter, a0, a1, a2)), scales);
      ry2 = f32x4.mul(f32x4.sqrt(radiusSquare(ry2, sy2, lnQuarter, a0, a1, a2)), scales);
      put(kind, out, f32x4.mul(rx0, cosine(x1, hx1, one)), bits, 0);
      put(kind, out + 16, f32x4.mul(rx0, f32x4.mul(hx1, halfCosine(tx1, c0, c1, c2, c3))), bits, 4);
      put(kind, out + 32, f32x4.mul(rx2, cosine(x3, hx3, one)), bits, 8);
      put(kind, out + 48, f32x4.mul(rx2, f32x4.mul(hx3, halfCosine(tx3, c0, c1, c2, c3))), bits, 12);
      if (both) {
        put(kind, out + 64, f32x4.mul(ry0, cosine(y1, hy1, one)), bits, 16);
        put(kind, out + 80, f32x4.mul(ry0, f32x4.mul(hy1, halfCosine(ty1, c0, c1, c2, c3))), bits, 20);
        put(kind, out + 96, f32x4.mul(ry2, cosine(y3, hy3, one)), bits, 24);
        put(kind, out + 112, f32x4.mul(ry2, f32x4.mul(hy3, halfCosine(ty3, c0, c1, c2, c3))), bits, 28);
      }
      if (kind >= ADD_CHOSEN) bits += 4;
    }
    out += kind == MIX ? 8 * TILE_BYTES : 2 * TILE_BYTES;
  }
}

/** `count` tiles of words from tile `first` on, at `out`. */
export function wordTiles(
  out: usize, first: u32, count: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(WORDS, out, first, count, 1, 0, 0, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** Tiles of uniform floats in [0, 1): the words' upper 24 bits. */
export function uniformTiles(
  out: usize, first: u32, count: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(UNIFORM, out, first, count, 1, 0, 0, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** Tiles of normal floats times `scale`: of each 8 draws the first four are the cosines'. */
export function normalTiles(
  out: usize, first: u32, count: u32, scale: f32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(NORMAL, out, first, count, scale, 0, 0, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** The same normals, added to the floats at `out`. */
export function addNormalTiles(
  out: usize, first: u32, count: u32, scale: f32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(ADD, out, first, count, scale, 0, 0, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** `count` tiles of words from tile `first` on: for each a u16 at `bits`, whose bit j is set iff word j is below `threshold`. */
export function chooseTiles(
  bits: usize, first: u32, count: u32, threshold: u32, seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(CHOOSE, 0, first, count, 1, bits, threshold, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** The same normals, added to the floats at `out` whose bit at `bits` is set. */
export function addChosenTiles(
  out: usize, first: u32, count: u32, scale: f32, bits: usize,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(ADD_CHOSEN, out, first, count, scale, bits, 0, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** The same normals, put in the place of those floats. */
export function setChosenTiles(
  out: usize, first: u32, count: u32, scale: f32, bits: usize,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(SET_CHOSEN, out, first, count, scale, bits, 0, 0, 0, 0, seedLo, seedHi, individual, generation, stream);
}

/** 64 floats a tile: those of `a` whose byte of the words (bytes.ts) is below `share` (1 to 255), else those of `b`. */
export function mixTiles(
  a: usize, b: usize, out: usize, first: u32, count: u32, share: u32,
  seedLo: u32, seedHi: u32, individual: u32, generation: u32, stream: u32,
): void {
  tiles(MIX, out, first, count, 1, 0, 0, a, b, share, seedLo, seedHi, individual, generation, stream);
}

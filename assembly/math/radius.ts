// Radii of Box-Muller from random words: sqrt(-2 ln u), u = (word >>> 1) / 2^31 + 2^-31, so never of zero; the greatest is 6.56.
// u = 2^e m with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m - 1) / (m + 1)), its series in the square minimax. Relative error below
// 4e-7. Near u = 1 the argument of the root keeps its relative accuracy and is never negative.
// The coefficients are parameters so that a loop holds them in registers (constants.ts).

/** The bits of 2^31 sqrt(1/2): from here up the exponent is 0. */
export const ORIGIN: u32 = 0x4eb504f3;
/** The bits of sqrt(1/2). */
export const SQRT_HALF: u32 = 0x3f3504f3;
export const MANTISSA: u32 = 0x007fffff;
/** -2 ln 2. */
export const LN_QUARTER: f32 = -1.38629436;
// -4 times the series of artanh.
export const ARTANH_0: f32 = -4.000000475;
export const ARTANH_1: f32 = -1.333044474;
export const ARTANH_2: f32 = -0.8259274573;

// In steps, for a loop that takes several vectors through each step before the next: the chain of one is long.

/** Step 1: bits of u, counted from `ORIGIN`. */
// @ts-ignore: decorator
@inline
export function radiusBits(words: v128, one: v128, origin: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_u(words, 1)), one), origin);
}

/** Step 2: (m - 1) / (m + 1) of `bits` from step 1. */
// @ts-ignore: decorator
@inline
export function radiusQuotient(bits: v128, mantissa: v128, sqrtHalf: v128, one: v128): v128 {
  const m = i32x4.add(v128.and(bits, mantissa), sqrtHalf);
  return f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
}

/** Step 3: -2 ln u from `bits` of step 1 and `s` of step 2; its square root is the radius. */
// @ts-ignore: decorator
@inline
export function radiusSquare(bits: v128, s: v128, lnQuarter: v128, a0: v128, a1: v128, a2: v128): v128 {
  const exponent = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23)), lnQuarter);
  const y = f32x4.mul(s, s);
  let p = f32x4.add(f32x4.mul(y, a2), a1);
  p = f32x4.add(f32x4.mul(y, p), a0);
  return f32x4.add(exponent, f32x4.mul(s, p));
}

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

/** Radius of each word; the other parameters are 1 and the constants above, in all lanes. */
// @ts-ignore: decorator
@inline
export function radius(
  words: v128, one: v128, origin: v128, sqrtHalf: v128, mantissa: v128, lnQuarter: v128, a0: v128, a1: v128, a2: v128,
): v128 {
  const bits = f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_u(words, 1)), one);
  const offset = i32x4.sub(bits, origin);
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(offset, 23));
  const m = i32x4.add(v128.and(offset, mantissa), sqrtHalf);
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const y = f32x4.mul(s, s);
  let p = f32x4.add(f32x4.mul(y, a2), a1);
  p = f32x4.add(f32x4.mul(y, p), a0);
  return f32x4.sqrt(f32x4.add(f32x4.mul(exponent, lnQuarter), f32x4.mul(s, p)));
}

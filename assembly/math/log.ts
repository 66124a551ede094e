// Natural logarithm of four floats: x = 2^e m with m in [sqrt(1/2), sqrt(2)), f = m - 1, log(1 + f) = f - f^2 / 2 + f^3 P(f) with a
// minimax P of degree 7. Denormals too; log(0) is -Infinity, log(Infinity) Infinity, of a negative number NaN. Error below 1.5 ulp.

const SQRT_HALF_BITS: i32 = 0x3f3504f3;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

const C7: f32 = -0.0763768134775;
const C6: f32 = 0.128549998045;
const C5: f32 = -0.13205067772;
const C4: f32 = 0.14189758796;
const C3: f32 = -0.16616839454;
const C2: f32 = 0.200016442729;
const C1: f32 = -0.250010489614;
const C0: f32 = 0.333333275682;

/** Natural logarithm of each lane. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const denormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, denormal);
  const offset = i32x4.sub(normal, i32x4.splat(SQRT_HALF_BITS));
  const e = f32x4.sub(f32x4.convert_i32x4_s(i32x4.shr_s(offset, 23)), v128.and(denormal, f32x4.splat(23)));
  const m = i32x4.add(v128.and(offset, i32x4.splat(0x007fffff)), i32x4.splat(SQRT_HALF_BITS));
  const f = f32x4.sub(m, f32x4.splat(1));
  const square = f32x4.mul(f, f);
  let p = f32x4.add(f32x4.mul(f, f32x4.splat(C7)), f32x4.splat(C6));
  p = f32x4.add(f32x4.mul(f, p), f32x4.splat(C5));
  p = f32x4.add(f32x4.mul(f, p), f32x4.splat(C4));
  p = f32x4.add(f32x4.mul(f, p), f32x4.splat(C3));
  p = f32x4.add(f32x4.mul(f, p), f32x4.splat(C2));
  p = f32x4.add(f32x4.mul(f, p), f32x4.splat(C1));
  p = f32x4.add(f32x4.mul(f, p), f32x4.splat(C0));
  p = f32x4.add(f32x4.mul(f32x4.mul(square, f), p), f32x4.mul(e, f32x4.splat(LN2_LOW)));
  p = f32x4.sub(p, f32x4.mul(square, f32x4.splat(0.5)));
  const result = f32x4.add(f32x4.add(p, f), f32x4.mul(e, f32x4.splat(LN2_HIGH)));
  // Zero, negative, infinite, NaN: all that does not lie between the least denormal and the greatest float.
  const zero = f32x4.eq(x, f32x4.splat(0));
  const usual = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity)));
  const unusual = v128.bitselect(f32x4.splat(-Infinity), f32x4.sqrt(x), zero);
  return v128.bitselect(result, unusual, usual);
}

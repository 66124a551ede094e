// e^x on four floats: x = n ln 2 + r with |r| <= ln 2 / 2 (Cody and Waite), a minimax polynomial of degree 6, 2^n by exponent bits.
// Whole float range: overflow gives Infinity, denormal results are right, exp(-Infinity) is 0, exp(NaN) is NaN. Error below 1.5 ulp.

const LOG2_E: f32 = 1.44269504;
// ln 2 in two parts; the first has few bits, so that its products with n are exact.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
// Adding it rounds to an integer, which then is in the low bits.
const ROUND: f32 = 12582912;
const ROUND_BITS: i32 = 0x4b400000;

const C6: f32 = 0.00139515649704;
const C5: f32 = 0.00836953076304;
const C4: f32 = 0.0416661903988;
const C3: f32 = 0.166665136323;
const C2: f32 = 0.500000009945;

/** e to the power of each lane. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // A NaN stays: pmin and pmax give their first operand where the comparison fails.
  const inside = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104));
  const rounded = f32x4.add(f32x4.mul(inside, f32x4.splat(LOG2_E)), f32x4.splat(ROUND));
  const n = f32x4.sub(rounded, f32x4.splat(ROUND));
  const r = f32x4.sub(f32x4.sub(inside, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(C6)), f32x4.splat(C5));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C4));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C3));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C2));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r), f32x4.splat(1));
  // 2^n as two factors, each a normal number: n runs from -150 to 128.
  const exponent = i32x4.sub(rounded, i32x4.splat(ROUND_BITS));
  const half = i32x4.shr_s(exponent, 1);
  const bias = i32x4.splat(127);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(exponent, half), bias), 23));
}

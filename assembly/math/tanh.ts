// Hyperbolic tangent of four floats: tanh x = E / (E + 2) with E = e^2x - 1 and e^2x = 2^n (1 + r + r^2 P(r)), so that E keeps its
// accuracy near zero. Absolute error below 1.5e-7, never beyond [-1, 1]; tanh(NaN) is NaN.

// From here on the float nearest to tanh is 1.
const BOUND: f32 = 9.1;
const LOG2_E_TWICE: f32 = 2.88539008;
const LN2: f32 = 0.693147181;
const ROUND: f32 = 12582912;

const C6: f32 = 0.00139515649704;
const C5: f32 = 0.00836953076304;
const C4: f32 = 0.0416661903988;
const C3: f32 = 0.166665136323;
const C2: f32 = 0.500000009945;

/** Hyperbolic tangent of each lane. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  // A NaN stays: pmin and pmax give their first operand where the comparison fails.
  const inside = f32x4.pmax(f32x4.pmin(x, f32x4.splat(BOUND)), f32x4.splat(-BOUND));
  const rounded = f32x4.add(f32x4.mul(inside, f32x4.splat(LOG2_E_TWICE)), f32x4.splat(ROUND));
  const n = f32x4.sub(rounded, f32x4.splat(ROUND));
  const r = f32x4.sub(f32x4.add(inside, inside), f32x4.mul(n, f32x4.splat(LN2)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(C6)), f32x4.splat(C5));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C4));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C3));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C2));
  p = f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r);
  const one = f32x4.splat(1);
  const power = i32x4.add(i32x4.shl(rounded, 23), one);
  const e = f32x4.add(f32x4.mul(p, power), f32x4.sub(power, one));
  return f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
}

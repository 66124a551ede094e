// Logistic function of four floats: 1 / (1 + e^-x), with the relative accuracy of exp on both sides.
import { exp4 } from './exp';

/** 1 / (1 + e^-x) of each lane. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

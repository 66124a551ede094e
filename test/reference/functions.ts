// exp, log, tanh and the logistic function in float32, step by step as the vectors do them (assembly/math).
import { add, div, fromBits, mul, polynomial, sqrt, sub, toBits } from './float.ts';

const LOG2_E = Math.fround(Math.LOG2E);
const ROUND = 12582912;
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.fround(-2.1219444e-4);
const EXP = [0.00139515649704, 0.00836953076304, 0.0416661903988, 0.166665136323, 0.500000009945];

const power = (n: number): number => fromBits((n + 127) << 23);

export function exp(x: number): number {
  const inside = Math.max(Math.min(x, 89), -104);
  const rounded = add(mul(inside, LOG2_E), ROUND);
  const n = sub(rounded, ROUND);
  const r = sub(sub(inside, mul(n, LN2_HIGH)), mul(n, LN2_LOW));
  const p = add(add(mul(mul(r, r), polynomial(r, EXP)), r), 1);
  return mul(mul(p, power(n >> 1)), power(n - (n >> 1)));
}

export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : sqrt(x);
  const denormal = x < 2 ** -126;
  const offset = (toBits(denormal ? mul(x, 2 ** 23) : x) - 0x3f3504f3) | 0;
  const e = (offset >> 23) - (denormal ? 23 : 0);
  const f = sub(fromBits((offset & 0x007fffff) + 0x3f3504f3), 1);
  const square = mul(f, f);
  const coefficients = [
    -0.0763768134775, 0.128549998045, -0.13205067772, 0.14189758796, -0.16616839454, 0.200016442729, -0.250010489614, 0.333333275682,
  ];
  const cubic = add(mul(mul(square, f), polynomial(f, coefficients)), mul(e, LN2_LOW));
  return add(add(sub(cubic, mul(square, 0.5)), f), mul(e, LN2_HIGH));
}

export function tanh(x: number): number {
  const bound = Math.fround(9.1);
  const inside = Math.max(Math.min(x, bound), -bound);
  const rounded = add(mul(inside, 2 * LOG2_E), ROUND);
  const n = sub(rounded, ROUND);
  const r = sub(add(inside, inside), mul(n, Math.fround(Math.LN2)));
  const p = add(mul(mul(r, r), polynomial(r, EXP)), r);
  const e = add(mul(p, power(n)), sub(power(n), 1));
  return div(e, add(e, 2));
}

export function sigmoid(x: number): number {
  return div(1, add(1, exp(-x)));
}

// float32 arithmetic in TypeScript: every result rounded once.

const f = Math.fround;
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

export const add = (a: number, b: number): number => f(a + b);
export const sub = (a: number, b: number): number => f(a - b);
export const mul = (a: number, b: number): number => f(a * b);
export const div = (a: number, b: number): number => f(a / b);
export const sqrt = (a: number): number => f(Math.sqrt(a));

/** The bits of a float as a signed number. */
export function toBits(value: number): number {
  float[0] = value;
  return bits[0];
}

/** The float that has these bits. */
export function fromBits(value: number): number {
  bits[0] = value;
  return float[0];
}

/** Polynomial by Horner's rule, coefficients from the highest power down. */
export function polynomial(x: number, coefficients: number[]): number {
  return coefficients.map(f).reduce((sum, c) => add(mul(x, sum), c));
}

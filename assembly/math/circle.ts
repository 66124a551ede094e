// Points on the unit circle from random words, for Box-Muller: the word, as a signed number, is an angle in [-pi/2, pi/2), and its
// lowest bit the cosine's sign. Sine and cosine come from those of half the angle (polynomials in the square, minimax), which needs
// no reduction to octants. With a = word / 2^31, S = sqrt(2) sin(a pi / 4) and C = sqrt(2) cos(a pi / 4): cosine = 1 - S^2, sine = S C.
// Error below 2e-7. The coefficients are parameters so that a loop holds them in registers (constants.ts).

export const SINE_0: f32 = 1.110720731;
export const SINE_1: f32 = -0.1141912858;
export const SINE_2: f32 = 0.003521393219;
export const SINE_3: f32 = -5.084161716e-5;
export const COSINE_0: f32 = 1.414213523;
export const COSINE_1: f32 = -0.4361777624;
export const COSINE_2: f32 = 0.02241516512;
export const COSINE_3: f32 = -0.0004509651401;
export const TURN: f32 = 4.656612873077393e-10;

/** a of each word; `turn` is TURN, 2^-31. */
// @ts-ignore: decorator
@inline
export function angle(words: v128, turn: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(words), turn);
}

/** S of the angles `a`, whose squares are `y`. */
// @ts-ignore: decorator
@inline
export function halfSine(a: v128, y: v128, s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  let s = f32x4.add(f32x4.mul(y, s3), s2);
  s = f32x4.add(f32x4.mul(y, s), s1);
  s = f32x4.add(f32x4.mul(y, s), s0);
  return f32x4.mul(a, s);
}

/** C of the angles whose squares are `y`. */
// @ts-ignore: decorator
@inline
export function halfCosine(y: v128, c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  let c = f32x4.add(f32x4.mul(y, c3), c2);
  c = f32x4.add(f32x4.mul(y, c), c1);
  return f32x4.add(f32x4.mul(y, c), c0);
}

/** Cosines, signed by the words' lowest bits, from S. */
// @ts-ignore: decorator
@inline
export function cosine(words: v128, s: v128, one: v128): v128 {
  return v128.xor(f32x4.sub(one, f32x4.mul(s, s)), i32x4.shl(words, 31));
}

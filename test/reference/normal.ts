// Normal floats by Box-Muller with polynomials (assembly/rng/normal.ts, math/radius.ts, math/circle.ts).
import { add, div, fromBits, mul, polynomial, sqrt, sub, toBits } from './float.ts';
import { type Source, word } from './philox.ts';

/** sqrt(-2 ln u) of a word. */
export function radius(bits: number): number {
  const offset = (toBits(add(Math.fround(bits >>> 1), 1)) - 0x4eb504f3) | 0;
  const m = fromBits((offset & 0x007fffff) + 0x3f3504f3);
  const s = div(sub(m, 1), add(m, 1));
  const series = polynomial(mul(s, s), [-0.8259274573, -1.333044474, -4.000000475]);
  return sqrt(add(mul(offset >> 23, Math.fround(-1.38629436)), mul(s, series)));
}

/** Cosine and sine of the angle that a word stands for. */
export function circle(bits: number): [cosine: number, sine: number] {
  const a = mul(Math.fround(bits | 0), 2 ** -31);
  const y = mul(a, a);
  const s = mul(a, polynomial(y, [-5.084161716e-5, 0.003521393219, -0.1141912858, 1.110720731]));
  const c = polynomial(y, [-0.0004509651401, 0.02241516512, -0.4361777624, 1.414213523]);
  const cosine = sub(1, mul(s, s));
  return [bits & 1 ? -cosine : cosine, mul(s, c)];
}

/** Draw `position` of a stream of N(0, 1), times `scale`. */
export function normal(source: Source, stream: number, position: number, scale: number): number {
  // Eight draws take words 0..3 of a half tile for radii, 4..7 for angles; the first four draws are cosines.
  const half = position - (position % 8) + (position % 4);
  const [cosine, sine] = circle(word(source, stream, half + 4));
  const r = mul(radius(word(source, stream, half)), Math.fround(scale));
  return mul(r, position % 8 < 4 ? cosine : sine);
}

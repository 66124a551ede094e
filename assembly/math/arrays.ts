// The vector functions over arrays, for tests and for callers outside of WebAssembly.
// Each reads `count` floats at `x` and writes as many at `out`, which may be `x`.
import { exp4 } from './exp';
import { log4 } from './log';
import { sigmoid4 } from './sigmoid';
import { tanh4 } from './tanh';

/** e^x. */
export function expArray(x: usize, out: usize, count: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4, x += 16, out += 16) v128.store(out, exp4(v128.load(x)));
  for (; i < count; i++, x += 4, out += 4) store<f32>(out, f32x4.extract_lane(exp4(v128.load32_splat(x)), 0));
}

/** Natural logarithm. */
export function logArray(x: usize, out: usize, count: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4, x += 16, out += 16) v128.store(out, log4(v128.load(x)));
  for (; i < count; i++, x += 4, out += 4) store<f32>(out, f32x4.extract_lane(log4(v128.load32_splat(x)), 0));
}

/** Hyperbolic tangent. */
export function tanhArray(x: usize, out: usize, count: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4, x += 16, out += 16) v128.store(out, tanh4(v128.load(x)));
  for (; i < count; i++, x += 4, out += 4) store<f32>(out, f32x4.extract_lane(tanh4(v128.load32_splat(x)), 0));
}

/** 1 / (1 + e^-x). */
export function sigmoidArray(x: usize, out: usize, count: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4, x += 16, out += 16) v128.store(out, sigmoid4(v128.load(x)));
  for (; i < count; i++, x += 4, out += 4) store<f32>(out, f32x4.extract_lane(sigmoid4(v128.load32_splat(x)), 0));
}

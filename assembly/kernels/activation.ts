// Activations over any run of numbers (panels keep lanes apart, so only softmax cares for the layout).
import { exp4 } from '../math/exp';
import { sigmoid4 } from '../math/sigmoid';
import { tanh4 } from '../math/tanh';
import { LANE_BYTES } from './tile';

/** `count`: a multiple of 4; `out` may be `x`. A NaN stays a NaN. */
export function relu(x: usize, out: usize, count: u32): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0, n = <usize>count << 2; i < n; i += 16) v128.store(out + i, f32x4.pmax(v128.load(x + i), zero));
}

/** As `relu`. */
export function tanh(x: usize, out: usize, count: u32): void {
  for (let i: usize = 0, n = <usize>count << 2; i < n; i += 16) v128.store(out + i, tanh4(v128.load(x + i)));
}

/** As `relu`. */
export function sigmoid(x: usize, out: usize, count: u32): void {
  for (let i: usize = 0, n = <usize>count << 2; i < n; i += 16) v128.store(out + i, sigmoid4(v128.load(x + i)));
}

/** Over the features of each sample: `x`, `out`: [panels][features][8]. */
export function softmax(x: usize, out: usize, panels: u32, features: u32): void {
  const bytes = <usize>features * LANE_BYTES;
  for (let p: u32 = 0; p < panels; ++p) {
    for (let half: usize = 0; half < LANE_BYTES; half += 16) {
      let most = v128.load(x + half);
      for (let i = half + LANE_BYTES; i < bytes; i += LANE_BYTES) most = f32x4.max(most, v128.load(x + i));
      let sum = f32x4.splat(0);
      for (let i = half; i < bytes; i += LANE_BYTES) {
        const e = exp4(f32x4.sub(v128.load(x + i), most));
        v128.store(out + i, e);
        sum = f32x4.add(sum, e);
      }
      for (let i = half; i < bytes; i += LANE_BYTES) v128.store(out + i, f32x4.div(v128.load(out + i), sum));
    }
    x += bytes;
    out += bytes;
  }
}

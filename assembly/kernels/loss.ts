// Losses and hits of single examples, lane by lane, and their mean in the one written order.
import { LOSS_CROSS_ENTROPY, LOSS_ERROR_RATE } from '../layout';
import { exp4 } from '../math/exp';
import { log4 } from '../math/log';
import { LANE_BYTES } from './tile';

/**
 * Softmax cross-entropy of `z` / temperature against the one-hot class mixed with the uniform distribution:
 *   log sum_j exp(d_j) - (1 - smoothing) d_y - smoothing / classes * sum_j d_j   with d_j = z_j / T - max_k z_k / T
 * (the largest is taken off first, so that large logits cost no digits). `z`: [panels][classes][8]; `labels`: [panels][8] i32; `out`: [panels][8].
 */
export function crossEntropy(z: usize, labels: usize, panels: u32, classes: u32, temperature: f32, smoothing: f32, out: usize): void {
  const bytes = <usize>classes * LANE_BYTES;
  const cold = f32x4.splat(1 / temperature);
  const sure = f32x4.splat(1 - smoothing);
  const spread = f32x4.splat(smoothing / <f32>classes);
  for (let p: u32 = 0; p < panels; ++p) {
    for (let half: usize = 0; half < LANE_BYTES; half += 16) {
      const label = v128.load(labels + half);
      let most = f32x4.mul(v128.load(z + half), cold);
      for (let i = half + LANE_BYTES; i < bytes; i += LANE_BYTES) most = f32x4.max(most, f32x4.mul(v128.load(z + i), cold));
      let sum = f32x4.splat(0);
      let total = sum;
      let own = sum;
      let j = i32x4.splat(0);
      const one = i32x4.splat(1);
      for (let i = half; i < bytes; i += LANE_BYTES) {
        const d = f32x4.sub(f32x4.mul(v128.load(z + i), cold), most);
        sum = f32x4.add(sum, exp4(d));
        total = f32x4.add(total, d);
        own = v128.bitselect(d, own, i32x4.eq(label, j));
        j = i32x4.add(j, one);
      }
      let loss = f32x4.sub(log4(sum), f32x4.mul(sure, own));
      // Not where it is 0: the sum of the others' logits may be infinite where the loss is not.
      if (smoothing > 0) loss = f32x4.sub(loss, f32x4.mul(spread, total));
      v128.store(out + half, loss);
    }
    z += bytes;
    labels += LANE_BYTES;
    out += LANE_BYTES;
  }
}

/** 1 where the first largest output is the label's and no output is NaN, else 0. `out`: [panels][8] f32. One output: class 1 is above 0.5. */
export function hits(z: usize, labels: usize, panels: u32, classes: u32, out: usize): void {
  const bytes = <usize>classes * LANE_BYTES;
  const one = i32x4.splat(1);
  for (let p: u32 = 0; p < panels; ++p) {
    for (let half: usize = 0; half < LANE_BYTES; half += 16) {
      let most = v128.load(z + half);
      let number = f32x4.eq(most, most);
      let best = i32x4.splat(0);
      let j = one;
      for (let i = half + LANE_BYTES; i < bytes; i += LANE_BYTES) {
        const v = v128.load(z + i);
        number = v128.and(number, f32x4.eq(v, v));
        const above = f32x4.gt(v, most);
        most = v128.bitselect(v, most, above);
        best = v128.bitselect(j, best, above);
        j = i32x4.add(j, one);
      }
      if (classes == 1) best = v128.and(one, f32x4.gt(most, f32x4.splat(0.5)));
      const hit = v128.and(number, i32x4.eq(best, v128.load(labels + half)));
      v128.store(out + half, v128.and(hit, f32x4.splat(1)));
    }
    z += bytes;
    labels += LANE_BYTES;
    out += LANE_BYTES;
  }
}

/** Mean over outputs of the squared difference. `targets`: [panels][outputs][8] f32; `out`: [panels][8]. */
export function squaredError(z: usize, targets: usize, panels: u32, outputs: u32, out: usize): void {
  const bytes = <usize>outputs * LANE_BYTES;
  const count = f32x4.splat(<f32>outputs);
  for (let p: u32 = 0; p < panels; ++p) {
    for (let half: usize = 0; half < LANE_BYTES; half += 16) {
      let sum = f32x4.splat(0);
      for (let i = half; i < bytes; i += LANE_BYTES) {
        const d = f32x4.sub(v128.load(z + i), v128.load(targets + i));
        sum = f32x4.add(sum, f32x4.mul(d, d));
      }
      v128.store(out + half, f32x4.div(sum, count));
    }
    z += bytes;
    targets += bytes;
    out += LANE_BYTES;
  }
}

/** The same against one-hot classes. `labels`: [panels][8] i32. One output: the target is the class number itself, 0 or 1. */
export function squaredErrorOfClasses(z: usize, labels: usize, panels: u32, outputs: u32, out: usize): void {
  const bytes = <usize>outputs * LANE_BYTES;
  const count = f32x4.splat(<f32>outputs);
  const one = i32x4.splat(1);
  const first = outputs == 1 ? one : i32x4.splat(0);
  for (let p: u32 = 0; p < panels; ++p) {
    for (let half: usize = 0; half < LANE_BYTES; half += 16) {
      const label = v128.load(labels + half);
      let sum = f32x4.splat(0);
      let j = first;
      for (let i = half; i < bytes; i += LANE_BYTES) {
        const d = f32x4.sub(v128.load(z + i), v128.and(f32x4.splat(1), i32x4.eq(label, j)));
        sum = f32x4.add(sum, f32x4.mul(d, d));
        j = i32x4.add(j, one);
      }
      v128.store(out + half, f32x4.div(sum, count));
    }
    z += bytes;
    labels += LANE_BYTES;
    out += LANE_BYTES;
  }
}

/** Losses of `panels` panels by the LOSS_ number; `classes`: targets are i32 class numbers, else f32. `out`: [panels][8]. */
export function losses(
  kind: u32, z: usize, targets: usize, classes: bool, panels: u32, outputs: u32, temperature: f32, smoothing: f32, out: usize,
): void {
  if (kind == LOSS_CROSS_ENTROPY) crossEntropy(z, targets, panels, outputs, temperature, smoothing, out);
  else if (kind == LOSS_ERROR_RATE) {
    hits(z, targets, panels, outputs, out);
    const one = f32x4.splat(1);
    for (let i: usize = 0, n = <usize>panels * LANE_BYTES; i < n; i += 16) v128.store(out + i, f32x4.sub(one, v128.load(out + i)));
  } else if (classes) squaredErrorOfClasses(z, targets, panels, outputs, out);
  else squaredError(z, targets, panels, outputs, out);
}

/** Mean of `count` numbers: summed in float64 from the first to the last. A result that is not finite is +Infinity. */
export function mean(values: usize, count: u32): f32 {
  let sum: f64 = 0;
  for (let end = values + (<usize>count << 2); values < end; values += 4) sum += load<f32>(values);
  const result = <f32>(sum / <f64>count);
  return isFinite<f32>(result) ? result : Infinity;
}

// The loss of one genome on a batch: the general path.
import { hits, losses, mean } from '../kernels/loss';
import { LANE_BYTES } from '../kernels/tile';
import {
  CHUNK, CLASSES, FEATURES, LOSS, OUTPUTS, PROGRAM, PROGRAM_LENGTH, SMOOTHING, TEMPERATURE, WIDEST, ZEROS,
} from '../layout';
import { forward } from '../network/forward';
import { getF, getU } from './record';
import { size } from './size';

/** Bytes of a panel of targets. */
export function targetPanelBytes(config: usize): usize {
  return getU(config, CLASSES) ? LANE_BYTES : <usize>getU(config, OUTPUTS) * LANE_BYTES;
}

/** Bytes of the two buffers between operations, one after the other. */
export function bufferBytes(config: usize): usize {
  return size((<u64>getU(config, CHUNK) * getU(config, WIDEST) * LANE_BYTES) << 1);
}

/**
 * Losses of single examples: operations `firstOperation` on, over the panels at `x`. `weights`: the genome; `targets`: as many panels;
 * `out`: [panels][8] f32; `correct`: the same for hits, or 0 for none. `buffers`: bufferBytes; `scratch`: for packed weights.
 */
export function exampleLosses(
  config: usize, firstOperation: u32, weights: usize, x: usize, targets: usize, panels: u32, out: usize, correct: usize, buffers: usize,
  scratch: usize,
): void {
  const half = bufferBytes(config) >> 1;
  const result = forward(
    getU(config, PROGRAM), firstOperation, getU(config, PROGRAM_LENGTH), weights, getU(config, ZEROS), x, panels, buffers, buffers + half, scratch,
  );
  const outputs = getU(config, OUTPUTS);
  losses(
    getU(config, LOSS), result, targets, getU(config, CLASSES) != 0, panels, outputs, getF(config, TEMPERATURE), getF(config, SMOOTHING), out,
  );
  if (correct) hits(result, targets, panels, outputs, correct);
}

/**
 * Mean loss of `weights` over `examples` examples. `x`: [panels][features][8], `targets`: their panels; `perExample`: [panels][8] f32;
 * the rest as in `exampleLosses`. +Infinity where the mean is not finite.
 */
export function evaluate(
  config: usize, weights: usize, x: usize, targets: usize, examples: u32, perExample: usize, buffers: usize, scratch: usize,
): f32 {
  const panels = (examples + 7) >> 3;
  const chunk = getU(config, CHUNK);
  const xPanel = <usize>getU(config, FEATURES) * LANE_BYTES;
  const targetPanel = targetPanelBytes(config);
  for (let p: u32 = 0; p < panels; p += chunk) {
    exampleLosses(
      config, 0, weights, x + p * xPanel, targets + p * targetPanel, min(chunk, panels - p), perExample + p * LANE_BYTES, 0, buffers, scratch,
    );
  }
  return mean(perExample, examples);
}

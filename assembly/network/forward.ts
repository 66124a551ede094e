// Runs a network's program over panels: each operation reads one buffer and writes the other.
import { relu, sigmoid, softmax, tanh } from '../kernels/activation';
import { conv2d } from '../kernels/conv2d';
import { dense } from '../kernels/dense';
import { averagePool, maxPool } from '../kernels/pool';
import {
  NO_BIAS, OP_AVERAGE_POOL, OP_BIAS, OP_CHANNELS, OP_CODE, OP_CONV2D, OP_DENSE, OP_FILTERS, OP_HEIGHT, OP_IN, OP_KERNEL, OP_KERNEL_HEIGHT,
  OP_KERNEL_WIDTH, OP_MAX_POOL, OP_OUT, OP_OUT_HEIGHT, OP_OUT_WIDTH, OP_PAD_LEFT, OP_PAD_TOP, OP_RELU, OP_RELU_PASS, OP_SIGMOID,
  OP_SOFTMAX, OP_STRIDE_X, OP_STRIDE_Y, OP_TANH, OP_WIDTH, OP_WORDS,
} from '../layout';

function word(op: usize, index: u32): u32 {
  return load<u32>(op + (<usize>index << 2));
}

/**
 * Operations `first` to `last` (exclusive) of `program`. `weights`: the genome; `zeros`: as many zero floats as the widest layer has
 * units (the bias of a layer without one); `x`: [panels][in][8]; `a`, `b`: buffers of [panels][widest][8]; `scratch`: for packed
 * weights. Returns where the result lies: `a`, `b`, or `x` itself if there was nothing to do.
 */
export function forward(
  program: usize, first: u32, last: u32, weights: usize, zeros: usize, x: usize, panels: u32, a: usize, b: usize, scratch: usize,
): usize {
  let from = x;
  let to = a;
  for (let i = first; i < last; ++i) {
    const op = program + <usize>i * (OP_WORDS * 4);
    const code = word(op, OP_CODE);
    const kernel = weights + (<usize>word(op, OP_KERNEL) << 2);
    const bias = word(op, OP_BIAS) == NO_BIAS ? zeros : weights + (<usize>word(op, OP_BIAS) << 2);
    const floor: f32 = word(op, OP_RELU) ? 0 : -Infinity;
    if (code == OP_DENSE) dense(from, kernel, bias, to, panels, word(op, OP_IN), word(op, OP_OUT), scratch, floor);
    else if (code == OP_CONV2D) {
      conv2d(
        from, kernel, bias, to, panels, word(op, OP_HEIGHT), word(op, OP_WIDTH), word(op, OP_CHANNELS), word(op, OP_OUT_HEIGHT),
        word(op, OP_OUT_WIDTH), word(op, OP_FILTERS), word(op, OP_KERNEL_HEIGHT), word(op, OP_KERNEL_WIDTH), word(op, OP_STRIDE_Y),
        word(op, OP_STRIDE_X), word(op, OP_PAD_TOP), word(op, OP_PAD_LEFT), scratch, floor,
      );
    } else if (code == OP_MAX_POOL) {
      maxPool(
        from, to, panels, word(op, OP_HEIGHT), word(op, OP_WIDTH), word(op, OP_CHANNELS), word(op, OP_OUT_HEIGHT), word(op, OP_OUT_WIDTH),
        word(op, OP_KERNEL_HEIGHT), word(op, OP_KERNEL_WIDTH), word(op, OP_STRIDE_Y), word(op, OP_STRIDE_X), word(op, OP_PAD_TOP),
        word(op, OP_PAD_LEFT),
      );
    } else if (code == OP_AVERAGE_POOL) {
      averagePool(
        from, to, panels, word(op, OP_HEIGHT), word(op, OP_WIDTH), word(op, OP_CHANNELS), word(op, OP_OUT_HEIGHT), word(op, OP_OUT_WIDTH),
        word(op, OP_KERNEL_HEIGHT), word(op, OP_KERNEL_WIDTH), word(op, OP_STRIDE_Y), word(op, OP_STRIDE_X), word(op, OP_PAD_TOP),
        word(op, OP_PAD_LEFT),
      );
    } else if (code == OP_SOFTMAX) softmax(from, to, panels, word(op, OP_OUT));
    else {
      const count = panels * word(op, OP_OUT) * 8;
      if (code == OP_RELU_PASS) relu(from, to, count);
      else if (code == OP_TANH) tanh(from, to, count);
      else if (code == OP_SIGMOID) sigmoid(from, to, count);
    }
    from = to;
    to = from == a ? b : a;
  }
  return from;
}

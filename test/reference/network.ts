// A Keras Sequential network layer by layer, from its JSON: [sample][...] activations through the scalar kernels, weights in genome order.
import { averagePool, conv2d, dense, maxPool, relu, type Sliding, same, valid } from './kernels.ts';
import { softmax } from './losses.ts';

export interface Layer {
  class_name: string;
  config: Record<string, unknown>;
}

const f64 = (value: (x: number) => number) => (x: Float32Array) => x.map(value);
const ACTIVATIONS: Record<string, (x: Float32Array, last: number) => Float32Array> = {
  linear: (x) => x,
  relu,
  tanh: f64(Math.tanh),
  sigmoid: f64((x) => 1 / (1 + Math.exp(-x))),
  softmax: (x, last) => Float32Array.from(softmax(x, last)),
};

/** `x`: [samples][shape]; gives [samples][outputs]. Exact to the bit where no activation takes an exponential. */
export function network(layers: readonly Layer[], weights: Float32Array, x: Float32Array, inputShape: readonly number[]): Float32Array {
  let shape = [...inputShape];
  const samples = x.length / shape.reduce((a, b) => a * b, 1);
  let taken = 0;
  const take = (count: number) => {
    taken += count;
    return weights.subarray(taken - count, taken);
  };
  const biasOf = (config: Layer['config'], units: number) => (config.use_bias === false ? new Float32Array(units) : take(units));
  const none = Number.NEGATIVE_INFINITY;

  for (const { class_name, config } of layers) {
    if (class_name === 'Flatten') shape = [shape.reduce((a, b) => a * b, 1)];
    if (class_name === 'Reshape') shape = [...(config.target_shape as number[])];
    if (class_name === 'Dense') {
      const units = config.units as number;
      const kernel = take(shape[0] * units);
      x = dense(x, kernel, biasOf(config, units), shape[0], units, none);
      shape = [units];
    }
    if (class_name === 'Conv2D') {
      const filters = config.filters as number;
      const s = slidingOf(config, shape, config.kernel_size, [1, 1]);
      const kernel = take(s.kernelHeight * s.kernelWidth * s.channels * filters);
      x = conv2d(x, kernel, biasOf(config, filters), samples, s, filters, none);
      shape = [s.outHeight, s.outWidth, filters];
    }
    if (class_name === 'MaxPooling2D' || class_name === 'AveragePooling2D') {
      const size = config.pool_size ?? [2, 2];
      const s = slidingOf(config, shape, size, size);
      x = (class_name === 'MaxPooling2D' ? maxPool : averagePool)(x, samples, s);
      shape = [s.outHeight, s.outWidth, s.channels];
    }
    const named = class_name === 'ReLU' ? 'relu' : class_name === 'Softmax' ? 'softmax' : config.activation;
    x = ACTIVATIONS[(named as string) ?? 'linear'](x, shape.at(-1) as number);
  }
  if (taken !== weights.length) throw new Error(`the layers take ${taken} weights of ${weights.length}`);
  return x;
}

function slidingOf(config: Layer['config'], [height, width, channels]: number[], kernel: unknown, strides: unknown): Sliding {
  const pair = (value: unknown) => (typeof value === 'number' ? [value, value] : (value as number[]));
  const [kernelHeight, kernelWidth] = pair(kernel);
  const [strideY, strideX] = pair(config.strides ?? strides);
  const extent = config.padding === 'same' ? same : valid;
  const y = extent(height, kernelHeight, strideY);
  const x = extent(width, kernelWidth, strideX);
  return {
    height,
    width,
    channels,
    outHeight: y.out,
    outWidth: x.out,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    padTop: y.before,
    padLeft: x.before,
  };
}

// One Keras layer's JSON: read strictly, and compiled to operations. A layer that cannot be compiled is an error naming it.
import * as L from '../assembly/layout.ts';

/** A topology that cannot be compiled: names the layer, and says why. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

/** Without the batch; channels last. */
export type Shape = number[];

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

interface Compiled {
  shape: Shape;
  operations: Uint32Array[];
  /** `uses`: how often each weight is multiplied per example. */
  weights: { kernel: number[]; biased: boolean; uses: number }[];
}

interface Reader {
  className: string;
  name: string;
  config: Record<string, unknown>;
  fail(reason: string): never;
  inputShape(): Shape | null;
  compile(input: Shape): Compiled;
}

const ACTIVATIONS: Record<string, number | null> = {
  linear: null,
  relu: L.OP_RELU_PASS,
  tanh: L.OP_TANH,
  sigmoid: L.OP_SIGMOID,
  softmax: L.OP_SOFTMAX,
};
const LAYERS = 'Dense, Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Reshape, Activation, ReLU, Softmax, Dropout, InputLayer';

/** `counts`: layers of each class so far, for the names of those without one. */
export function layerReader(layer: unknown, index: number, counts: Map<string, number>): Reader {
  const raw = layer as { class_name?: unknown; className?: unknown; type?: unknown; config?: unknown } | null;
  const className = raw && typeof raw === 'object' ? (raw.class_name ?? raw.className) : undefined;
  if (typeof className !== 'string') throw new NetworkError(`network: layer ${index + 1} has no "class_name"`);
  const config = keysAsInKeras((raw as { config?: unknown }).config ?? {});
  const base = className.replace(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase();
  const count = (counts.get(base) ?? 0) + 1;
  counts.set(base, count);
  const name = typeof config.name === 'string' && config.name ? config.name : `${base}_${count}`;

  const fail = (reason: string): never => {
    throw new NetworkError(`network: layer ${index + 1} "${name}" (${className}): ${reason}`);
  };
  const count1 = (key: string): number => {
    const value = config[key];
    if (!Number.isInteger(value) || (value as number) < 1)
      fail(`"${key}" must be a whole number of at least 1, not ${JSON.stringify(value)}`);
    return value as number;
  };
  const pair = (key: string, missing: [number, number] | null): [number, number] => {
    const value = config[key] ?? missing;
    const both = Number.isInteger(value) ? [value, value] : value;
    if (!Array.isArray(both) || both.length !== 2 || !both.every((n) => Number.isInteger(n) && n >= 1)) {
      fail(`"${key}" must be a whole number of at least 1 or two of them, not ${JSON.stringify(value)}`);
    }
    return both as [number, number];
  };
  const flag = (key: string, missing: boolean): boolean => {
    const value = config[key] ?? missing;
    if (typeof value !== 'boolean') fail(`"${key}" must be true or false, not ${JSON.stringify(value)}`);
    return value as boolean;
  };
  const activation = (shape: Shape, given: unknown = config.activation ?? 'linear'): Uint32Array[] => {
    const code = typeof given === 'string' ? ACTIVATIONS[given] : undefined;
    if (code === undefined) {
      fail(`activation ${JSON.stringify(given)} cannot be compiled; these can: ${Object.keys(ACTIVATIONS).join(', ')}`);
    }
    if (code === null) return [];
    if (code === L.OP_SOFTMAX && shape.length !== 1) fail('softmax is compiled for flat outputs only');
    return [operation(code as number, product(shape), product(shape))];
  };
  const image = (input: Shape): [number, number, number] => {
    if ((config.data_format ?? 'channels_last') !== 'channels_last') fail('only data_format "channels_last" can be compiled');
    if (input.length !== 3) fail(`takes images [height, width, channels], but what comes in has shape [${input}]`);
    return input as [number, number, number];
  };
  /** Output size and padding before, by Keras' rules. */
  const window = (size: number, kernel: number, stride: number): { out: number; before: number } => {
    const padding = config.padding ?? 'valid';
    if (padding === 'same') {
      const out = Math.ceil(size / stride);
      return { out, before: Math.floor(Math.max(0, (out - 1) * stride + kernel - size) / 2) };
    }
    if (padding !== 'valid') fail(`padding ${JSON.stringify(padding)} cannot be compiled; "valid" and "same" can`);
    if (kernel > size) fail(`its window of ${kernel} is larger than what comes in (${size}); use padding "same"`);
    return { out: Math.floor((size - kernel) / stride) + 1, before: 0 };
  };

  const dense = (input: Shape): Compiled => {
    if (input.length !== 1) fail(`takes flat inputs, but what comes in has shape [${input}]: put a Flatten before it`);
    const units = count1('units');
    return {
      shape: [units],
      operations: [operation(L.OP_DENSE, input[0], units), ...activation([units])],
      weights: [{ kernel: [input[0], units], biased: flag('use_bias', true), uses: 1 }],
    };
  };
  const windowed = (code: number, input: Shape, filters: number, kernel: [number, number], strides: [number, number]) => {
    const [height, width, channels] = image(input);
    const y = window(height, kernel[0], strides[0]);
    const x = window(width, kernel[1], strides[1]);
    const words = operation(code, product(input), y.out * x.out * filters);
    words[L.OP_HEIGHT] = height;
    words[L.OP_WIDTH] = width;
    words[L.OP_CHANNELS] = channels;
    words[L.OP_OUT_HEIGHT] = y.out;
    words[L.OP_OUT_WIDTH] = x.out;
    words[L.OP_FILTERS] = filters;
    words[L.OP_KERNEL_HEIGHT] = kernel[0];
    words[L.OP_KERNEL_WIDTH] = kernel[1];
    words[L.OP_STRIDE_Y] = strides[0];
    words[L.OP_STRIDE_X] = strides[1];
    words[L.OP_PAD_TOP] = y.before;
    words[L.OP_PAD_LEFT] = x.before;
    return { shape: [y.out, x.out, filters], words };
  };
  const convolution = (input: Shape): Compiled => {
    const [, , channels] = image(input);
    if (pair('dilation_rate', [1, 1]).some((n) => n !== 1)) fail('dilation cannot be compiled');
    if ((config.groups ?? 1) !== 1) fail('grouped convolution cannot be compiled');
    const filters = count1('filters');
    const kernel = pair('kernel_size', null);
    const { shape, words } = windowed(L.OP_CONV2D, input, filters, kernel, pair('strides', [1, 1]));
    return {
      shape,
      operations: [words, ...activation(shape)],
      weights: [{ kernel: [...kernel, channels, filters], biased: flag('use_bias', true), uses: shape[0] * shape[1] }],
    };
  };
  const pooling = (code: number, input: Shape): Compiled => {
    const size = pair('pool_size', [2, 2]);
    const { shape, words } = windowed(code, input, image(input)[2], size, pair('strides', size));
    return { shape, operations: [words], weights: [] };
  };
  const still = (shape: Shape, operations: Uint32Array[] = []): Compiled => ({ shape, operations, weights: [] });

  return {
    className,
    name,
    config,
    fail,
    inputShape() {
      const batched = config.batch_input_shape ?? config.batch_shape;
      const given = Array.isArray(batched) ? batched.slice(1) : (config.input_shape ?? null);
      if (given === null) return null;
      if (!Array.isArray(given) || !given.length || !given.every((n) => Number.isInteger(n) && n >= 1)) {
        fail(`its input shape must be whole numbers of at least 1, not ${JSON.stringify(given)}`);
      }
      return given as Shape;
    },
    compile(input) {
      switch (className) {
        case 'Dense':
          return dense(input);
        case 'Conv2D':
          return convolution(input);
        case 'MaxPooling2D':
          return pooling(L.OP_MAX_POOL, input);
        case 'AveragePooling2D':
          return pooling(L.OP_AVERAGE_POOL, input);
        case 'Flatten':
          return still([product(input)]);
        case 'Reshape': {
          const target = config.target_shape;
          if (!Array.isArray(target) || !target.every((n) => Number.isInteger(n) && n >= 1))
            fail('"target_shape" must be whole numbers of at least 1');
          if (product(target as Shape) !== product(input)) fail(`cannot make [${target}] of [${input}]`);
          return still([...(target as Shape)]);
        }
        case 'Activation':
          return still(input, activation(input));
        case 'ReLU':
          if (config.max_value != null || (config.threshold ?? 0) !== 0 || (config.negative_slope ?? 0) !== 0)
            fail('only a plain relu can be compiled');
          return still(input, activation(input, 'relu'));
        case 'Softmax':
          return still(input, activation(input, 'softmax'));
        case 'Dropout': // does nothing when a network is evaluated
        case 'InputLayer':
          return still(input);
        default:
          return fail(`this kind of layer cannot be compiled; these can: ${LAYERS}`);
      }
    },
  };
}

/** tfjs' `getConfig` writes kernelSize and channelsLast where Keras, and tfjs' `toJSON`, write kernel_size and channels_last. */
function keysAsInKeras(config: object): Record<string, unknown> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [snake(key), key === 'dataFormat' && typeof value === 'string' ? snake(value) : value]),
  );
}

function operation(code: number, from: number, to: number): Uint32Array {
  const words = new Uint32Array(L.OP_WORDS);
  words[L.OP_CODE] = code;
  words[L.OP_IN] = from;
  words[L.OP_OUT] = to;
  words[L.OP_BIAS] = L.NO_BIAS;
  return words;
}

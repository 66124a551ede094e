// A network's forward pass for one example, written for its plainness: the definition of each layer, in float64.
import type { Network } from '../../../core/network.ts';

interface Layer {
  class_name: string;
  config: Record<string, unknown>;
}

type Pair = [number, number];

const activations: Record<string, (values: number[]) => number[]> = {
  linear: (values) => values,
  relu: (values) => values.map((x) => Math.max(0, x)),
  tanh: (values) => values.map(Math.tanh),
  sigmoid: (values) => values.map((x) => 1 / (1 + Math.exp(-x))),
  softmax: (values) => {
    const exps = values.map((x) => Math.exp(x - Math.max(...values)));
    const sum = exps.reduce((a, b) => a + b);
    return exps.map((e) => e / sum);
  },
};

export function forward(network: Pick<Network, 'topology' | 'tensors' | 'inputShape'>, genome: Float32Array, input: number[]): number[] {
  const weights = (name: string): number[] => {
    const tensor = network.tensors.find((t) => t.name === name);
    return tensor ? [...genome.subarray(tensor.offset, tensor.offset + tensor.size)] : [];
  };
  let values = input;
  let [height, width, channels] = network.inputShape;
  for (const { class_name, config } of network.topology.config.layers as Layer[]) {
    const kernel = weights(`${config.name}/kernel`);
    const bias = weights(`${config.name}/bias`);
    const windows = (
      size: Pair,
      strides: Pair,
      out: number,
      value: (taps: { from: number; at: number }[], channel: number) => number,
    ): void => {
      const same = config.padding === 'same';
      const extent = (n: number, k: number, s: number): number => (same ? Math.ceil(n / s) : Math.floor((n - k) / s) + 1);
      const pad = (n: number, k: number, s: number): number => (same ? Math.floor(Math.max(0, (extent(n, k, s) - 1) * s + k - n) / 2) : 0);
      const rows = extent(height, size[0], strides[0]);
      const columns = extent(width, size[1], strides[1]);
      const next: number[] = [];
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const taps: { from: number; at: number }[] = [];
          for (let i = 0; i < size[0]; i++) {
            for (let j = 0; j < size[1]; j++) {
              const row = y * strides[0] + i - pad(height, size[0], strides[0]);
              const column = x * strides[1] + j - pad(width, size[1], strides[1]);
              if (row >= 0 && row < height && column >= 0 && column < width) {
                taps.push({ from: (row * width + column) * channels, at: i * size[1] + j });
              }
            }
          }
          for (let c = 0; c < out; c++) next.push(value(taps, c));
        }
      }
      values = next;
      [height, width, channels] = [rows, columns, out];
    };
    if (class_name === 'Dense') {
      const units = config.units as number;
      const inputs = values;
      values = Array.from({ length: units }, (_, o) => inputs.reduce((sum, x, i) => sum + x * kernel[i * units + o], bias[o] ?? 0));
    } else if (class_name === 'Conv2D') {
      const filters = config.filters as number;
      const inputs = values;
      const depth = channels;
      windows(config.kernel_size as Pair, (config.strides as Pair) ?? [1, 1], filters, (taps, f) => {
        let sum = bias[f] ?? 0;
        for (const { from, at } of taps) for (let c = 0; c < depth; c++) sum += inputs[from + c] * kernel[(at * depth + c) * filters + f];
        return sum;
      });
    } else if (class_name === 'MaxPooling2D' || class_name === 'AveragePooling2D') {
      const inputs = values;
      const size = config.pool_size as Pair;
      windows(size, (config.strides as Pair) ?? size, channels, (taps, c) => {
        const seen = taps.map(({ from }) => inputs[from + c]);
        return class_name === 'MaxPooling2D' ? Math.max(...seen) : seen.reduce((a, b) => a + b) / seen.length;
      });
    }
    if (config.activation) values = activations[config.activation as string](values);
  }
  return values;
}

// Whole networks: the compiled program against tf.loadLayersModel of the topology that the compiler gives out.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileNetwork, type Network } from '../../../core/network.ts';
import { seedClassicMnist } from '../../../experiments/built-in/seed-classic-mnist.ts';
import { smallConvolutional } from '../../../experiments/built-in/small-convolutional.ts';
import type { Layer } from '../../reference/network.ts';
import { Arena } from '../kernels/arena.ts';
import { numbers } from '../kernels/numbers.ts';
import { forwarded } from './forwarded.ts';

const arena = new Arena();
const SAMPLES = 11;

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // no advice about its Node package
  await tf.setBackend('cpu');
});

async function predicted(network: Network, weights: Float32Array, x: Float32Array): Promise<Float32Array> {
  const model = await tfl.loadLayersModel({ load: async () => ({ modelTopology: network.topology }) });
  model.setWeights(network.tensors.map(({ offset, size, shape }) => tf.tensor(weights.slice(offset, offset + size), shape)));
  const out = model.predict(tf.tensor(x, [SAMPLES, ...network.inputShape])) as tf.Tensor;
  expect(model.countParams()).toBe(network.parameters);
  expect(out.shape).toEqual([SAMPLES, network.outputs]);
  return out.dataSync() as Float32Array;
}

const dense = (units: number, activation = 'linear', more = {}): Layer => ({ class_name: 'Dense', config: { units, activation, ...more } });
const conv = (filters: number, kernel_size: number | number[], more = {}): Layer => ({
  class_name: 'Conv2D',
  config: { filters, kernel_size, ...more },
});
const layer = (class_name: string, config = {}): Layer => ({ class_name, config });
const flatten = layer('Flatten');

const networks: Record<string, { shape: number[]; layers: unknown[]; within?: number }> = {
  'a linear classifier': { shape: [784], layers: [dense(10)] },
  'a multilayer perceptron with relu': { shape: [28, 28, 1], layers: [flatten, dense(64, 'relu'), dense(32, 'relu'), dense(10)] },
  'a multilayer perceptron with tanh and sigmoid': { shape: [2], layers: [dense(7, 'tanh'), dense(5, 'sigmoid'), dense(1, 'sigmoid')] },
  'softmax at the end': { shape: [20], layers: [dense(33, 'tanh'), dense(10, 'softmax')] },
  'activations as layers of their own': {
    shape: [6],
    layers: [dense(9), layer('ReLU'), dense(8), layer('Activation', { activation: 'tanh' }), dense(4), layer('Softmax')],
  },
  'layers without biases': { shape: [8, 8, 3], layers: [conv(5, 3, { use_bias: false }), flatten, dense(6, 'relu', { use_bias: false })] },
  'convolutions with max pooling': {
    shape: [28, 28, 1],
    layers: [conv(6, 5, { activation: 'relu' }), layer('MaxPooling2D'), conv(7, [3, 2], { activation: 'tanh' }), flatten, dense(10)],
  },
  'convolutions with average pooling': {
    shape: [15, 13, 3],
    layers: [
      conv(4, 3, { padding: 'same', activation: 'sigmoid' }),
      layer('AveragePooling2D', { pool_size: [2, 3], padding: 'same' }),
      conv(9, 1),
      layer('AveragePooling2D', { pool_size: 3, strides: 2 }),
      flatten,
      dense(3),
    ],
  },
  'same padding with strides of 2': {
    shape: [15, 14, 2],
    layers: [
      conv(8, 3, { strides: 2, padding: 'same', activation: 'relu' }),
      conv(8, 4, { strides: [2, 1], padding: 'same', activation: 'relu' }),
      layer('MaxPooling2D', { pool_size: 3, strides: 2, padding: 'same' }),
      flatten,
      dense(5),
    ],
  },
  'valid padding with strides that leave a rest': {
    shape: [16, 17, 1],
    layers: [conv(3, 5, { strides: [3, 2] }), layer('MaxPooling2D', { pool_size: 2, strides: 1 }), flatten, dense(2, 'tanh')],
  },
  'a reshape and a dropout between': {
    shape: [48],
    layers: [layer('Reshape', { target_shape: [4, 4, 3] }), conv(4, 2), layer('Dropout', { rate: 0.5 }), flatten, dense(3)],
  },
  'the built-in small convolutional network': { shape: [28, 28, 1], layers: smallConvolutional },
};

describe('a compiled network computes what tf.loadLayersModel computes', () => {
  it.each(Object.entries(networks))('%s', async (_name, { shape, layers }) => {
    const network = compileNetwork({ class_name: 'Sequential', config: { layers } }, shape);
    const weights = glorot(network, 1);
    const x = numbers(2, SAMPLES * network.features).map((v) => v / 2);
    const expected = await predicted(network, weights, x);
    const actual = forwarded(arena, network, weights, x);
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0.01);
    expect(Math.max(...actual.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(2e-6 * Math.max(1, largest));
  });

  it('the classic network of 3.27 million weights', async () => {
    const network = compileNetwork({ class_name: 'Sequential', config: { layers: seedClassicMnist.network as unknown[] } }, [28, 28, 1]);
    const weights = glorot(network, 3);
    const x = numbers(4, SAMPLES * network.features).map((v) => v / 2);
    const expected = await predicted(network, weights, x);
    const actual = forwarded(arena, network, weights, x);
    expect(Math.max(...actual.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-5);
  });
});

/** Weights of a size that keeps activations near 1 through all layers. */
function glorot(network: Network, seed: number): Float32Array {
  const weights = numbers(seed, network.parameters);
  for (const { offset, rows, columns, fanIn } of network.segments) {
    for (let i = offset; i < offset + rows * columns; ++i) weights[i] *= Math.sqrt(1 / fanIn);
  }
  return weights;
}

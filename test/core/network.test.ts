import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.ts';
import { compileNetwork, NetworkError } from '../../core/network.ts';
import { seedClassicMnist } from '../../experiments/built-in/seed-classic-mnist.ts';
import { smallConvolutional } from '../../experiments/built-in/small-convolutional.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // no advice about its Node package
  await tf.setBackend('cpu');
});

const MNIST = [28, 28, 1];
type Layers = { class_name: string; config?: Record<string, unknown> }[];
const sequential = (layers: Layers) => ({ class_name: 'Sequential', config: { name: 'net', layers } });
const dense = (units: number, more = {}) => ({ class_name: 'Dense', config: { units, ...more } });
const conv = (filters: number, kernel_size: unknown, more = {}) => ({ class_name: 'Conv2D', config: { filters, kernel_size, ...more } });
const flatten = { class_name: 'Flatten', config: {} };
const codes = (program: Uint32Array) => Array.from({ length: program.length / L.OP_WORDS }, (_, i) => program[i * L.OP_WORDS + L.OP_CODE]);

describe('what compiles', () => {
  const layers = [dense(5, { batch_input_shape: [null, 3], activation: 'relu', name: 'a' }), dense(2, { name: 'b' })];
  it.each([
    ['Keras: {class_name, config: {name, layers}}', sequential(layers)],
    ['old Keras: config is the list', { class_name: 'Sequential', config: layers }],
    ['without a class', { config: { layers } }],
    ['only the config', { layers }],
    ['model.json of tfjs', { format: 'layers-model', modelTopology: sequential(layers), weightsManifest: [] }],
    ['model.json of the converter', { modelTopology: { keras_version: '2.4.0', model_config: sequential(layers) } }],
    [
      'an input layer before',
      sequential([{ class_name: 'InputLayer', config: { batch_input_shape: [null, 3] } }, dense(5, { activation: 'relu' }), dense(2)]),
    ],
    [
      'Keras 3: batch_shape',
      sequential([{ class_name: 'InputLayer', config: { batch_shape: [null, 3] } }, dense(5, { activation: 'relu' }), dense(2)]),
    ],
    ['input_shape', sequential([dense(5, { input_shape: [3], activation: 'relu' }), dense(2)])],
  ])('%s', (_name, topology) => {
    const network = compileNetwork(topology);
    expect(network).toMatchObject({ inputShape: [3], features: 3, outputs: 2, parameters: 3 * 5 + 5 + 5 * 2 + 2, widest: 5 });
    expect(codes(network.program)).toEqual([L.OP_DENSE, L.OP_DENSE]);
    expect(network.program[L.OP_RELU]).toBe(1);
    // Keras' work: two operations a weight, the biases apart.
    expect(network.operations).toBe(2 * (3 * 5 + 5 * 2));
  });

  it.each([
    ['toJSON', (model: tfl.Sequential) => JSON.parse(model.toJSON() as string)],
    ['getConfig, with its keys in camel case', (model: tfl.Sequential) => JSON.parse(JSON.stringify(model.getConfig()))],
  ])('what tfjs writes: %s', async (_name, written) => {
    const { layers } = tfl;
    const model = tfl.sequential({
      layers: [
        layers.conv2d({
          filters: 3,
          kernelSize: [3, 2],
          strides: 2,
          padding: 'same',
          useBias: false,
          activation: 'tanh',
          inputShape: [9, 8, 2],
        }),
        layers.averagePooling2d({ poolSize: 3, strides: 1 }),
        layers.flatten(),
        layers.dense({ units: 4, useBias: false }),
        layers.reLU({}),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    const network = compileNetwork(written(model));
    expect(network.parameters).toBe(model.countParams());
    expect(network.tensors.map((t) => t.shape)).toEqual(model.getWeights().map((w) => w.shape));
    expect(network.tensors.map((t) => t.name)).toEqual(model.weights.map((w) => w.originalName));
    const again = await tfl.models.modelFromJSON({ modelTopology: network.topology } as never);
    expect(again.countParams()).toBe(model.countParams());
    expect(again.outputs[0].shape).toEqual([null, 2]);
  });

  it.each([
    ['mnist-cnn', smallConvolutional, 11_274, 2 * (784 * 200 + 196 * 3200 + 784 * 10)],
    ['the classic', seedClassicMnist.network, 3_274_634, 2 * (784 * 800 + 196 * 51_200 + 3136 * 1024 + 10_240)],
  ])('%s has its published number of weights', (_name, layers, parameters, operations) => {
    const network = compileNetwork(sequential(layers as Layers), MNIST);
    expect(network).toMatchObject({ inputShape: MNIST, features: 784, outputs: 10, parameters, operations });
    expect(codes(network.program)).toEqual([
      ...[L.OP_CONV2D, L.OP_MAX_POOL, L.OP_CONV2D, L.OP_MAX_POOL, L.OP_DENSE],
      ...(parameters > 1e6 ? [L.OP_DENSE] : []),
    ]);
  });

  it("takes the dataset's shape where the topology names none, and any shape of as many numbers where it does", () => {
    expect(compileNetwork(sequential([flatten, dense(10)]), MNIST).inputShape).toEqual(MNIST);
    expect(compileNetwork(sequential([dense(10, { input_shape: [784] })]), MNIST)).toMatchObject({ inputShape: [784], features: 784 });
  });

  it('fuses a relu only with the layer right before it', () => {
    const relu = { class_name: 'ReLU', config: {} };
    const pool = { class_name: 'MaxPooling2D', config: {} };
    const { program } = compileNetwork(
      sequential([conv(2, 3), relu, pool, relu, flatten, dense(3, { activation: 'tanh' }), relu, dense(1)]),
      MNIST,
    );
    expect(codes(program)).toEqual([L.OP_CONV2D, L.OP_MAX_POOL, L.OP_RELU_PASS, L.OP_DENSE, L.OP_TANH, L.OP_RELU_PASS, L.OP_DENSE]);
    expect(program[L.OP_RELU]).toBe(1);
    expect(program[3 * L.OP_WORDS + L.OP_RELU]).toBe(0);
  });

  it('says where every weight is, and how the operators see it', () => {
    const network = compileNetwork(
      sequential([conv(4, [3, 2], { name: 'c' }), flatten, dense(5, { use_bias: false, name: 'd' }), dense(2)]),
      [5, 4, 3],
    );
    expect(network.tensors).toEqual([
      { name: 'c/kernel', shape: [3, 2, 3, 4], offset: 0, size: 72 },
      { name: 'c/bias', shape: [4], offset: 72, size: 4 },
      { name: 'd/kernel', shape: [36, 5], offset: 76, size: 180 },
      { name: 'dense_2/kernel', shape: [5, 2], offset: 256, size: 10 },
      { name: 'dense_2/bias', shape: [2], offset: 266, size: 2 },
    ]);
    expect(network.segments).toEqual([
      { offset: 0, rows: 19, columns: 4, biased: true, fanIn: 18, fanOut: 24, neuron: 0 },
      { offset: 76, rows: 36, columns: 5, biased: false, fanIn: 36, fanOut: 5, neuron: 4 },
      { offset: 256, rows: 6, columns: 2, biased: true, fanIn: 5, fanOut: 2, neuron: 9 },
    ]);
    expect(network.parameters).toBe(268);
    const dense1 = network.program.subarray(L.OP_WORDS, 2 * L.OP_WORDS);
    expect([dense1[L.OP_KERNEL], dense1[L.OP_BIAS]]).toEqual([76, L.NO_BIAS]);
  });

  it.each([
    ['a softmax layer', [dense(3), { class_name: 'Softmax', config: {} }], true],
    ['a softmax activation', [dense(3, { activation: 'softmax' })], true],
    ['logits', [dense(3, { activation: 'softmax' }), dense(3)], false],
  ])('tells a cross-entropy whether it ends in a softmax: %s', (_name, layers, expected) => {
    expect(compileNetwork(sequential(layers), [4]).endsInSoftmax).toBe(expected);
  });
});

describe('the topology that comes out', () => {
  it("has every name and the input shape filled in, by Keras' rules", () => {
    const { topology } = compileNetwork(
      { config: { layers: [conv(2, 3), { class_name: 'MaxPooling2D' }, flatten, dense(3), dense(2, { name: 'last' })] } },
      MNIST,
    );
    expect(topology.class_name).toBe('Sequential');
    expect(topology.config.layers.map((l) => l.config.name)).toEqual(['conv2d_1', 'max_pooling2d_1', 'flatten_1', 'dense_1', 'last']);
    expect(topology.config.layers[0].config.batch_input_shape).toEqual([null, 28, 28, 1]);
  });

  it('loads in tf.loadLayersModel and tf.models.modelFromJSON with the same shapes', async () => {
    const network = compileNetwork(sequential(smallConvolutional as Layers), MNIST);
    const loaded = await tfl.loadLayersModel({ load: async () => ({ modelTopology: network.topology }) });
    const parsed = await tfl.models.modelFromJSON({ modelTopology: network.topology } as never);
    for (const model of [loaded, parsed]) {
      expect(model.inputs[0].shape).toEqual([null, ...MNIST]);
      expect(model.outputs[0].shape).toEqual([null, 10]);
      expect(model.getWeights().map((w) => w.shape)).toEqual(network.tensors.map((t) => t.shape));
      expect(model.weights.map((w) => w.originalName)).toEqual(network.tensors.map((t) => t.name));
    }
  });

  it('compiles to itself', () => {
    const once = compileNetwork(sequential(smallConvolutional as Layers), MNIST);
    expect(compileNetwork(once.topology)).toEqual(once);
  });
});

describe('what does not compile: the error names the layer and the reason', () => {
  const image = [flatten, dense(2)];
  it.each<[string, unknown, number[] | undefined, RegExp]>([
    ['no object', 7, undefined, /expected the JSON of a Keras Sequential model/],
    ['null', null, undefined, /expected the JSON of a Keras Sequential model/],
    ['a functional model', { class_name: 'Functional', config: { layers: [] } }, undefined, /is a Functional model; only Sequential/],
    ['no layers', sequential([]), [3], /has no "layers"/],
    ['a layer without a class', sequential([{ config: {} } as never]), [3], /layer 1 has no "class_name"/],
    [
      'an unknown layer',
      sequential([dense(3), { class_name: 'LSTM', config: { units: 3 } }]),
      [3],
      /layer 2 "lstm_1" \(LSTM\): this kind of layer cannot be compiled; these can: Dense, /,
    ],
    [
      'an unknown activation',
      sequential([dense(3, { activation: 'gelu', name: 'g' })]),
      [3],
      /layer 1 "g" \(Dense\): activation "gelu" cannot be compiled; these can: linear, relu, tanh, sigmoid, softmax/,
    ],
    [
      'an activation that is an object',
      sequential([dense(3, { activation: { class_name: 'Elu' } })]),
      [3],
      /layer 1 "dense_1" \(Dense\): activation \{"class_name":"Elu"\}/,
    ],
    [
      'channels first',
      sequential([conv(2, 3, { data_format: 'channels_first' }), ...image]),
      MNIST,
      /layer 1 "conv2d_1" \(Conv2D\): only data_format "channels_last"/,
    ],
    [
      'channels first in a pooling',
      sequential([{ class_name: 'MaxPooling2D', config: { data_format: 'channels_first' } }, ...image]),
      MNIST,
      /layer 1 "max_pooling2d_1" \(MaxPooling2D\): only data_format/,
    ],
    [
      'dilation',
      sequential([conv(2, 3, { dilation_rate: [2, 2] }), ...image]),
      MNIST,
      /layer 1 "conv2d_1" \(Conv2D\): dilation cannot be compiled/,
    ],
    ['dilation as one number', sequential([conv(2, 3, { dilation_rate: 2 }), ...image]), MNIST, /\(Conv2D\): dilation/],
    [
      'dilation in camel case',
      sequential([{ class_name: 'Conv2D', config: { filters: 1, kernelSize: 3, dilationRate: 2 } }, ...image]),
      MNIST,
      /\(Conv2D\): dilation/,
    ],
    ['groups', sequential([conv(2, 3, { groups: 2 }), ...image]), [8, 8, 2], /layer 1 .*grouped convolution cannot be compiled/],
    [
      'padding unknown',
      sequential([conv(2, 3, { padding: 'causal' }), ...image]),
      MNIST,
      /layer 1 .*padding "causal" cannot be compiled; "valid" and "same" can/,
    ],
    [
      'no kernel size',
      sequential([{ class_name: 'Conv2D', config: { filters: 2 } }, ...image]),
      MNIST,
      /layer 1 .*"kernel_size" must be a whole number of at least 1 or two of them, not null/,
    ],
    ['strides of zero', sequential([conv(2, 3, { strides: [1, 0] }), ...image]), MNIST, /layer 1 .*"strides" must be .*not \[1,0\]/],
    [
      'no filters',
      sequential([{ class_name: 'Conv2D', config: { kernel_size: 3 } }, ...image]),
      MNIST,
      /layer 1 .*"filters" must be a whole number of at least 1/,
    ],
    [
      'dense on an image',
      sequential([dense(3)]),
      MNIST,
      /layer 1 "dense_1" \(Dense\): takes flat inputs, but what comes in has shape \[28,28,1\]: put a Flatten before it/,
    ],
    [
      'convolution on a row',
      sequential([dense(3), conv(2, 3)]),
      [3],
      /layer 2 "conv2d_1" \(Conv2D\): takes images \[height, width, channels\], but what comes in has shape \[3\]/,
    ],
    [
      'units that are no number',
      sequential([dense('ten' as never)]),
      [3],
      /layer 1 "dense_1" \(Dense\): "units" must be a whole number of at least 1, not "ten"/,
    ],
    ['zero units', sequential([dense(0)]), [3], /layer 1 .*"units" must be .*not 0/],
    ['half a unit', sequential([dense(2.5)]), [3], /layer 1 .*"units" must be .*not 2.5/],
    [
      'use_bias that is no boolean',
      sequential([dense(2, { use_bias: 'no' })]),
      [3],
      /layer 1 .*"use_bias" must be true or false, not "no"/,
    ],
    ['two layers of one name', sequential([dense(3, { name: 'same' }), dense(2, { name: 'same' })]), [3], /two layers are named "same"/],
    [
      'a kernel larger than the image',
      sequential([conv(2, 9), ...image]),
      [8, 8, 1],
      /layer 1 .*its window of 9 is larger than what comes in \(8\); use padding "same"/,
    ],
    [
      'a pool larger than what is left',
      sequential([conv(2, 7), { class_name: 'AveragePooling2D', config: { pool_size: 3 } }, ...image]),
      [8, 8, 1],
      /layer 2 "average_pooling2d_1" \(AveragePooling2D\): its window of 3 is larger than what comes in \(2\)/,
    ],
    [
      'the wrong dataset',
      sequential([dense(3, { input_shape: [5], name: 'first' })]),
      [4],
      /layer 1 "first" \(Dense\): takes examples of shape \[5\], but the dataset's are \[4\]/,
    ],
    ['no input shape anywhere', sequential([dense(3)]), undefined, /layer 1 .*the first layer names no input shape/],
    [
      'an open input shape',
      sequential([dense(3, { batch_input_shape: [null, null] })]),
      undefined,
      /layer 1 .*input shape must be whole numbers of at least 1, not \[null\]/,
    ],
    ['nothing to evolve', sequential([flatten]), MNIST, /has no layer with weights, so there is nothing to evolve/],
    ['an image at the end', sequential([conv(2, 3)]), MNIST, /ends in shape \[26,26,2\]; end it in a dense layer, or a flatten/],
    [
      'softmax over an image',
      sequential([conv(2, 3, { activation: 'softmax' }), ...image]),
      MNIST,
      /layer 1 .*softmax is compiled for flat outputs only/,
    ],
    [
      'a relu with a bound',
      sequential([dense(3), { class_name: 'ReLU', config: { max_value: 6 } }]),
      [3],
      /layer 2 "re_lu_1" \(ReLU\): only a plain relu can be compiled/,
    ],
    [
      'a reshape to another size',
      sequential([{ class_name: 'Reshape', config: { target_shape: [3, 3] } }, ...image]),
      [8],
      /layer 1 "reshape_1" \(Reshape\): cannot make \[3,3\] of \[8\]/,
    ],
    [
      'a reshape that leaves a size open',
      sequential([{ class_name: 'Reshape', config: { target_shape: [-1, 2] } }, ...image]),
      [8],
      /layer 1 .*"target_shape" must be whole numbers/,
    ],
    [
      'too many weights',
      sequential([dense(2 ** 15), dense(2 ** 14, { name: 'wide' })]),
      [3],
      /layer 2 "wide" \(Dense\): brings the network to \d+ weights; at most 268435456 fit/,
    ],
  ])('%s', (_name, topology, input, message) => {
    expect(() => compileNetwork(topology, input)).toThrow(NetworkError);
    expect(() => compileNetwork(topology, input)).toThrow(message);
  });
});

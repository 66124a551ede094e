// The kernels against TensorFlow.js' plain CPU backend, which knows nothing of our layout nor of our order of operations.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOSS_CROSS_ENTROPY, LOSS_SQUARED_ERROR } from '../../../assembly/layout.ts';
import { Arena } from './arena.ts';
import { numbers, wholes } from './numbers.ts';
import { fromPanels, toPanels } from './panels.ts';
import { poolArguments, type Slid, sliding } from './sliding.ts';

const SAMPLES = 16;
const arena = new Arena();
const { engine } = arena;

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // no advice about its Node package
  await tf.setBackend('cpu');
});
beforeEach(() => {
  arena.clear();
  tf.engine().startScope();
});
afterEach(() => tf.engine().endScope());

/** `run` is given where the samples lie as panels and where to write; gives [sample][after]. */
function run(x: Float32Array, before: number, after: number, kernel: (from: number, out: number) => void): Float32Array {
  const out = arena.room(SAMPLES * after * 4);
  kernel(arena.input(toPanels(x, SAMPLES, before)), out);
  arena.check();
  return fromPanels(arena.floats(out, SAMPLES * after), SAMPLES, after);
}

function close(actual: Float32Array, expected: tf.Tensor, within: number): void {
  const values = expected.dataSync();
  expect(actual.length).toBe(values.length);
  expect(actual.reduce((most, v, i) => Math.max(most, Math.abs(v - values[i])), 0)).toBeLessThan(within);
}

describe('dense', () => {
  it.each([
    [1, 1],
    [3, 7],
    [784, 10],
    [65, 33],
  ])('%d features, %d units', (features, units) => {
    const [x, w, bias] = [numbers(1, SAMPLES * features), numbers(2, features * units), numbers(3, units)];
    const product = tf.matMul(tf.tensor2d(x, [SAMPLES, features]), tf.tensor2d(w, [features, units]));
    const actual = run(x, features, units, (from, out) => {
      const scratch = arena.scratch(engine.denseScratch(features));
      engine.dense(from, arena.input(w), arena.input(bias), out, SAMPLES / 8, features, units, scratch, Number.NEGATIVE_INFINITY);
    });
    close(actual, tf.add(product, tf.tensor1d(bias)), 1e-6 * features + 1e-6);
  });
});

const windows: [height: number, width: number, channels: number, kernel: [number, number], strides: [number, number]][] = [
  [1, 1, 1, [1, 1], [1, 1]],
  [7, 5, 3, [3, 3], [1, 1]],
  [7, 5, 3, [3, 2], [2, 2]],
  [8, 9, 2, [2, 4], [3, 1]],
  [9, 6, 1, [1, 1], [4, 2]],
  [28, 28, 1, [5, 5], [1, 1]],
  [10, 11, 5, [5, 4], [2, 3]],
];
const cases = windows.flatMap(([height, width, channels, kernel, strides]) =>
  (['same', 'valid'] as const).map((padding) => sliding({ height, width, channels, kernel, strides }, padding)),
);
const title = (s: Slid) =>
  `${s.height}x${s.width}x${s.channels}, ${s.kernelHeight}x${s.kernelWidth} by ${s.strideY}x${s.strideX}, ${s.padding}`;
const images = (x: Float32Array, s: Slid) => tf.tensor4d(x, [SAMPLES, s.height, s.width, s.channels]);

describe('conv2d', () => {
  it.each(cases.map((s) => [title(s), s] as const))('%s', (_name, s) => {
    const filters = 6;
    const [before, after] = [s.height * s.width * s.channels, s.outHeight * s.outWidth * filters];
    const [x, w] = [numbers(1, SAMPLES * before), numbers(2, s.kernelHeight * s.kernelWidth * s.channels * filters)];
    const kernel = tf.tensor4d(w, [s.kernelHeight, s.kernelWidth, s.channels, filters]);
    const bias = numbers(3, filters);
    const actual = run(x, before, after, (from, out) => {
      const scratch = arena.scratch(engine.conv2dScratch(s.kernelHeight, s.kernelWidth, s.channels, filters));
      const [height, width, channels, outHeight, outWidth, ...rest] = poolArguments(s);
      const [weights, offsets] = [arena.input(w), arena.input(bias)];
      engine.conv2d(from, weights, offsets, out, SAMPLES / 8, height, width, channels, outHeight, outWidth, filters, ...rest, scratch, 0);
    });
    const expected = tf.relu(tf.add(tf.conv2d(images(x, s), kernel, [s.strideY, s.strideX], s.padding), tf.tensor1d(bias)));
    expect(expected.shape).toEqual([SAMPLES, s.outHeight, s.outWidth, filters]);
    close(actual, expected, 1e-4);
  });
});

describe.each(['maxPool', 'averagePool'] as const)('%s', (name) => {
  it.each(cases.map((s) => [title(s), s] as const))('%s', (_name, s) => {
    const [before, after] = [s.height * s.width * s.channels, s.outHeight * s.outWidth * s.channels];
    const x = numbers(1, SAMPLES * before);
    const actual = run(x, before, after, (from, out) => engine[name](from, out, SAMPLES / 8, ...poolArguments(s)));
    const pool = name === 'maxPool' ? tf.maxPool : tf.avgPool;
    close(
      actual,
      pool(images(x, s), [s.kernelHeight, s.kernelWidth], [s.strideY, s.strideX], s.padding),
      name === 'maxPool' ? 1e-30 : 1e-6,
    );
  });
});

describe('activations', () => {
  it.each([
    ['relu', tf.relu],
    ['tanh', tf.tanh],
    ['sigmoid', tf.sigmoid],
  ] as const)('%s', (name, reference) => {
    const x = numbers(4, SAMPLES * 50).map((v) => v * 6);
    close(
      run(x, 50, 50, (from, out) => engine[name](from, out, x.length)),
      reference(tf.tensor2d(x, [SAMPLES, 50])),
      3e-7,
    );
  });

  it.each([1, 2, 10, 1000])('softmax of %d', (features) => {
    const x = numbers(5, SAMPLES * features).map((v) => v * 6);
    close(
      run(x, features, features, (from, out) => engine.softmax(from, out, SAMPLES / 8, features)),
      tf.softmax(tf.tensor2d(x, [SAMPLES, features])),
      5e-7,
    );
  });
});

describe('losses', () => {
  it.each([
    [1, 0],
    [1, 0.1],
    [0.25, 0],
    [3, 0.4],
  ])('softmax cross-entropy at temperature %d, label smoothing %d', (temperature, smoothing) => {
    const z = numbers(6, SAMPLES * 10).map((v) => v * 3);
    const labels = wholes(7, SAMPLES, 10);
    const logits = tf.div(tf.tensor2d(z, [SAMPLES, 10]), temperature) as tf.Tensor2D;
    const classes = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
    const expected = tf.losses.softmaxCrossEntropy(classes, logits, undefined, smoothing, tf.Reduction.NONE);
    const targets = arena.input(labels);
    const actual = run(z, 10, 1, (from, out) =>
      engine.losses(LOSS_CROSS_ENTROPY, from, targets, 1, SAMPLES / 8, 10, temperature, smoothing, out),
    );
    close(actual, expected, 1e-5);
  });

  it('mean squared error', () => {
    const [z, y] = [numbers(8, SAMPLES * 7), numbers(9, SAMPLES * 7)];
    const targets = arena.input(toPanels(y, SAMPLES, 7));
    const single = run(z, 7, 1, (from, out) => engine.losses(LOSS_SQUARED_ERROR, from, targets, 0, SAMPLES / 8, 7, 1, 0, out));
    const expected = tf.losses.meanSquaredError(tf.tensor2d(y, [SAMPLES, 7]), tf.tensor2d(z, [SAMPLES, 7]));
    const mean = engine.mean(arena.input(single), SAMPLES);
    close(Float32Array.of(mean), expected, 1e-6);
  });
});

// A champion in a page gives what the run measured of it: the same engine, the same hits.
import { describe, expect, it } from 'vitest';
import { judge } from '../../client/inference/confusion.ts';
import { Forward } from '../../client/inference/forward.ts';
import { loadEngine } from '../../core/engine.ts';
import { Evolution } from '../../core/evolution.ts';
import { prepareGround } from '../../core/ground.ts';
import type { WeightsSettings } from '../../core/settings.ts';
import { loadDataset } from '../../data/index.ts';
import { parseExperiment } from '../../experiments/index.ts';

const engine = await loadEngine();

const dense = (units: number, more: object = {}) => ({ class_name: 'Dense', config: { units, ...more } });
const settings = (changes: object): WeightsSettings =>
  parseExperiment(
    { kind: 'weights', name: 'forward', dataset: 'mnist-10k', population: 4, generations: 1, batch: 8, ...changes },
    'forward',
  );

const NETWORKS: [string, object][] = [
  ['dense, cross-entropy', { network: [{ class_name: 'Flatten' }, dense(12, { activation: 'relu' }), dense(10)] }],
  ['one operation', { network: [{ class_name: 'Flatten' }, dense(10)], loss: 'error-rate' }],
  [
    'a convolution that ends in a softmax',
    {
      network: [
        { class_name: 'Conv2D', config: { filters: 3, kernel_size: 5, strides: 2, activation: 'tanh' } },
        { class_name: 'MaxPooling2D', config: { pool_size: 2 } },
        { class_name: 'Flatten' },
        dense(10, { activation: 'softmax' }),
      ],
    },
  ],
];

describe.each(NETWORKS)('%s', (_, changes) => {
  it('the validation split', async () => {
    const dataset = await loadDataset('mnist-10k');
    const given = settings(changes);
    const ground = prepareGround({ engine, settings: given, dataset, seed: 5n, threads: 0, shared: false, started: false });
    const evolution = new Evolution(ground);
    evolution.init();
    const genome = evolution.candidate(2);
    evolution.score('validation');

    const forward = new Forward(engine, given, dataset);
    forward.load(genome);
    const { inputs, targets, count } = dataset.splits.validation;
    const outputs = forward.run(inputs, count);
    const { right } = judge(outputs, targets, 10);
    expect(right / count).toBe(evolution.scored('validation').accuracy);
    expect(right).toBeGreaterThan(0);
    if (given.loss.name === 'cross-entropy') {
      for (let i = 0; i < count; i += 97) expect(outputs.subarray(i * 10, i * 10 + 10).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    }
    // One alone, and as float32, as a drawing comes.
    const last = Float32Array.from(inputs.subarray((count - 1) * 784), (byte) => byte / 255);
    const alone = forward.run(last, 1);
    expect(Array.from(alone)).toEqual(Array.from(outputs.subarray((count - 1) * 10)));
  });
});

it('numbers instead of classes', () => {
  const shape = { shape: [2], classes: null, outputs: 1 };
  const given = settings({ network: [dense(1)], loss: 'mean-squared-error' });
  const forward = new Forward(engine, given, shape);
  forward.load(Float32Array.from([2, -1, 0.5]));
  expect(Array.from(forward.run(Float32Array.from([1, 1, 0, 4, 3, 0]), 3))).toEqual([1.5, -3.5, 6.5]);
});

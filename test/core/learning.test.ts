// The whole machine learns: fixed seeds, small problems, bars far above chance.
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../core/settings.ts';
import { blobs, xor } from './fixtures/datasets.ts';
import { SEED } from './fixtures/machine.ts';
import { story } from './fixtures/runs.ts';
import { es, ga, layer, sequential, weights } from './fixtures/settings.ts';

describe('XOR by a GA', () => {
  const network = sequential(layer('Dense', { units: 4, activation: 'tanh' }), layer('Dense', { units: 2, activation: 'softmax' }));

  it.each([1n, 2n, 3n])('reaches an error of 0: seed %i', async (seed) => {
    const settings = weights({
      network,
      loss: { name: 'error-rate' },
      batch: [{ generation: 0, size: 4 }],
      population: 100,
      generations: 60,
      algorithm: ga({ parents: 10, mutation: { name: 'low-rank', probability: 1, sigma: { name: 'constant', value: 0.5 }, rank: 1 } }),
    });
    const { done, events } = await story({ settings, dataset: xor(), seed, target: 0 });
    expect(done.reason).toBe('target');
    expect(done.best).toBe(0);
    expect(events[0].mean).toBeGreaterThan(0.3);
    expect(done.champion?.validation).toEqual({ loss: 0, accuracy: 1 });
    expect(done.test).toEqual({ loss: 0, accuracy: 1 });
  });
});

describe('a classification of three clusters', () => {
  const dataset = blobs(6, 3, { train: 240, validation: 90, test: 120 });
  const network = sequential(layer('Dense', { units: 8, activation: 'relu' }), layer('Dense', { units: 3, activation: 'softmax' }));
  const sigma = { name: 'exponential', from: 0.3, to: 0.05 } as const;
  it.each<{ name: string; algorithm: Algorithm; accuracy: number }>([
    {
      name: 'ga, fast path',
      algorithm: ga({ parents: 10, mutation: { name: 'low-rank', probability: 1, sigma, rank: 1 } }),
      accuracy: 0.95,
    },
    {
      name: 'ga, general path',
      algorithm: ga({
        parents: 10,
        crossover: { name: 'uniform', probability: 0.5, share: 0.5 },
        mutation: { name: 'gaussian', probability: 1, sigma },
      }),
      accuracy: 0.95,
    },
    {
      name: 'es, low-rank',
      algorithm: es({ learningRate: { name: 'exponential', from: 0.1, to: 0.02 }, sigma: { name: 'constant', value: 0.1 } }),
      accuracy: 0.95,
    },
    {
      name: 'es, gaussian',
      algorithm: es({
        noise: { name: 'gaussian' },
        learningRate: { name: 'exponential', from: 0.1, to: 0.02 },
        sigma: { name: 'constant', value: 0.1 },
      }),
      accuracy: 0.95,
    },
    { name: 'random search, a little', algorithm: { name: 'random' }, accuracy: 0.6 },
  ])('$name', async ({ algorithm, accuracy }) => {
    const settings = weights({ algorithm, network, population: 100, generations: 50, batch: [{ generation: 0, size: 48 }] });
    const { done, events } = await story({ settings, dataset, seed: SEED });
    expect(events[0].validation?.accuracy).toBeLessThan(0.9);
    expect(done.champion?.validation.accuracy).toBeGreaterThanOrEqual(accuracy);
    expect(done.test?.accuracy).toBeGreaterThanOrEqual(accuracy - 0.05);
  });
});

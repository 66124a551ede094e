// Children per second of a 784-64-10 network on a batch of 256, population 512, noise and bases included, against one
// tfjs-backend-wasm forward pass per child. One core each.

import { loadEngine } from '../core/engine.ts';
import { Evolution } from '../core/evolution.ts';
import { prepareGround } from '../core/ground.ts';
import type { WeightsSettings } from '../core/settings.ts';
import { loadDataset } from '../data/index.ts';
import { peak } from './peak.ts';
import { inTurns, type Row } from './row.ts';
import { tensorflow } from './tensorflow.ts';

const POPULATION = 512;
const BATCH = 256;
const network = {
  class_name: 'Sequential',
  config: {
    layers: [
      { class_name: 'Flatten', config: { batch_input_shape: [null, 28, 28, 1] } },
      { class_name: 'Dense', config: { units: 64, activation: 'relu' } },
      { class_name: 'Dense', config: { units: 10 } },
    ],
  },
};
const common = {
  network,
  loss: { name: 'cross-entropy', temperature: 1, labelSmoothing: 0 },
  init: { name: 'he', scale: 1, founders: 0 },
  batch: [{ generation: 0, size: BATCH }],
  population: POPULATION,
  generations: 1000,
  validateEvery: 1,
  path: 'auto',
} satisfies Partial<WeightsSettings>;
const es: WeightsSettings = {
  ...common,
  algorithm: {
    name: 'es',
    noise: { name: 'low-rank', rank: 1 },
    sigma: { name: 'constant', value: 0.05 },
    learningRate: { name: 'constant', value: 0.01 },
    shaping: { name: 'centered-rank' },
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    weightDecay: 0,
  },
};
const ga: WeightsSettings = {
  ...common,
  algorithm: {
    name: 'ga',
    parents: 16,
    elites: 0,
    block: 32,
    mating: { name: 'uniform' },
    crossover: { name: 'neuron', probability: 1, share: 0.5 },
    mutation: { name: 'low-rank', probability: 1, rank: 1, sigma: { name: 'constant', value: 0.02 } },
    inheritance: 0,
  },
};

export async function children(): Promise<Row[]> {
  const engine = await loadEngine();
  const dataset = await loadDataset('mnist-10k');
  const machine = (settings: WeightsSettings) => {
    const evolution = new Evolution(prepareGround({ engine, settings, dataset, seed: 1n, threads: 1, shared: false, started: false }));
    evolution.init();
    // Every generation computes its bases anew, as it would in a run.
    return () => {
      evolution.collectBatch();
      evolution.evaluate(0, POPULATION);
      evolution.advance(evolution.select());
    };
  };
  const tf = await tensorflow();
  const model = await tf.modelFromTopology(network);
  const x = tf.tensor(
    new Float32Array(BATCH * 784).map((_, i) => (i % 255) / 255),
    [BATCH, 28, 28, 1],
  );
  const PASSES = 64;
  const forward = () => {
    for (let i = 0; i < PASSES; ++i) tf.forward(model, x);
  };
  const [esTime, gaTime, tfTime] = await inTurns([machine(es), machine(ga), forward], 15);
  const perSecond = (ms: number, count: number) => (count / ms) * 1000;
  const baseline = perSecond(tfTime, PASSES);
  const { gflops } = await peak();
  // What a child must do, in multiplications and additions: its product with u (shared by an antithetic pair), its second layer, and its part of the bases.
  const second = 2 * BATCH * 64 * 10;
  const u = 2 * BATCH * 785;
  const basis = 2 * BATCH * 784 * 64;
  const limit = (operations: number) => ({
    value: (gflops * 1e9) / operations,
    by: `${(operations / 1e6).toFixed(2)} Mflop a child at ${gflops.toFixed(0)} GFLOP/s`,
  });
  const note = `tfjs-backend-wasm: ${baseline.toFixed(0)} forward passes/s`;
  return [
    {
      name: 'children, 784-64-10, batch 256, es (one parent)',
      value: perSecond(esTime, POPULATION),
      unit: 'children/s',
      ratio: perSecond(esTime, POPULATION) / baseline,
      target: 20,
      limit: limit(u / 2 + second + basis / POPULATION),
      note,
    },
    {
      name: 'children, 784-64-10, batch 256, ga (16 parents)',
      value: perSecond(gaTime, POPULATION),
      unit: 'children/s',
      ratio: perSecond(gaTime, POPULATION) / baseline,
      target: 12,
      limit: limit(u + second + (16 * basis) / POPULATION),
      note,
    },
  ];
}

// The convolutional network of NeuroEvoBench: 11,274 weights.
// https://arxiv.org/abs/2311.02394
import type { ExperimentInput } from '../schema.ts';
import { smallConvolutional } from './small-convolutional.ts';

export const mnistCnn: ExperimentInput = {
  kind: 'weights',
  name: 'mnist-cnn',
  description: 'Handwritten digits, a small convolutional network of 11,274 weights.',
  dataset: 'mnist-10k',
  network: smallConvolutional,
  population: 512,
  generations: 400,
  batch: 128,
  algorithm: {
    name: 'es',
    sigma: { name: 'exponential', from: 0.05, to: 0.02 },
    learningRate: { name: 'exponential', from: 0.03, to: 0.003 },
  },
  init: 'he',
  validateEvery: 5,
};

// Clothes instead of digits: as large as MNIST, and harder.
import type { ExperimentInput } from '../schema.ts';
import { smallConvolutional } from './small-convolutional.ts';

export const fashionMnist: ExperimentInput = {
  kind: 'weights',
  name: 'fashion-mnist',
  description:
    'Photographs of clothes, a small convolutional network of 11,274 weights. Fetch the data first: germline data fetch fashion-mnist.',
  dataset: 'fashion-mnist',
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

// Handwritten digits with one hidden layer, without a gradient.
import type { ExperimentInput } from '../schema.ts';

export const mnist: ExperimentInput = {
  kind: 'weights',
  name: 'mnist',
  description: 'Handwritten digits, a 784-64-10 network, evolved from the 10,000 examples that ship with the package.',
  dataset: 'mnist-10k',
  network: [
    { class_name: 'Flatten' },
    { class_name: 'Dense', config: { units: 64, activation: 'relu' } },
    { class_name: 'Dense', config: { units: 10 } },
  ],
  population: 1024,
  generations: 200,
  batch: 512,
  // The softened cross-entropy tells more about the examples that are already right.
  loss: { name: 'cross-entropy', temperature: 2 },
  algorithm: {
    name: 'es',
    sigma: { name: 'exponential', from: 0.05, to: 0.02 },
    learningRate: { name: 'exponential', from: 0.03, to: 0.003 },
  },
  init: 'he',
  validateEvery: 5,
};

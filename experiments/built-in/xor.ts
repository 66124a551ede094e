// The smallest experiment there is: two inputs, one hidden layer, four examples.
import type { ExperimentInput } from '../schema.ts';

export const xor: ExperimentInput = {
  kind: 'weights',
  name: 'xor',
  description: 'The exclusive or of two bits, usually solved in a second: a smoke test.',
  dataset: 'xor',
  network: [
    { class_name: 'Dense', config: { units: 8, activation: 'tanh' } },
    { class_name: 'Dense', config: { units: 2 } },
  ],
  loss: 'error-rate',
  stop: { loss: 0 },
  population: 64,
  generations: 200,
  batch: 4,
  algorithm: { name: 'ga', parents: '10%', elites: 1, crossover: 'neuron', mutation: { name: 'gaussian', sigma: 0.3 } },
  init: { name: 'normal', scale: 1, founders: '100%' },
  validateEvery: 1,
};

// The smoke test of the classic algorithm.
import type { ExperimentInput } from '../schema.ts';
import { seedClassic } from './seed-classic.ts';

export const seedClassicXor: ExperimentInput = {
  ...seedClassic,
  kind: 'weights',
  name: 'seed-classic-xor',
  description: 'The exclusive or with the classic algorithm: random pairing, matrix masks, adaptive mutation.',
  dataset: 'xor',
  network: [
    { class_name: 'Dense', config: { units: 8, activation: 'tanh' } },
    { class_name: 'Dense', config: { units: 2 } },
  ],
  stop: { loss: 0 },
  population: 200,
  generations: 300,
  batch: 4,
};

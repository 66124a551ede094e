// The "MNIST deep" network of 3,274,634 weights, evolved by the classic algorithm. Populations of 200 (here) and 1,000 (--population 1000).
import type { ExperimentInput } from '../schema.ts';
import { seedClassic } from './seed-classic.ts';

export const seedClassicMnist: ExperimentInput = {
  ...seedClassic,
  kind: 'weights',
  name: 'seed-classic-mnist',
  description:
    'Handwritten digits with the classic algorithm and 3.27 million weights. A population of 200 takes 2.6 GB of memory, one of 1,000 takes 13.1 GB.',
  dataset: 'mnist-10k',
  network: [
    { class_name: 'Conv2D', config: { filters: 32, kernel_size: [5, 5], padding: 'same', activation: 'relu' } },
    { class_name: 'MaxPooling2D', config: { pool_size: [2, 2] } },
    { class_name: 'Conv2D', config: { filters: 64, kernel_size: [5, 5], padding: 'same', activation: 'relu' } },
    { class_name: 'MaxPooling2D', config: { pool_size: [2, 2] } },
    { class_name: 'Flatten' },
    { class_name: 'Dense', config: { units: 1024, activation: 'relu' } },
    { class_name: 'Dense', config: { units: 10 } },
  ],
  population: 200,
  generations: 300,
  batch: 64,
};

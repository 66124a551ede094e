// "A GA instead of backpropagation": the whole population paired at random with a bias toward the fitter, each pair crossed matrix by matrix
// with a random mask and its complement into two children, every child mutated by an amount that follows how far the run has converged.
// Fitness is the error rate; generation 0 is drawn from N(0, 1).
import type { ExperimentInput } from '../schema.ts';

export const seedClassic = {
  loss: 'error-rate',
  algorithm: {
    name: 'ga',
    parents: '100%',
    elites: 0,
    block: 2,
    mating: { name: 'rank', bias: 2 },
    crossover: { name: 'uniform', probability: 1, share: 0.5 },
    mutation: {
      name: 'gaussian',
      probability: 1,
      sigma: { name: 'adaptive', initial: 0.1, minimum: 0.001, maximum: 1, spread: 0.1, rate: 1.05 },
    },
  },
  init: { name: 'normal', scale: 1, founders: '100%' },
  validateEvery: 1,
} satisfies Partial<ExperimentInput>;

// The algorithms that make the next generation.
import { z } from 'zod';
import { crossover } from './crossover.ts';
import { mating } from './mating.ts';
import { mutation, rank } from './mutation.ts';
import { populationShare } from './population.ts';
import { schedule } from './schedule.ts';
import { byName } from './shorthand.ts';

const geneticAlgorithm = z
  .strictObject({
    name: z.literal('ga'),
    parents: populationShare(1)
      .prefault('5%')
      .describe('Size of the breeding pool: the best so many individuals, or a share of the population such as `"5%"`.'),
    elites: populationShare(0)
      .prefault(1)
      .describe('The best so many go on unchanged (and are evaluated again), or a share of the population.'),
    block: z
      .int()
      .min(2)
      .multipleOf(2)
      .default(8)
      .describe('Consecutive individuals that share their two parents; even. Larger blocks evaluate faster, smaller ones mix more.'),
    mating: mating.prefault('uniform').describe('How parents are drawn from the pool.'),
    crossover: crossover.prefault('neuron').describe('How a child is put together from its parents.'),
    mutation: mutation.prefault('low-rank').describe('How a child then changes.'),
    inheritance: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe("Part of its parents' loss that a child inherits (LEEA): smooths the noise of small batches."),
  })
  .describe('A genetic algorithm: selection, crossover, mutation.');

const noise = byName(
  z.discriminatedUnion('name', [
    z
      .strictObject({ name: z.literal('low-rank'), rank })
      .describe(
        "A product of two thin random matrices for each layer (U V^T): evaluated from the centre's activations, many times faster.",
      ),
    z.strictObject({ name: z.literal('gaussian') }).describe('N(0, 1) for every weight.'),
  ]),
);

const shaping = byName(
  z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('centered-rank') }).describe('Ranks, spread evenly over -0.5 to 0.5.'),
    z
      .strictObject({
        name: z.literal('z-score'),
        clip: z.number().positive().default(3).describe('Standard deviations at which it is cut off.'),
      })
      .describe('Distance from the mean in standard deviations.'),
  ]),
);

const adam = z.strictObject({
  beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the first moment.'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the second moment.'),
  epsilon: z.number().positive().default(1e-8).describe('Keeps the division finite.'),
});

const evolutionStrategy = z
  .strictObject({
    name: z.literal('es'),
    noise: noise.prefault('low-rank').describe('The direction in which an antithetic pair steps away from the centre.'),
    sigma: schedule.prefault(0.05).describe('Length of that step: a number, or a schedule.'),
    learningRate: schedule.prefault(0.05).describe('Step of the centre: a number, or a schedule.'),
    shaping: shaping.prefault('centered-rank').describe('What the losses of a generation become before they weigh the directions.'),
    adam: adam.prefault({}).describe('The optimiser of the centre.'),
    weightDecay: z.number().min(0).default(0).describe('Part of a weight taken off per step, in units of the learning rate.'),
  })
  .describe('An evolution strategy: pairs step to opposite sides of one centre, which moves (by Adam) to where the losses were lower.');

const randomSearch = z
  .strictObject({ name: z.literal('random') })
  .describe('Random search: every individual a new draw from `init`. The baseline to beat.');

export const algorithm = byName(z.discriminatedUnion('name', [geneticAlgorithm, evolutionStrategy, randomSearch]));

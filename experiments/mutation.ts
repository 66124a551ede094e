// How a child differs from what its parents gave it.
import { z } from 'zod';
import { sigma as sigmaSchema } from './schedule.ts';
import { byName } from './shorthand.ts';

const probability = z.number().min(0).max(1).default(1).describe('Part of the children that mutate.');
const sigma = sigmaSchema.prefault(0.05).describe('Standard deviation of what is added: a number, or a schedule.');
const fraction = z.number().gt(0).max(1).default(0.01).describe('Part of the weights that change.');

export const rank = z.int().min(1).max(8).default(1).describe('Terms u v^T a layer.');

export const mutation = byName(
  z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('none') }).describe('Children are what crossover makes them.'),
    z.strictObject({ name: z.literal('gaussian'), probability, sigma }).describe('N(0, sigma) added to every weight.'),
    z.strictObject({ name: z.literal('sparse'), probability, sigma, fraction }).describe('N(0, sigma) added to some of the weights.'),
    z
      .strictObject({ name: z.literal('low-rank'), probability, sigma, rank })
      .describe(
        "Adds a product of two thin random matrices to each layer's kernel (sigma / sqrt(rank) x U V^T): a child is then evaluated from its parent's activations, many times faster.",
      ),
    z.strictObject({ name: z.literal('set'), probability, sigma, fraction }).describe('Some of the weights overwritten by N(0, sigma).'),
  ]),
);

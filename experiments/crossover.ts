// How a child is put together from its parents.
import { z } from 'zod';
import { byName } from './shorthand.ts';

const probability = z
  .number()
  .min(0)
  .max(1)
  .default(0.5)
  .describe('Part of the children that are crossed; the others are copies of one parent before mutation.');
const share = z
  .number()
  .min(0)
  .max(1)
  .default(0.5)
  .transform((value) => Math.round(value * 256) / 256)
  .describe('Part of the child that comes from the parent with the lower loss. Rounded to 1/256.');

export const crossover = byName(
  z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('none') }).describe('A child has one parent.'),
    z
      .strictObject({ name: z.literal('uniform'), probability, share })
      .describe("Every weight from one parent or the other: a mask of each matrix's shape, and its complement for the twin."),
    z
      .strictObject({ name: z.literal('neuron'), probability, share })
      .describe('Every neuron (or filter) whole, with its bias, from one parent or the other.'),
    z.strictObject({ name: z.literal('layer'), probability, share }).describe('Every layer whole from one parent or the other.'),
    z.strictObject({ name: z.literal('single-point'), probability }).describe('One parent up to a random weight, the other from there.'),
    z
      .strictObject({
        name: z.literal('intermediate'),
        probability,
        share,
        parents: z.int().min(2).max(8).default(2).describe('Parents averaged into a child.'),
      })
      .describe('A weighted mean of the parents.'),
  ]),
);

// How a number changes over a run.
import { z } from 'zod';
import { withShortForm } from './shorthand.ts';

const constant = z
  .strictObject({ name: z.literal('constant'), value: z.number().min(0).describe('The value in every generation.') })
  .describe('The same in every generation. A plain number is short for it.');

const exponential = z
  .strictObject({
    name: z.literal('exponential'),
    from: z.number().positive().describe('Value in generation 0.'),
    to: z.number().positive().describe('Value at the end.'),
  })
  .describe('From `from` to `to` by the same factor each generation; the horizon is `generations`.');

const adaptive = z
  .strictObject({
    name: z.literal('adaptive'),
    initial: z.number().positive().default(0.1).describe('Value in generation 0.'),
    minimum: z.number().positive().default(0.0001).describe('Never below this.'),
    maximum: z.number().positive().default(1).describe('Never above this.'),
    spread: z
      .number()
      .positive()
      .default(0.1)
      .describe(
        'The spread aimed at: (mean - best) / mean loss. Below it the population has converged and sigma grows; above it sigma shrinks.',
      ),
    rate: z.number().gt(1).default(1.05).describe('Factor of one step up or down.'),
  })
  .describe('Follows how far the population has converged.');

const selfAdaptive = z
  .strictObject({
    name: z.literal('self-adaptive'),
    initial: z.number().positive().default(0.1).describe('Value of the founders.'),
    minimum: z.number().positive().default(0.00001).describe('Never below this.'),
    maximum: z.number().positive().default(10).describe('Never above this.'),
    factor: z.number().gt(1).default(2).describe("A child's sigma is its parent's times `factor` to the power of U(-1, 1)."),
  })
  .describe('Inherited and mutated with each individual (SAMR).');

const number = {
  json: { type: 'number', minimum: 0 },
  expand: (value: unknown) => (typeof value === 'number' ? { name: 'constant', value } : value),
};
const scheduleUnion = z.discriminatedUnion('name', [constant, exponential]);
const sigmaUnion = z.discriminatedUnion('name', [constant, exponential, adaptive, selfAdaptive]);

/** A number, constant or exponential. */
export const schedule = withShortForm<typeof scheduleUnion, number>(scheduleUnion, number);
/** The strength of a mutation: a schedule, or one that follows the population. */
export const sigma = withShortForm<typeof sigmaUnion, number>(sigmaUnion, number);

// What evolution brings down.
import { z } from 'zod';
import { byName } from './shorthand.ts';

export const loss = byName(
  z.discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('cross-entropy'),
        temperature: z
          .number()
          .positive()
          .default(1)
          .describe('Divides the outputs before the softmax: above 1 makes the network less sure of itself.'),
        labelSmoothing: z.number().min(0).lt(1).default(0).describe('Part of the target spread evenly over the classes.'),
      })
      .describe('Softmax cross-entropy of classes. The network ends in logits, or in a softmax that the loss takes over.'),
    z.strictObject({ name: z.literal('error-rate') }).describe('Part of the examples whose class is not guessed: 0 is best.'),
    z.strictObject({ name: z.literal('mean-squared-error') }).describe('Mean over examples and outputs; a class counts as a one-hot row.'),
  ]),
);

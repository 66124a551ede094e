// The genomes that generation 0 is made of.
import { z } from 'zod';
import { populationShare } from './population.ts';
import { byName } from './shorthand.ts';

const founders = populationShare(0)
  .prefault(0)
  .describe(
    'Distinct genomes drawn for generation 0, each an individual itself; the rest are their children. 0: as many as the breeding pool. For `ga` only.',
  );
const spread = (what: string) => z.number().positive().default(1).describe(what);

export const init = byName(
  z.discriminatedUnion('name', [
    z
      .strictObject({ name: z.literal('glorot'), scale: spread("Factor on the authors' standard deviation."), founders })
      .describe('Normal, variance 2 / (in + out); biases zero.'),
    z
      .strictObject({ name: z.literal('he'), scale: spread("Factor on the authors' standard deviation."), founders })
      .describe('Normal, variance 2 / in, for relu; biases zero.'),
    z
      .strictObject({ name: z.literal('normal'), scale: spread('Standard deviation.'), founders })
      .describe('Every weight and bias from N(0, scale).'),
    z
      .strictObject({ name: z.literal('uniform'), scale: spread('Half the width.'), founders })
      .describe('Every weight and bias from U(-scale, scale).'),
    z.strictObject({ name: z.literal('zeros'), scale: spread('Without effect.'), founders }).describe('Every weight and bias zero.'),
  ]),
);

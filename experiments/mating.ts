// Who breeds: how two parents are drawn from the breeding pool.
import { z } from 'zod';
import { byName } from './shorthand.ts';

export const mating = byName(
  z.discriminatedUnion('name', [
    z
      .strictObject({ name: z.literal('uniform') })
      .describe('Everyone in the pool alike. With a pool of the best few this is truncation selection.'),
    z
      .strictObject({
        name: z.literal('tournament'),
        size: z.int().min(2).max(255).default(2).describe('Individuals drawn for one place.'),
      })
      .describe('The best of a few drawn.'),
    z
      .strictObject({
        name: z.literal('rank'),
        bias: z.number().min(1).max(64).default(2).describe('1 is uniform; larger favours the fitter.'),
      })
      .describe('Rank floor(pool x U^bias), best first: random pairing that favours the fitter.'),
    z.strictObject({ name: z.literal('roulette') }).describe("In proportion to fitness: the pool's worst loss minus one's own."),
  ]),
);

// How many examples a generation is measured on.
import { z } from 'zod';
import { withShortForm } from './shorthand.ts';

const steps = z
  .array(
    z.strictObject({
      generation: z.int().min(0).describe('From this generation on. The first entry has 0, and they ascend.'),
      size: z.int().min(1).describe('Examples. More than the train split has means all of it.'),
    }),
  )
  .min(1);

export const batch = withShortForm<typeof steps, number>(steps, {
  json: { type: 'integer', minimum: 1 },
  expand: (value) => (typeof value === 'number' ? [{ generation: 0, size: value }] : value),
});

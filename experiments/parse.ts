// From anything to an experiment, or to an error that says what is wrong with it.
import type { z } from 'zod';
import { ExperimentError, problemsOf, wording } from './error.ts';
import { type Experiment, experimentForm, experimentSchema } from './schema.ts';

/**
 * Checks an experiment and fills in every default. `source` is what messages call it: a file's path, a name.
 * @throws ExperimentError
 */
export function parseExperiment(value: unknown, source = 'experiment'): Experiment {
  return parse(experimentSchema, value, source);
}

/** The same before shares of the population become numbers: still a form that people could have written. */
export function parseForm(value: unknown, source = 'experiment'): z.output<typeof experimentForm> {
  return parse(experimentForm, value, source);
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, source: string): z.output<Schema> {
  const result = schema.safeParse(value, { error: wording, reportInput: true });
  if (!result.success) throw new ExperimentError(source, problemsOf(result.error));
  return result.data;
}

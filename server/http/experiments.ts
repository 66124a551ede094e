// /api/experiments: those that are built in, what an experiment may say, and whether one can run.
import type { FastifyInstance } from 'fastify';
import {
  builtIn,
  type Experiment,
  ExperimentError,
  type ExperimentProblem,
  type Override,
  parseExperiment,
  withOverrides,
} from '../../experiments/index.ts';
import { experimentJsonSchema } from '../../experiments/json-schema.ts';
import { Estimates } from '../estimate.ts';
import { estimateLimits } from '../limits.ts';
import { oversize } from '../oversize.ts';
import { datasetsFolder } from '../run-record.ts';
import { problemsHere } from '../servable.ts';
import type { Served } from './app.ts';
import { VIEWERS } from './schemas.ts';

const { overrides, pathLength } = estimateLimits;

/** What is to be checked may be anything: that is what is asked. */
const CHECK = {
  type: 'object',
  properties: {
    experiment: { description: 'Name of a built-in experiment, or an experiment.' },
    set: { description: 'Fields to set on top of it: a list of {path, value}.' },
  },
} as const;

interface Checked {
  /** Every default filled in; null where it cannot be understood. */
  experiment: Experiment | null;
  errors: ExperimentProblem[];
}

export function experimentRoutes(app: FastifyInstance, { data }: Served): void {
  const estimates = new Estimates(datasetsFolder(data));
  app.addHook('onClose', async () => estimates.close());
  const schema = experimentJsonSchema();

  app.get('/api/experiments', { config: { roles: VIEWERS }, schema: { summary: 'The built-in experiments' } }, async () => ({
    experiments: Array.from(builtIn.values(), (experiment) => ({ ...experiment })),
  }));

  app.get(
    '/api/experiments/schema',
    { config: { roles: VIEWERS }, schema: { summary: 'What an experiment may say, as JSON Schema (draft 2020-12)' } },
    async () => schema,
  );

  app.post<{ Body: { experiment?: unknown; set?: unknown } }>(
    '/api/experiments/check',
    {
      config: { roles: VIEWERS },
      schema: {
        summary: 'Whether an experiment can run here: its defaults filled in, what is wrong with it, and what it would take',
        body: CHECK,
      },
    },
    async ({ body }) => {
      const { experiment, errors } = check(body.experiment, body.set ?? []);
      if (!experiment || errors.length) return { experiment, errors, estimate: null };
      return { experiment, ...(await estimates.of(experiment)) };
    },
  );
}

function check(given: unknown, set: unknown): Checked {
  try {
    const much = oversize([given, set]);
    if (much) return wrong('', much);
    if (!isOverrides(set))
      return wrong(
        '',
        `set: must be a list of {"path": "a.b", "value": ...}, ${overrides} at most, each path ${pathLength} characters at most`,
      );
    const form = typeof given === 'string' ? builtIn.get(given) : given;
    if (!form && typeof given === 'string')
      return wrong('', `there is no built-in experiment ${JSON.stringify(given)}; there are ${[...builtIn.keys()].join(', ')}`);
    const whole = typeof form === 'object' && form !== null ? withOverrides(form, set, 'experiment') : form;
    const experiment = parseExperiment(whole);
    return { experiment, errors: problemsHere(experiment) };
  } catch (error) {
    if (error instanceof ExperimentError) return { experiment: null, errors: error.problems };
    throw error;
  }
}

const wrong = (path: string, message: string): Checked => ({ experiment: null, errors: [{ path, message }] });

function isOverrides(set: unknown): set is Override[] {
  const isOne = (one: Override) => typeof one?.path === 'string' && one.path.length <= pathLength && 'value' in one;
  return Array.isArray(set) && set.length <= overrides && set.every(isOne);
}

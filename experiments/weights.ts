// Experiments of kind `weights`: an individual is the weights of a fixed network, its loss that of a forward pass.
import { z } from 'zod';
import type { WeightsSettings } from '../core/settings.ts';
import { algorithm } from './algorithm.ts';
import { batch } from './batch.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';
import { network } from './network.ts';
import { individuals } from './population.ts';

/** Classes of machines whose results are compared with each other. */
export const EVALUATORS = ['wasm', 'tfjs-wasm/x86', 'tfjs-wasm/arm', 'tfjs-gpu', 'webgpu'] as const;

const COUNT_LIMIT = 2 ** 31 - 1;

/** The form that people write, with every default, before shares of the population become numbers. */
export const weightsForm = z.strictObject({
  $schema: z.string().optional().describe('For editors: where the JSON Schema is. Not part of the experiment.'),
  kind: z.literal('weights').describe('An individual is the weights of a fixed network.'),
  // Terminals show both: nothing in them may steer one.
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => !/\p{Cc}/u.test(name), 'must hold no control characters')
    .default('experiment')
    .describe("What displays call it. Default for a file: the file's name."),
  description: z
    .string()
    .max(2000)
    .refine((words) => !/[^\n\t\P{Cc}]/u.test(words), 'must hold no control characters, but for tabs and ends of lines')
    .default('')
    .describe('A sentence or two for whoever finds it.'),
  dataset: z
    .string()
    .regex(/^(sha256:[0-9a-f]{64}|[A-Za-z0-9][A-Za-z0-9._-]*)$/, 'must be the name of a dataset, or "sha256:" and 64 hex digits')
    .describe('Name of a dataset (`germline data list`), or `sha256:` and the hash of its content.'),
  network: network.describe(
    'Keras / tfjs Sequential JSON, or only its list of layers. The first layer takes its input shape from the dataset.',
  ),
  loss: loss.prefault('cross-entropy').describe('What evolution brings down.'),
  metric: z.enum(['accuracy', 'loss']).default('accuracy').describe('What displays show and models are compared by.'),
  population: z.int().min(1).max(COUNT_LIMIT).default(256).describe('Individuals in a generation.'),
  generations: z.int().min(1).max(COUNT_LIMIT).default(100).describe('Where the run ends, and the horizon of every schedule.'),
  batch: batch
    .prefault(256)
    .describe('Examples of a generation, common to the whole population: a number, or a list of steps that says from which generation on.'),
  algorithm: algorithm.prefault('ga').describe('What makes the next generation.'),
  init: init.prefault('glorot').describe('Where the first weights come from.'),
  validateEvery: z.int().min(1).max(COUNT_LIMIT).default(10).describe('Validate the best of every so many generations, and the last.'),
  stop: z
    .strictObject({
      loss: z.number().nullable().default(null).describe("Ends the run when a generation's best loss is at most this."),
      minutes: z.number().positive().nullable().default(null).describe('Ends the run after so many minutes, between two generations.'),
    })
    .prefault({})
    .describe('What ends the run before its last generation.'),
  path: z
    .enum(['auto', 'general'])
    .default('auto')
    .describe(
      "`auto` evaluates children from their parents' activations where mutation, crossover and network allow it; `general` makes every child's weights.",
    ),
  evaluators: z
    .array(z.enum(EVALUATORS))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'must name each class once')
    .default(['wasm'])
    .describe('Classes of machines that may evaluate. Only `wasm` gives the same bits everywhere.'),
});

type Form = z.output<typeof weightsForm>;
type Issue = (path: (string | number)[], input: unknown, message: string) => void;

/** Shares of the population become numbers; what only makes sense together is checked. */
export const weights = weightsForm.transform((form, context) => {
  const { $schema: _, ...rest } = form;
  const issue: Issue = (path, input, message) => context.addIssue({ code: 'custom', path, input, message });
  checkBatch(form, issue);
  return { ...rest, algorithm: resolveAlgorithm(form, issue), init: resolveInit(form, issue) } satisfies WeightsSettings;
});

function resolveAlgorithm({ algorithm, population }: Form, issue: Issue) {
  if (algorithm.name === 'es' && population % 2 === 1) {
    issue(['population'], population, 'must be even with the algorithm "es", which evaluates antithetic pairs');
  }
  if (algorithm.name === 'es' && algorithm.sigma.name === 'constant' && algorithm.sigma.value === 0) {
    issue(['algorithm', 'sigma'], 0, 'must be above 0 with the algorithm "es": without a step there is no direction to learn');
  }
  if (algorithm.name !== 'ga') return algorithm;
  const parents = individuals(algorithm.parents, population);
  const elites = individuals(algorithm.elites, population);
  if (population < 2) issue(['population'], population, 'must be at least 2 with the algorithm "ga"');
  else if (parents > population) issue(['algorithm', 'parents'], parents, `must be at most the population, ${population}`);
  else if (elites > parents) issue(['algorithm', 'elites'], elites, `must be at most the parents, ${parents}`);
  else if (elites === population) issue(['algorithm', 'elites'], elites, `must be below the population, ${population}, or nothing evolves`);
  const { mutation } = algorithm;
  if (mutation.name !== 'none' && 'minimum' in mutation.sigma) {
    const { initial, minimum, maximum } = mutation.sigma;
    if (!(minimum <= initial && initial <= maximum)) {
      issue(['algorithm', 'mutation', 'sigma', 'initial'], initial, `must lie between minimum, ${minimum}, and maximum, ${maximum}`);
    }
  }
  return { ...algorithm, parents, elites };
}

function resolveInit({ algorithm, init, population }: Form, issue: Issue) {
  const founders = algorithm.name === 'ga' ? individuals(init.founders, population) : 0;
  if (founders > population) issue(['init', 'founders'], founders, `must be at most the population, ${population}`);
  return { ...init, founders };
}

function checkBatch({ batch }: Form, issue: Issue) {
  if (batch[0].generation !== 0) issue(['batch', 0, 'generation'], batch[0].generation, 'must be 0 in the first entry');
  for (let i = 1; i < batch.length; i++) {
    if (batch[i].generation <= batch[i - 1].generation) {
      issue(['batch', i, 'generation'], batch[i].generation, `must be above the one before, ${batch[i - 1].generation}`);
    }
  }
}

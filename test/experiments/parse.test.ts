import { describe, expect, test } from 'vitest';
import type { WeightsSettings } from '../../core/settings.ts';
import { ExperimentError, parseExperiment } from '../../experiments/index.ts';
import { minimal } from './minimal.ts';

function problems(value: unknown): string[] {
  try {
    parseExperiment(value, 'my.json');
  } catch (error) {
    if (error instanceof ExperimentError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a valid experiment', () => {
  test('has every default filled in', () => {
    const experiment = parseExperiment(minimal);
    const settings: WeightsSettings = experiment;
    expect(settings).toMatchObject({
      population: 256,
      generations: 100,
      batch: [{ generation: 0, size: 256 }],
      loss: { name: 'cross-entropy', temperature: 1, labelSmoothing: 0 },
      algorithm: { name: 'ga', parents: 13, elites: 1, block: 8, mating: { name: 'uniform' } },
      init: { name: 'glorot', scale: 1, founders: 0 },
      network: { class_name: 'Sequential', config: { name: 'network', layers: [{ class_name: 'Dense', config: { units: 2 } }] } },
    });
    expect(experiment).toMatchObject({ name: 'experiment', metric: 'accuracy', stop: { loss: null, minutes: null }, evaluators: ['wasm'] });
  });

  test('means itself when it is read again', () => {
    const once = parseExperiment({ ...minimal, algorithm: { name: 'ga', parents: '100%', crossover: { name: 'uniform', share: 0.3 } } });
    expect(parseExperiment(once)).toEqual(once);
    expect(once.algorithm).toMatchObject({ parents: 256, crossover: { share: 77 / 256 } });
  });

  test.each([
    ['5%', 1000, 50],
    ['0.01%', 1000, 1],
    ['100%', 7, 7],
    ['33.3%', 10, 3],
    [4, 1000, 4],
  ])('parents %s of a population of %i are %i', (parents, population, expected) => {
    expect(parseExperiment({ ...minimal, population, algorithm: { name: 'ga', parents } }).algorithm).toMatchObject({ parents: expected });
  });

  test('takes a number for a schedule and a name for what has defaults', () => {
    const { algorithm } = parseExperiment({ ...minimal, algorithm: { name: 'es', sigma: 0.2, shaping: 'z-score' } });
    expect(algorithm).toMatchObject({ sigma: { name: 'constant', value: 0.2 }, shaping: { name: 'z-score', clip: 3 } });
  });
});

describe('a mistake is named with its place, what was given and what to do', () => {
  const ga = (fields: object) => ({ ...minimal, population: 10, algorithm: { name: 'ga', ...fields } });
  test.each<[string, unknown, string]>([
    ['an unknown field', { ...minimal, populaton: 3 }, 'my.json: populaton: unknown field; did you mean "population"?'],
    ['an unknown field inside', ga({ mutatoin: 'none' }), 'my.json: algorithm.mutatoin: unknown field; did you mean "mutation"?'],
    ['a wrong type', { ...minimal, population: 'many' }, 'my.json: population: must be a number, not "many"'],
    ['part of an individual', { ...minimal, population: 2.5 }, 'my.json: population: must be a whole number, not 2.5'],
    ['nobody', { ...minimal, population: 0 }, 'my.json: population: must be at least 1, not 0'],
    ['not a number', { ...minimal, population: Number.NaN }, 'my.json: population: must be a number, not NaN'],
    ['no kind', { ...minimal, kind: undefined }, 'my.json: kind: missing; must be "weights"'],
    ['another kind', { ...minimal, kind: 'wieghts' }, 'my.json: kind: must be "weights", not "wieghts"'],
    [
      'no dataset',
      { ...minimal, dataset: undefined },
      'my.json: dataset: missing. Name of a dataset (`germline data list`), or `sha256:` and the hash of its content.',
    ],
    [
      'an algorithm that is not there',
      { ...minimal, algorithm: 'cma' },
      'my.json: algorithm.name: must be one of "ga", "es", "random", not "cma"',
    ],
    [
      'a schedule that is not for it',
      { ...minimal, algorithm: { name: 'es', sigma: { name: 'adaptive' } } },
      'my.json: algorithm.sigma.name: must be one of "constant", "exponential", not "adaptive"',
    ],
    ['no layers', { ...minimal, network: [] }, 'my.json: network.config.layers: must have at least 1 entry, not []'],
    [
      'a functional model',
      { ...minimal, network: { class_name: 'Model', config: { layers: [{ class_name: 'Dense' }] } } },
      'my.json: network.class_name: must be "Sequential", not "Model"',
    ],
    [
      'a dataset hash cut short',
      { ...minimal, dataset: 'sha256:12' },
      'my.json: dataset: must be the name of a dataset, or "sha256:" and 64 hex digits, not "sha256:12"',
    ],
    [
      'one machine class twice',
      { ...minimal, evaluators: ['wasm', 'wasm'] },
      'my.json: evaluators: must name each class once, not ["wasm","wasm"]',
    ],
    [
      'antithetic pairs of an odd population',
      { ...minimal, population: 7, algorithm: 'es' },
      'my.json: population: must be even with the algorithm "es", which evaluates antithetic pairs, not 7',
    ],
    ['a lonely GA', { ...minimal, population: 1 }, 'my.json: population: must be at least 2 with the algorithm "ga", not 1'],
    ['more parents than individuals', ga({ parents: 11 }), 'my.json: algorithm.parents: must be at most the population, 10, not 11'],
    [
      'half a parent',
      ga({ parents: 0.5 }),
      'my.json: algorithm.parents: must be a whole number of at least 1, or a share of the population such as "25%", not 0.5',
    ],
    [
      'a share above all',
      ga({ parents: '101%' }),
      'my.json: algorithm.parents: must be a whole number of at least 1, or a share of the population such as "25%", not "101%"',
    ],
    ['more elites than parents', ga({ parents: 3, elites: 4 }), 'my.json: algorithm.elites: must be at most the parents, 3, not 4'],
    [
      'only elites',
      ga({ parents: 10, elites: 10 }),
      'my.json: algorithm.elites: must be below the population, 10, or nothing evolves, not 10',
    ],
    ['an odd block', ga({ block: 3 }), 'my.json: algorithm.block: must be even, not 3'],
    [
      'a start outside its bounds',
      ga({ mutation: { name: 'gaussian', sigma: { name: 'adaptive', initial: 2 } } }),
      'my.json: algorithm.mutation.sigma.initial: must lie between minimum, 0.0001, and maximum, 1, not 2',
    ],
    [
      'more founders than individuals',
      { ...ga({}), init: { name: 'he', founders: 11 } },
      'my.json: init.founders: must be at most the population, 10, not 11',
    ],
    [
      'batches from later on',
      { ...minimal, batch: [{ generation: 1, size: 8 }] },
      'my.json: batch.0.generation: must be 0 in the first entry, not 1',
    ],
    [
      'batches out of order',
      {
        ...minimal,
        batch: [
          { generation: 0, size: 8 },
          { generation: 0, size: 9 },
        ],
      },
      'my.json: batch.1.generation: must be above the one before, 0, not 0',
    ],
    ['no object', 5, 'my.json: must be an object, not 5'],
  ])('%s', (_, value, message) => {
    expect(problems(value)).toEqual([message]);
  });

  test('a name or a description that would steer a terminal', () => {
    expect(problems({ ...minimal, name: 'a\u001b[2Jb' })).toEqual([expect.stringMatching(/name: must hold no control characters/)]);
    expect(problems({ ...minimal, description: 'a\u009b31mb' })).toEqual([
      expect.stringMatching(/description: must hold no control characters/),
    ]);
    expect(problems({ ...minimal, name: 'Männer, 数字, עברית', description: 'two\nlines' })).toEqual([]);
  });

  test('all of them at once', () => {
    expect(problems({ ...minimal, population: 0, generations: -1, sed: 7 })).toEqual([
      'my.json: population: must be at least 1, not 0',
      'my.json: generations: must be at least 1, not -1',
      'my.json: sed: unknown field; known: kind, name, description, dataset, network, loss, metric, population, generations, batch, algorithm, init, validateEvery, stop, path, evaluators',
    ]);
  });
});

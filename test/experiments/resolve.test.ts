import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileNetwork } from '../../core/network.ts';
import { builtIn, parseOverride, parseSeed, resolveExperiment } from '../../experiments/index.ts';
import { minimal } from './minimal.ts';

const folder = mkdtempSync(join(tmpdir(), 'experiments-'));
function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const resolved = (nameOrFile: string, ...sets: string[]) => resolveExperiment(nameOrFile, sets.map(parseOverride));

/** Short forms, long ones, lists and absent fields. */
const own = file(
  'own.json',
  JSON.stringify({
    ...minimal,
    network: [{ class_name: 'Flatten' }, { class_name: 'Dense', config: { units: 4 } }],
    algorithm: { name: 'es', sigma: { name: 'exponential', from: 0.05, to: 0.02 } },
    init: 'he',
    batch: 64,
  }),
);

describe('built-in experiments', () => {
  test.each([...builtIn.keys()])('%s is valid, at other populations too', async (name) => {
    expect((await resolved(name)).name).toBe(name);
    for (const population of [2, 100, 1_000_000]) expect((await resolved(name, `population=${population}`)).population).toBe(population);
  });

  test('the classic one breeds from everyone, whatever the population', async () => {
    const { algorithm, init } = await resolved('seed-classic-mnist', 'population=1000');
    expect(algorithm).toMatchObject({ parents: 1000, elites: 0, block: 2 });
    expect(init.founders).toBe(1000);
  });
});

describe('overrides', () => {
  test.each<[string, string[], object]>([
    ['a top field', ['generations=7'], { generations: 7 }],
    ['a field of a field', ['algorithm.sigma.from=0.5'], { algorithm: { sigma: { from: 0.5, to: 0.02 } } }],
    ['a short form for an object', ['algorithm.sigma=0.5'], { algorithm: { sigma: { name: 'constant', value: 0.5 } } }],
    ['a field of a short form', ['init.scale=0.5'], { init: { name: 'he', scale: 0.5 } }],
    ['a field that was absent', ['algorithm.adam.beta1=0.5'], { algorithm: { adam: { beta1: 0.5, beta2: 0.999 } } }],
    ['an entry of a list', ['batch.0.size=8'], { batch: [{ generation: 0, size: 8 }] }],
    [
      'one entry more',
      ['batch.1={"generation":5,"size":9}'],
      {
        batch: [
          { generation: 0, size: 64 },
          { generation: 5, size: 9 },
        ],
      },
    ],
    ['a layer, in the short form', ['network.1.config.units=12'], { network: { config: { layers: { 1: { config: { units: 12 } } } } } }],
    [
      'a layer, in the long form',
      ['network.config.layers.1.config.units=12'],
      { network: { config: { layers: { 1: { config: { units: 12 } } } } } },
    ],
    ['text that is not JSON', ['description=two words = text'], { description: 'two words = text' }],
    ['one after the other', ['algorithm=ga', 'algorithm.parents=4', 'algorithm.parents=5'], { algorithm: { parents: 5 } }],
  ])('set %s', async (_, sets, expected) => {
    expect(await resolved(own, ...sets)).toMatchObject(expected);
  });

  test('leave shares of the population relative', async () => {
    const { algorithm } = await resolved('seed-classic-xor', 'algorithm.mating.bias=3', 'population=10');
    expect(algorithm).toMatchObject({ parents: 10, mating: { bias: 3 } });
  });

  test.each([
    ['algoritm.sigma=1', 'own.json: algoritm: unknown field; did you mean "algorithm"?'],
    ['algorithm.sgima=1', 'own.json: algorithm.sgima: unknown field; did you mean "sigma"?'],
    ['population.size=1', 'own.json: population: must be a number, not {"size":1}'],
    ['batch.first=1', '--set: batch.first: has no entry "first": it is a list of 1, counted from 0'],
    ['population', '--set: "population" must be path=value, such as algorithm.mutation.sigma=0.1'],
  ])('%s is a mistake', async (set, message) => {
    await expect((async () => resolved(own, set))()).rejects.toThrow(message);
  });
});

describe('files', () => {
  test('an experiment is called after its file', async () => {
    expect((await resolved(file('two-bits.json', `\uFEFF${JSON.stringify(minimal)}`))).name).toBe('two-bits');
  });

  test.each([
    ['no JSON', file('broken.json', '{"kind": '), /broken\.json: not JSON: /],
    ['a list', file('list.json', '[]'), /list\.json: must hold one object/],
    ['a folder', folder, /is a folder/],
    ['nothing', join(folder, 'absent.json'), /absent\.json: there is no such file/],
    ['a name misspelt', 'mnits', /^mnits: no built-in experiment of that name, and no such file; did you mean "mnist"\?$/],
  ])('%s', async (_, path, message) => {
    await expect(resolved(path)).rejects.toThrow(message);
  });
});

describe('seeds', () => {
  test.each([
    ['0', 0n],
    ['18446744073709551615', 2n ** 64n - 1n],
    [7, 7n],
    [9n, 9n],
  ])('%s is %s', (value, expected) => {
    expect(parseSeed(value)).toBe(expected);
  });

  test.each([['-1'], ['18446744073709551616'], ['1e3'], ['0x10'], [''], ['seven'], [1.5], [2 ** 60], [-1n]])('%s is none', (value) => {
    expect(() => parseSeed(value, '--seed')).toThrow('--seed: must be a whole number from 0 to 18446744073709551615');
  });
});

test.each([
  ['mnist', 28, 784 * 64 + 64 + 64 * 10 + 10],
  ['mnist-cnn', 28, 11_274],
  ['fashion-mnist', 28, 11_274],
  ['seed-classic-mnist', 28, 3_274_634],
])('the network of %s has its weights', async (name, side, weights) => {
  const { network } = await resolved(name);
  expect(compileNetwork(network, [side, side, 1])).toMatchObject({ outputs: 10, parameters: weights });
});

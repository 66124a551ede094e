import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { germline } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'germline-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

const minimal = { kind: 'weights', dataset: 'xor', network: [{ class_name: 'Dense', config: { units: 2 } }] };
writeFileSync(path('unknown-field.json'), JSON.stringify({ ...minimal, populaton: 3 }));
writeFileSync(path('wrong-type.json'), JSON.stringify({ ...minimal, population: 'many' }));
writeFileSync(path('broken.json'), '{');
writeFileSync(path('no-dataset.json'), JSON.stringify({ ...minimal, dataset: 'imagenet' }));
writeFileSync(path('outputs.json'), JSON.stringify({ ...minimal, network: [{ class_name: 'Dense', config: { units: 3 } }] }));
writeFileSync(path('layer.json'), JSON.stringify({ ...minimal, network: [{ class_name: 'LSTM', config: { units: 2 } }] }));
mkdirSync(path('remains'));
writeFileSync(path('remains/journal.lock'), '');
writeFileSync(path('remains/journal.sqlite-journal'), '');
writeFileSync(path('remains/journal.sqlite'), '');
mkdirSync(path('full'));
writeFileSync(path('full/notes.txt'), '');

describe('a mistake is one message on stderr, exit code 2, no stack trace', () => {
  test.each<[string, string[], RegExp]>([
    [
      'an unknown field',
      ['run', path('unknown-field.json')],
      /unknown-field\.json: populaton: unknown field; did you mean "population"\?$/,
    ],
    ['a wrong type', ['run', path('wrong-type.json')], /wrong-type\.json: population: must be a number, not "many"$/],
    ['no JSON', ['run', path('broken.json')], /broken\.json: not JSON: /],
    ['a population of 0', ['run', 'xor', '--population', '0'], /^xor: population: must be at least 1, not 0$/],
    ['a dataset that is not there', ['run', path('no-dataset.json')], /imagenet.*xor/],
    ['a network of other outputs', ['run', path('outputs.json')], /3.*2|2.*3/],
    ['a layer that cannot be compiled', ['run', path('layer.json')], /LSTM/],
    ['an unknown experiment', ['run', 'mnits'], /^mnits: no built-in experiment .*did you mean "mnist"\?$/],
    ['no experiment', ['run'], /^run: which experiment\?/],
    ['a bad seed', ['run', 'xor', '--seed', '-5x'], /^--seed: must be a whole number from 0 to 18446744073709551615, not "-5x"$/],
    ['bad threads', ['run', 'xor', '--threads', '0'], /^--threads: must be a whole number from 1 to 1024, not "0"$/],
    ['an unknown path', ['run', 'xor', '--set', 'algoritm=es'], /^xor: algoritm: unknown field; did you mean "algorithm"\?$/],
    ['a set without a value', ['run', 'xor', '--set', 'population'], /^--set: "population" must be path=value/],
    ['no time', ['run', 'xor', '--minutes', '0'], /^xor: stop\.minutes: must be above 0, not 0$/],
    ['an odd population of pairs', ['run', 'xor', '--set', 'algorithm=es', '--population', '7'], /population: must be even/],
    ['more memory than there is', ['run', 'seed-classic-mnist', '--population', '1000000'], /needs .*GB.*population/],
    ['an unknown option', ['run', 'xor', '--sed', '1'], /unknown option '--sed'[\s\S]*--seed/],
    ['an unknown command', ['evolve'], /unknown command 'evolve'/],
    ['a folder in use', ['run', 'xor', '--out', path('full')], /full: is not empty\. Choose a new folder/],
    ['a file as folder', ['run', 'xor', '--out', path('broken.json')], /cannot be used as a folder/],
    ['nothing to resume', ['run', '--resume', path('full')], /full holds no journal/],
    ['resuming another experiment', ['run', 'xor', '--resume', path('full')], /leave "xor" out$/],
    ['resuming with another seed', ['run', '--resume', path('full'), '--seed', '1'], /--seed cannot be changed with --resume/],
    ['a model that is not there', ['run', 'xor', '--init', path('absent.npz')], /absent\.npz: there is no such file$/],
    ['a model of no known format', ['run', 'xor', '--init', path('full/notes.txt')], /notes\.txt: must be the model\.json/],
    ['nothing to replay', ['replay', path('full')], /full holds no journal/],
    ['nothing to export', ['export', path('full'), '--format', 'npz'], /full holds no journal/],
    ['an unknown format', ['export', path('full'), '--format', 'onnx'], /Allowed choices are tfjs, safetensors, npz/],
    ['an unknown dataset', ['data', 'fetch', 'imagenet'], /imagenet/],
    ['half a dataset', ['data', 'add', 'mine', '--images', 'x.idx'], /--images and --labels go together/],
    ['a table without a target', ['data', 'add', 'mine', '--csv', 'x.csv'], /--csv needs --target/],
    ['two datasets at once', ['data', 'add', 'mine', '--csv', 'x.csv', '--npz', 'x.npz'], /give either/],
    ['showing what is not there', ['experiments', 'show', 'zzz'], /^zzz: no built-in experiment/],
  ])('%s', async (_, words, message) => {
    const { code, stdout, stderr } = await germline(...words);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test.each([
  ['run'],
  ['replay'],
  ['export'],
  ['experiments'],
  ['experiments', 'show'],
  ['data'],
  ['data', 'list'],
  ['data', 'fetch'],
  ['data', 'add'],
])('%s %s --help has an example', async (...words) => {
  const { code, stdout } = await germline(...words.filter((word) => word !== undefined), '--help');
  expect(stdout).toContain(`$ germline ${words[0]}`);
  expect(code).toBe(0);
});

describe('without a mistake', () => {
  test('a folder with what a killed process left before its run had begun is as good as an empty one', async () => {
    const early = await germline('run', '--resume', path('remains'));
    expect(early.stderr).toMatch(/ended before it had begun\. Start it again with --out/);
    expect(early.code).toBe(2);
    expect((await germline('run', 'xor', '--out', path('remains'))).code).toBe(0);
    const { code, stderr } = await germline('run', 'xor', '--out', path('remains'));
    expect(stderr).toMatch(/remains: already holds a run\. To go on with it: germline run --resume/);
    expect(code).toBe(2);
  });

  test('experiments lists, shows, and what is shown runs', async () => {
    const { stdout } = await germline('experiments');
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['xor', 'mnist', 'seed-classic-mnist']));
    const shown = await germline('experiments', 'show', 'xor', '--set', 'population=10');
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'xor', population: 10 });
    writeFileSync(path('shown.json'), shown.stdout);
    expect((await germline('run', path('shown.json'), '--generations', '2', '--json')).code).toBe(0);
  });

  test('data lists what there is', async () => {
    const { stdout } = await germline('data', 'list', '--json');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).name),
    ).toEqual(expect.arrayContaining(['xor', 'mnist-10k']));
  });
});

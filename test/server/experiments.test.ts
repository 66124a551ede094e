// What may be run, told to a form: the schema, defaults, what is wrong and where, and what it would take.
import { expect, it } from 'vitest';
import { loadEngine } from '../../core/engine.ts';
import { planGround } from '../../core/ground.ts';
import { loadDataset } from '../../data/index.ts';
import { builtIn, resolveExperiment } from '../../experiments/index.ts';
import { experimentJsonSchema } from '../../experiments/json-schema.ts';
import { Tokens } from '../../server/index.ts';
import { ask, folder, post, start } from './fixtures/server.ts';

const check = async (url: string, body: unknown) => {
  const { status, body: answer } = await post(url, '/api/experiments/check', body);
  expect(status).toBe(200);
  return answer;
};

it('shows the schema that experiments are read by', async () => {
  const { url } = await start();
  expect((await ask(url, '/api/experiments/schema')).body).toEqual(JSON.parse(JSON.stringify(experimentJsonSchema())));
});

it('fills in the defaults, and says what the experiment would take', async () => {
  const { url } = await start();
  const set = [{ path: 'population', value: 128 }];
  const experiment = await resolveExperiment('xor', set);
  const { errors, estimate, experiment: whole } = await check(url, { experiment: 'xor', set });
  expect(errors).toEqual([]);
  expect(whole).toEqual(JSON.parse(JSON.stringify(experiment)));
  const dataset = await loadDataset(experiment.dataset);
  const { plan, config } = planGround({ engine: await loadEngine(), settings: experiment, dataset, seed: 7n, threads: 1, started: false });
  expect(estimate).toMatchObject({ parameters: config.network.parameters, memory: plan.bytes, evaluations: 128 * experiment.generations });
  expect(estimate.memoryPerThread).toBeGreaterThan(0);
  expect(estimate.memoryPerThread).toBeLessThan(plan.bytes);
  expect(estimate.wirePerGeneration).toBeGreaterThan(128 * 4);
  expect(estimate.diskPerGeneration).toBeGreaterThan(0);
  // What it filled in means itself.
  expect(await check(url, { experiment: whole })).toEqual({ experiment: whole, errors, estimate });
});

it('can run what is built in', async () => {
  const { url } = await start();
  // The dataset of one has to be fetched first.
  const shipped = [...builtIn.values()].filter(({ dataset }) => dataset !== 'fashion-mnist');
  for (const { name } of shipped) {
    expect(await check(url, { experiment: name })).toMatchObject({ errors: [], estimate: { parameters: expect.any(Number) } });
  }
});

const MISTAKES = [
  { what: 'nothing', body: {}, path: '', says: /object/ },
  { what: 'no object', body: { experiment: 5 }, path: '', says: /object/ },
  { what: 'null', body: { experiment: null }, path: '', says: /object/ },
  { what: 'a list', body: { experiment: [] }, path: '', says: /object/ },
  { what: 'a name that is none', body: { experiment: 'xorr' }, path: '', says: /no built-in experiment "xorr"/ },
  { what: 'no overrides', body: { experiment: 'xor', set: [{ path: 3 }] }, path: '', says: /^set: must be a list/ },
  {
    what: 'a path into nothing',
    body: { experiment: 'xor', set: [{ path: 'network.9.config', value: 1 }] },
    path: 'network.9.config',
    says: /entry/,
  },
  {
    what: 'a field out of bounds',
    body: { experiment: 'xor', set: [{ path: 'population', value: 0 }] },
    path: 'population',
    says: /at least 1/,
  },
  {
    what: 'a field within fields',
    body: { experiment: 'xor', set: [{ path: 'algorithm.mutation.sigma', value: -1 }] },
    path: 'algorithm.mutation.sigma.value',
    says: /at least 0/,
  },
  {
    what: 'an unknown field',
    body: { experiment: 'xor', set: [{ path: 'popularity', value: 1 }] },
    path: 'popularity',
    says: /unknown field/,
  },
  {
    what: 'fields that do not go together',
    body: { experiment: 'xor', set: [{ path: 'algorithm.parents', value: 9999 }] },
    path: 'algorithm.parents',
    says: /at most the population/,
  },
  {
    what: 'too many for a server',
    body: { experiment: 'xor', set: [{ path: 'population', value: 20_000_000 }] },
    path: 'population',
    says: /at most 16777216/,
  },
  {
    what: 'a dataset that is not there',
    body: { experiment: 'xor', set: [{ path: 'dataset', value: 'nothing' }] },
    path: 'dataset',
    says: /no dataset here has this name/,
  },
  {
    what: 'a network that does not fit',
    body: { experiment: 'xor', set: [{ path: 'network', value: [{ class_name: 'Dense', config: { units: 7 } }] }] },
    path: 'network',
    says: /puts out 7/,
  },
  {
    what: 'a layer that nobody knows',
    body: { experiment: 'xor', set: [{ path: 'network', value: [{ class_name: 'Magic' }] }] },
    path: 'network',
    says: /Magic/,
  },
  {
    what: 'more memory than there can be',
    body: { experiment: 'mnist', set: [{ path: 'network.1.config.units', value: 300_000 }] },
    path: '',
    says: /memory/,
  },
];

it('says what is wrong, and where', async () => {
  const { url } = await start();
  for (const { what, body, path, says } of MISTAKES) {
    const { errors, estimate } = await check(url, body);
    expect(estimate, what).toBeNull();
    expect(errors, what).toContainEqual({ path, message: expect.stringMatching(says) });
  }
});

it('bears what is nested without an end, or too long', async () => {
  const { url } = await start();
  const headers = { 'content-type': 'application/json' };
  const send = (body: string) => ask(url, '/api/experiments/check', { method: 'POST', headers, body });
  const deep = await send(`{"experiment":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
  expect(deep).toMatchObject({
    status: 200,
    body: { experiment: null, errors: [{ path: '', message: expect.stringContaining('nested') }] },
  });
  expect(await send(`{"experiment":"${'x'.repeat(2 << 20)}"}`)).toMatchObject({ status: 413, body: { error: { code: 'too-large' } } });
  expect(await send('{')).toMatchObject({ status: 400, body: { error: { code: 'malformed' } } });
});

it('viewers and admins may ask, and read datasets; workers may read datasets alone', async () => {
  const data = await folder();
  const tokens = await Tokens.open(data);
  const made: Record<string, string> = {};
  for (const role of ['admin', 'viewer', 'worker'] as const) made[role] = (await tokens.create(role, role)).token;
  const { url } = await start({ data, tokens: true, work: { threads: 1 }, firstRun: { experiment: 'xor' } });
  const as = (role: string) => ({ authorization: `Bearer ${made[role]}` });
  const [run] = (await ask(url, '/api/runs', { headers: as('viewer') })).body.runs;
  const opened = async () => (await ask(url, `/api/runs/${run.id}`, { headers: as('viewer') })).body.dataset.hash;
  await expect.poll(opened, { timeout: 20_000 }).toEqual(expect.stringMatching(/^[0-9a-f]{64}$/));
  const hash = await opened();
  for (const role of ['admin', 'viewer', 'worker']) {
    expect((await ask(url, `/api/datasets/${hash}`, { headers: as(role) })).status).toBe(200);
    const wanted = role === 'worker' ? 403 : 200;
    expect((await ask(url, '/api/experiments/check', { method: 'POST', json: { experiment: 'xor' }, headers: as(role) })).status).toBe(
      wanted,
    );
    expect((await ask(url, '/api/experiments/schema', { headers: as(role) })).status).toBe(wanted);
  }
  expect((await ask(url, `/api/datasets/${hash}`)).status).toBe(401);
});

// examples/worker.mjs, which shares no code with us: alone, beside a worker of ours, late, interrupted. The digest is always `germline run`'s.
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { loadEngine } from '../../core/engine.ts';
import { Child } from '../server/fixtures/child.ts';
import { alone, type Small, submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, folder, post, start } from '../server/fixtures/server.ts';
import { endWorkers, startWorker } from '../worker/start.ts';
import { startWorkerExample } from './example.ts';
import { relay } from './relay.ts';

afterEach(endWorkers);

const set = (fields: Record<string, unknown>): Small['set'] => Object.entries(fields).map(([path, value]) => ({ path, value }));

const mnist = (changes: Record<string, unknown> = {}, experiment = 'mnist'): Small => ({
  experiment,
  set: set({ population: 48, generations: 4, batch: 40, validateEvery: 5, ...changes }),
  seed: '7',
});

const ga = (changes: Record<string, unknown> = {}) => ({ name: 'ga', parents: 9, elites: 2, ...changes });

const dense = { class_name: 'Dense', config: { units: 2 } };

const short = (changes: Record<string, unknown> = {}): Small => xor({ generations: 6, ...changes });

/** Each reaches another part of the engine. */
const RUNS: Record<string, Small> = {
  'xor as it is': short(),
  'es, gaussian noise, z-score': short({
    algorithm: { name: 'es', noise: 'gaussian', shaping: { name: 'z-score', clip: 2 }, weightDecay: 0.01 },
    loss: { name: 'cross-entropy', temperature: 2, labelSmoothing: 0.1 },
  }),
  'es, rank 3': short({
    algorithm: { name: 'es', noise: { name: 'low-rank', rank: 3 }, sigma: { name: 'exponential', from: 0.2, to: 0.1 } },
  }),
  'ga, low-rank, neurons': short({ algorithm: ga() }),
  'ga, low-rank, layers, rank 2': short({
    algorithm: ga({ block: 4, crossover: 'layer', mutation: { name: 'low-rank', rank: 2, sigma: { name: 'self-adaptive' } } }),
  }),
  'ga, the general path': short({ algorithm: ga(), path: 'general' }),
  'ga, tournament, uniform, sparse': short({
    algorithm: ga({ mating: 'tournament', crossover: { name: 'uniform', share: 0.7 }, mutation: 'sparse' }),
  }),
  'ga, rank, single point, set': short({ algorithm: ga({ mating: 'rank', crossover: 'single-point', mutation: 'set' }) }),
  'ga, roulette, three parents, inheritance': short({
    algorithm: ga({ mating: 'roulette', crossover: { name: 'intermediate', parents: 3 }, inheritance: 0.3 }),
    init: 'uniform',
  }),
  'the classic algorithm': { ...short(), experiment: 'seed-classic-xor' },
  'random search': short({ algorithm: 'random', loss: 'mean-squared-error' }),
  'a softmax, a layer without bias, a growing batch': short({
    network: [
      { class_name: 'Dense', config: { units: 6, use_bias: false, activation: 'sigmoid' } },
      { class_name: 'Dropout', config: { rate: 0.5 } },
      dense,
      { class_name: 'ReLU' },
      { class_name: 'Softmax' },
    ],
    loss: 'cross-entropy',
    algorithm: ga(),
    batch: [
      { generation: 0, size: 2 },
      { generation: 4, size: 3 },
    ],
  }),
};

const DIGITS: Record<string, Small> = {
  'mnist, es': mnist(),
  'mnist, ga': mnist({ algorithm: ga(), batch: 200 }),
  'mnist, convolutions, es': mnist({}, 'mnist-cnn'),
  'mnist, convolutions, ga': mnist({ algorithm: ga({ mutation: 'gaussian' }), generations: 3 }, 'mnist-cnn'),
  'mnist, strides and mean pooling': mnist({
    network: [
      { class_name: 'Conv2D', config: { filters: 3, kernel_size: 5, strides: 2, activation: 'tanh' } },
      { class_name: 'AveragePooling2D', config: { pool_size: [3, 2], strides: 2, padding: 'same' } },
      { class_name: 'Conv2D', config: { filters: 4, kernelSize: [3, 2], padding: 'same', useBias: false } },
      { class_name: 'Activation', config: { activation: 'relu' } },
      { class_name: 'Flatten' },
      { class_name: 'Dense', config: { units: 10 } },
    ],
  }),
};

const text = () => readFile(new URL('../../examples/worker.mjs', import.meta.url), 'utf8');

const individuals = async (url: string): Promise<Record<string, number>> => {
  const { workers } = (await ask(url, '/api/workers')).body;
  return Object.fromEntries(workers.map((worker: { name: string; individuals: number }) => [worker.name, worker.individuals]));
};

const connected = (url: string, count: number) =>
  vi.waitFor(async () => expect(Object.keys(await individuals(url)).length).toBe(count), { timeout: 20_000, interval: 20 });

const reaches = (url: string, id: string, generation: number) =>
  vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThanOrEqual(generation), {
    timeout: 20_000,
    interval: 5,
  });

test('imports nothing of ours', async () => {
  const source = await text();
  const modules = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(['"`])(.*?)\1/g)].map(([, , name]) => name);
  expect(modules.filter((name) => !name.startsWith('node:')).sort()).toEqual(['@msgpack/msgpack', 'ws']);
  expect(modules.length).toBe(source.match(/\bimport\b(?=[\s('"{*])/g)?.length);
  expect(source).not.toMatch(/\brequire\b|createRequire/);
});

test('calls what docs/engine.md names, which is what the engine has', async () => {
  const page = await readFile(new URL('../../docs/engine.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## Exports'));
  const named = [...table.matchAll(/`(\w+)\(/g)].map(([, name]) => name);
  const { own } = await loadEngine();
  expect(WebAssembly.Module.exports(own).map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  const called = [...(await text()).matchAll(/\bengine\.(\w+)\(/g)].map(([, name]) => name);
  expect([...new Set(called)].sort()).toEqual([...new Set(named)].sort());
});

test.each([
  ['every algorithm and operator', RUNS],
  ['digits, dense and convolutional', DIGITS],
])(
  'alone: %s',
  async (_what, all) => {
    const { url } = await start();
    const worker = startWorkerExample(url);
    const runs = await Promise.all(Object.entries(all).map(async ([name, run]) => ({ name, run, id: await submit(url, run) })));
    for (const { name, run, id } of runs) {
      const { end } = await until(url, id, 'done', 120_000);
      expect({ name, digest: end.digest }, worker.said).toEqual({ name, digest: (await alone(run)).digest });
    }
  },
  180_000,
);

test('beside a worker of ours', async () => {
  const { url } = await start();
  startWorkerExample(url, '--name', 'example');
  await startWorker(url, { name: 'ours' });
  await connected(url, 2);
  const run = mnist({ population: 128, generations: 40 });
  const { end } = await until(url, await submit(url, run), 'done');
  expect(end.digest).toBe((await alone(run)).digest);
  const { example, ours } = await individuals(url);
  expect(Math.min(example, ours)).toBeGreaterThan(0);
});

test('late, from snapshots, and gone before the end', async () => {
  const { url } = await start();
  const runs = ['es', 'ga'].map((algorithm) => mnist({ algorithm, generations: 100 }));
  const ids = await Promise.all(runs.map((run) => submit(url, run)));
  const each = (act: (id: string) => Promise<unknown>) => Promise.all(ids.map(act));
  const { worker } = await startWorker(url, { name: 'ours' });
  await each(async (id) => {
    await reaches(url, id, 5);
    // A run that is paused leaves a snapshot behind.
    await post(url, `/api/runs/${id}/pause`);
    await until(url, id, 'paused');
  });
  await worker.leave();
  const example = startWorkerExample(url);
  await connected(url, 1);
  await each(async (id) => {
    const { generation } = (await ask(url, `/api/runs/${id}/snapshot`)).body;
    expect(generation).toBeGreaterThanOrEqual(5);
    await post(url, `/api/runs/${id}/resume`);
    await reaches(url, id, generation + 10);
    expect(example.said).toContain(`${id}: ready at generation ${generation} (snapshot)`);
  });
  example.child.kill('SIGTERM');
  expect(await example.ended).toBe(0);
  expect(example.said).toMatch(/left after [1-9]\d* individuals/);
  await startWorker(url);
  for (const [i, id] of ids.entries()) expect((await until(url, id, 'done')).end.digest).toBe((await alone(runs[i])).digest);
  // Nothing had to expire: it gave its tasks back.
  expect(Buffer.from((await ask(url, '/metrics')).body).toString()).toMatch(/^germline_leases_expired_total 0$/m);
});

test('late, while the run goes on, by its selections alone', async () => {
  const { url } = await start();
  const run = xor({ generations: 400 });
  const id = await submit(url, run);
  await startWorker(url, { name: 'ours' });
  await reaches(url, id, 30);
  startWorkerExample(url, '--name', 'example');
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(run)).digest);
});

test('a server that is killed and started again finds it back, with its state', async () => {
  const data = await folder();
  const run = mnist({ generations: 120 });
  const server = await Child.start(data);
  const id = await submit(server.url, run);
  const example = startWorkerExample(server.url);
  await reaches(server.url, id, 5);
  server.process.kill('SIGKILL');
  await server.exited;
  const { url } = await Child.start(data, { port: server.port });
  expect((await until(url, id, 'done')).end.digest, example.said).toBe((await alone(run)).digest);
  expect(example.said).toMatch(/ready at generation \d+ \(held\)/);
});

test('a run that begins at a genome; a token from the address', async () => {
  const { url, tokens } = await start({ tokens: true });
  const token = (role: string) => tokens.find((made) => made.role === role)?.token as string;
  const headers = { authorization: `Bearer ${token('admin')}` };
  const run = xor();
  const genome = Float32Array.from({ length: 42 }, (_, i) => (i % 7) / 8 - 0.4);
  const { body } = await ask(url, '/api/runs', { method: 'POST', headers, json: { ...run, start: false } });
  const type = { 'content-type': 'application/octet-stream' };
  expect((await ask(url, `/api/runs/${body.id}/start`, { method: 'PUT', headers: { ...headers, ...type }, body: genome })).status).toBe(
    204,
  );
  await ask(url, `/api/runs/${body.id}/start`, { method: 'POST', headers });
  const example = startWorkerExample(`${url}/#${token('worker')}`);
  const done = await vi.waitFor(async () => {
    const shown = (await ask(url, `/api/runs/${body.id}`, { headers })).body;
    expect(shown.state, example.said).toBe('done');
    return shown.end;
  }, 20_000);
  expect(done.digest).toBe((await alone(run, genome)).digest);
  const stranger = startWorkerExample(`${url}/#wrong`);
  expect(await stranger.ended).toBe(1);
  expect(stranger.said).toMatch(/unauthorized/);
});

test('a state that is damaged is built anew, and one that is doubted is told again', async () => {
  const { url } = await start();
  const run = xor({ algorithm: ga() });
  let doubted = false;
  const sixth = new Set<number>();
  const between = await relay(url, {
    toWorker(message) {
      if (message.type === 'task' && message.generation === 6) sixth.add(message.task);
      // The first survivor of generation 3 is another.
      if (message.type === 'commit' && message.generation === 3) message.selection[24] ^= 1;
    },
    toServer(message) {
      if (message.type !== 'result' || !sixth.has(message.task) || doubted) return;
      doubted = true;
      message.digest[0] ^= 1;
    },
  });
  const example = startWorkerExample(between);
  const id = await submit(url, run);
  expect((await until(url, id, 'done')).end.digest, example.said).toBe((await alone(run)).digest);
  expect(example.said).toMatch(/ready at generation \d+ \(seed\).*ready at generation 4 \(seed\).*ready at generation 6 \(held\)/s);
});

test('refuses a run that its memory does not hold', async () => {
  const { url } = await start();
  const between = await relay(url, {
    // The server would never have offered it.
    toServer: (message) => void (message.type === 'hello' && message.role === 'worker' && Object.assign(message, { memory: 1e9 })),
  });
  const example = startWorkerExample(between, '--memory', '200000');
  const id = await submit(url, mnist());
  await vi.waitFor(async () => {
    const [worker] = (await ask(url, '/api/workers')).body.workers;
    expect(worker?.runs[id], example.said).toMatchObject({ state: 'refused', reason: expect.stringMatching(/^memory: .*may use 200000/) });
  }, 20_000);
});

// Whole runs, from the submission to the digest: the same as core's own loop gives, whoever computed.
import { expect, it } from 'vitest';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

it.each([1, 3])('gives the digest, the champion and the scores of a run alone, with %i workers', async (workers) => {
  const { url } = await start();
  for (let i = 0; i < workers; ++i) await FakeWorker.join(url);
  const id = await submit(url, xor());
  const { end } = await until(url, id, 'done');
  const { digest, champion, test, best, reason } = await alone(xor());
  expect(end).toMatchObject({ digest, champion, test, best, reason });
});

it.each([
  ['es', { algorithm: { name: 'es' } }],
  ['random', { algorithm: { name: 'random' } }],
  ['ga with inheritance and neuron crossover', { 'algorithm.inheritance': 0.5, 'algorithm.crossover': 'neuron', 'algorithm.block': 4 }],
  ['a target that is reached', { 'stop.loss': 0.65 }],
])('gives the digest of a run alone: %s', async (_what, changes) => {
  const { url } = await start();
  for (let i = 0; i < 2; ++i) await FakeWorker.join(url);
  const id = await submit(url, xor(changes));
  const { end } = await until(url, id, 'done');
  const { digest, champion, test, reason, generations } = await alone(xor(changes));
  expect(end).toMatchObject({ digest, champion, test, reason, generations });
});

it('ends in time though a worker falls silent: its ranges go to another', async () => {
  const { url } = await start();
  const run = xor({ generations: 30 });
  let silent = 0;
  await FakeWorker.join(url, { lie: (losses, { generation }) => (generation > 5 && ++silent ? null : losses) });
  await FakeWorker.join(url);
  const id = await submit(url, run);
  const { end } = await until(url, id, 'done');
  expect(end.digest).toBe((await alone(run)).digest);
  expect(silent).toBeGreaterThan(0);
});

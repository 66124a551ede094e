// The server's own threads as a worker: alone, beside others, over several runs, through kills.
import { expect, it, vi } from 'vitest';
import { JournalReader } from '../../journal/index.ts';
import { runFolder } from '../../server/run-record.ts';
import { Child } from './fixtures/child.ts';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { ask, folder, post, start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

it.each([{ algorithm: { name: 'es' } }, { generations: 40 }])('measures a run alone: %j', async (changes) => {
  const { url } = await start({ work: { threads: 2 } });
  const id = await submit(url, xor(changes));
  const { end } = await until(url, id, 'done');
  const { digest, champion, test, best, generations } = await alone(xor(changes));
  expect(end).toMatchObject({ digest, champion, test, best, generations });
});

it('shares a run with workers elsewhere, and both contribute', async () => {
  const { url } = await start({ work: { threads: 1, name: 'this one' } });
  const run = xor({ generations: 60, population: 512 });
  await FakeWorker.join(url);
  const id = await submit(url, run);
  const { end } = await until(url, id, 'done');
  expect(end.digest).toBe((await alone(run)).digest);
  const { body } = await ask(url, '/api/workers');
  const entries = body.workers as { name: string; individuals: number }[];
  expect(entries.length).toBe(2);
  for (const { individuals } of entries) expect(individuals).toBeGreaterThan(0);
  expect(entries.map(({ name }) => name)).toContain('this one');
});

it('measures several runs at once, paused and resumed', async () => {
  const { url } = await start({ work: { threads: 2 } });
  const runs = [xor({ generations: 80 }), xor({ generations: 80, algorithm: { name: 'es' } }), xor({ generations: 30, population: 200 })];
  const ids = [];
  for (const run of runs) ids.push(await submit(url, run));
  await post(url, `/api/runs/${ids[0]}/pause`);
  await until(url, ids[0], 'paused');
  await post(url, `/api/runs/${ids[0]}/resume`);
  for (const [at, id] of ids.entries()) expect((await until(url, id, 'done')).end.digest).toBe((await alone(runs[at])).digest);
});

it.each(['before-begin', 'before-commit', 'after-commit'])('goes on after it was killed %s', async (point) => {
  const data = await folder();
  const first = await Child.start(data, { work: 1, env: { GERMLINE_CRASH: `${point}:4` } });
  const id = await submit(first.url, xor());
  expect(await first.exited).toBe('SIGKILL');
  const second = await Child.start(data, { work: 1 });
  const { end } = await until(second.url, id, 'done');
  const { digest, champion, test, generations } = await alone(xor());
  expect(end).toMatchObject({ digest, champion, test, generations });
});

it('tells nobody of a generation before the one before it is on the disk', async () => {
  const data = await folder();
  const { url } = await start({ data, work: { threads: 1 } });
  const worker = await FakeWorker.join(url);
  const hear = worker.peer.onMessage;
  const ahead: number[] = [];
  worker.peer.onMessage = (message) => {
    if (message.type === 'commit') {
      const journal = JournalReader.open(runFolder(data, message.run));
      ahead.push([...journal.records()].length - message.generation);
      journal.close();
    }
    hear(message);
  };
  const id = await submit(url, xor({ generations: 50 }));
  await until(url, id, 'done');
  expect(ahead.length).toBeGreaterThan(20);
  for (const records of ahead) expect(records).toBeGreaterThanOrEqual(1);
});

it('is not asked again and again by a run that is stopping', async () => {
  const { url } = await start({ work: { threads: 1 } });
  const id = await submit(url, { ...xor({ generations: 100_000 }), experiment: 'mnist' });
  for (let i = 0; i < 3; ++i) {
    const { generations } = (await ask(url, `/api/runs/${id}`)).body;
    await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(generations + 2));
    await post(url, `/api/runs/${id}/pause`);
    await until(url, id, 'paused');
    await post(url, `/api/runs/${id}/resume`);
  }
  await post(url, `/api/runs/${id}/stop`);
  const [local] = (await ask(url, '/api/workers')).body.workers;
  expect(local.results).toBeGreaterThan(10);
  // What was in its hands at each stop.
  expect(local.leases).toBeLessThanOrEqual(local.results + 20);
});

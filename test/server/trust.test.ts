// Workers that lie: they are found, their results do not count, the run goes back to before the first that nobody confirmed, and ends as it
// would have ended without them.
import { beforeEach, expect, it, vi } from 'vitest';
import { JournalReader } from '../../journal/index.ts';
import type { StartedServer } from '../../server/index.ts';
import { schedulerLimits, trustLimits } from '../../server/limits.ts';
import { draw } from '../../server/trust/draw.ts';
import { endWorkers, startWorker } from '../worker/start.ts';
import { withLimits } from './fixtures/limits.ts';
import { alone, type Small, submit, until, xor } from './fixtures/runs.ts';
import { ask, atEnd, connect, folder, start, viewerHello } from './fixtures/server.ts';
import { type FakeOptions, FakeWorker } from './fixtures/worker.ts';

type Lie = NonNullable<FakeOptions['lie']>;

beforeEach(() => {
  // Individuals of microseconds: else one range would be the whole generation.
  withLimits(schedulerLimits, { floorMs: 0.05 });
});

const named = (name: string) => ({ hello: { name } });

/** Alters a share of the losses, the same at every run of the test. */
const altering =
  (share: number, change: (loss: number, i: number) => number): Lie =>
  (losses, { generation, first }) =>
    losses.map((loss, i) => (draw('a test', generation, first + i) < share ? change(loss, i) : loss));

const underOrOver = (loss: number, i: number) => Math.fround(loss + (i % 2 ? -0.01 : 0.01));

const metric = async (url: string, name: string): Promise<number> => {
  const text = new TextDecoder().decode((await ask(url, '/metrics')).body);
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
};

const cutsOf = (data: string, id: string) => {
  using journal = JournalReader.open(`${data}/runs/${id}`);
  return journal.cuts();
};

/** Honest for so many tasks, then not; once caught, it comes back under a new name and goes on. */
async function liar(url: string, honest: number, lie: Lie): Promise<{ first: FakeWorker; again: Promise<FakeWorker> }> {
  let tasks = 0;
  const first = await FakeWorker.join(url, {
    ...named('mallory'),
    lie: (losses, task) => (++tasks > honest ? lie(losses, task) : losses),
  });
  const again = first.peer.closed.then(() => FakeWorker.join(url, { ...named('innocent'), lie }));
  return { first, again };
}

it.each([
  ['ga', xor({ population: 256, generations: 250 })],
  ['es', xor({ population: 1024, generations: 300, algorithm: { name: 'es' } })],
])('a liar among eight is found, comes back under a new name, and is found again: %s', { timeout: 180_000 }, async (_what, run) => {
  // A run of minutes has to find what one of days would.
  withLimits(trustLimits, { leastShare: 0.2 });
  const data = await folder();
  const { url } = await start({ data });
  const viewer = await connect(url);
  viewer.send(viewerHello);
  const id = await submit(url, run, false);
  viewer.send({ type: 'watch', topic: id });
  const honest = [await FakeWorker.join(url, named('a'))];
  const { first, again } = await liar(url, 500, altering(0.01, underOrOver));
  for (const name of ['b', 'c', 'd', 'e', 'f']) honest.push(await FakeWorker.join(url, named(name)));
  atEnd(endWorkers);
  const real = await startWorker(url, { name: 'real', threads: 1 });
  await ask(url, `/api/runs/${id}/start`, { method: 'POST' });
  const { end, cuts, distrusted, generations } = await until(url, id, 'done', 170_000);
  expect(end.digest).toBe((await alone(run)).digest);
  expect(first.tasks).toBeGreaterThan(500);
  expect(first.peer.fatal).toBe('distrusted');

  const second = await again;
  await second.peer.closed;
  expect(second.peer.fatal).toBe('distrusted');
  for (const { peer } of honest) expect([peer.fatal, peer.socket.readyState]).toEqual([undefined, peer.socket.OPEN]);
  expect(real.worker.status.connected).toBe(true);
  expect(real.worker.status.evaluations).toBeGreaterThan(0);
  expect(real.events.filter(({ event }) => event === 'refused' || event === 'warning')).toEqual([]);

  // Who, and why.
  expect(distrusted.map(({ who }: { who: string }) => who.split(' ')[0])).toEqual(['mallory', 'innocent']);
  const { workers } = (await ask(url, '/api/workers')).body;
  const outcasts = workers.filter(({ trust }: { trust: { level: string } }) => trust.level === 'distrusted');
  expect(outcasts.map(({ name }: { name: string }) => name)).toEqual(['mallory', 'innocent']);
  for (const { trust } of outcasts) expect(trust.verdict).toMatchObject({ run: id });
  for (const { run: of, told, right } of distrusted) expect([of, Math.abs(Math.abs(told - right) - 0.01) < 1e-6]).toEqual([id, true]);
  expect(cuts.length).toBeGreaterThan(0);
  expect(cuts[0]).toMatchObject({
    who: expect.stringMatching(/^mallory \(c\d+\)$/),
    why: expect.stringContaining('gave a wrong loss: run'),
  });
  expect(cuts[0].generation).toBeLessThan(cuts[0].records);
  expect(cutsOf(data, id)).toEqual(cuts);
  expect(await metric(url, 'germline_lies_total')).toBe(2);
  expect(await metric(url, 'germline_rewinds_total')).toBe(cuts.length);
  expect(await metric(url, 'germline_replicas_total')).toBeGreaterThan(0);
  const { body } = await ask(url, '/api/workers');
  const levels = Object.fromEntries(body.workers.map(({ name, trust }: { name: string; trust: object }) => [name, trust]));
  for (const name of ['a', 'real']) {
    expect(levels[name]).toMatchObject({ level: 'trusted', wrong: 0 });
    expect(levels[name].confirmed).toBeGreaterThan(0);
    expect(levels[name].results).toBeGreaterThan(0);
  }

  // A viewer that watched all along has every generation of the run as it is.
  await vi.waitFor(() => expect(viewer.of('generations').at(-1)?.generations.at(-1)?.generation).toBe(generations - 1));
  expect(viewer.of('snapshot').length).toBeGreaterThan(1);
  const seen: number[] = [];
  for (const message of viewer.heard) {
    if (message.type === 'snapshot') seen.length = Math.min(seen.length, (message.value as { generations: number }).generations);
    if (message.type === 'generations')
      for (const { generation } of message.generations) expect(seen.push(generation)).toBe(generation + 1);
  }
  expect(seen.length).toBe(generations);
});

it('a liar that is alone is found by the server itself', async () => {
  const { url } = await start();
  const run = xor({ generations: 30 });
  const id = await submit(url, run);
  const alice = await FakeWorker.join(url, { ...named('mallory'), lie: altering(1, underOrOver) });
  await alice.peer.closed;
  expect(alice.peer.fatal).toBe('distrusted');
  const refused = await FakeWorker.join(url, named('mallory'));
  await refused.peer.closed;
  expect(refused.peer.fatal).toBe('distrusted');
  expect(refused.peer.of('error')[0].message).toMatch(
    /mallory .* gave a wrong loss: run xor-.*, generation 0, individual \d+ has .*, not /,
  );
  await FakeWorker.join(url, named('honest'));
  const { end, cuts } = await until(url, id, 'done');
  expect(end.digest).toBe((await alone(run)).digest);
  expect(cuts).toEqual([]);
  expect(await metric(url, 'germline_audits_total')).toBeGreaterThan(0);
});

it.each([
  ['understates', { algorithm: { name: 'es' } }],
  ['understates', {}],
])('a newcomer that %s one loss of its first generation never gets it recorded: %s', async (_what, changes) => {
  const data = await folder();
  const { url } = await start({ data });
  const run = xor({ generations: 10, ...changes });
  const id = await submit(url, run, false);
  await FakeWorker.join(url, named('honest'));
  const mallory = await FakeWorker.join(url, {
    ...named('mallory'),
    lie: (losses) => losses.map((loss, i) => (i ? loss : Math.fround(loss / 2))),
  });
  await ask(url, `/api/runs/${id}/start`, { method: 'POST' });
  const { end } = await until(url, id, 'done');
  await mallory.peer.closed;
  expect(mallory.peer.fatal).toBe('distrusted');
  expect(end.digest).toBe((await alone(run)).digest);
  expect(cutsOf(data, id)).toEqual([]);
});

/** A server over a folder whose only worker lied in the first generations while nobody could see it. */
async function deceived(data: string, run: Small): Promise<{ server: StartedServer; id: string }> {
  withLimits(trustLimits, { spotShare: 0 });
  const server = await start({ data });
  const id = await submit(server.url, run);
  const lie: Lie = (losses, { generation }) => (generation === 4 ? losses.map((loss) => Math.fround(loss * 2)) : losses);
  await FakeWorker.join(server.url, { ...named('mallory'), lie });
  await vi.waitFor(async () => expect((await ask(server.url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(8), {
    timeout: 30_000,
    interval: 5,
  });
  return { server, id };
}

it('a lie that is found after the server was restarted takes the run back all the same', async () => {
  const data = await folder();
  const run = xor({ generations: 400, algorithm: { name: 'es' } });
  const { server, id } = await deceived(data, run);
  await server.close();
  const { url } = await start({ data });
  const mallory = await FakeWorker.join(url, { ...named('mallory'), lie: altering(1, underOrOver) });
  await FakeWorker.join(url, named('honest'));
  await mallory.peer.closed;
  expect(mallory.peer.fatal).toBe('distrusted');
  const { end, cuts } = await until(url, id, 'done', 60_000);
  expect(end.digest).toBe((await alone(run)).digest);
  expect(cuts).toMatchObject([{ generation: 0, who: expect.stringContaining('mallory') }]);
});

it('a run that is paused when the liar is found goes back when it goes on', async () => {
  const data = await folder();
  const run = xor({ generations: 400, algorithm: { name: 'es' } });
  const { server, id } = await deceived(data, run);
  await ask(server.url, `/api/runs/${id}/pause`, { method: 'POST' });
  const other = await submit(server.url, xor({ generations: 5 }));
  const honest = await FakeWorker.join(server.url, named('honest'));
  withLimits(trustLimits, { spotShare: 1 });
  // The liar is another connection of the same name: the server knows it again.
  const mallory = await FakeWorker.join(server.url, { ...named('mallory'), lie: altering(1, underOrOver) });
  await until(server.url, other, 'done');
  honest.kill();
  if (mallory.peer.fatal === undefined) {
    await submit(server.url, xor({ generations: 50 }));
    await mallory.peer.closed;
  }
  expect(mallory.peer.fatal).toBe('distrusted');
  await FakeWorker.join(server.url, named('honest'));
  expect((await ask(server.url, `/api/runs/${id}`)).body.cuts).toEqual([]);
  await ask(server.url, `/api/runs/${id}/resume`, { method: 'POST' });
  const { end, cuts } = await until(server.url, id, 'done', 60_000);
  expect(end.digest).toBe((await alone(run)).digest);
  expect(cuts).toMatchObject([{ generation: 0 }]);
});

it('a run that is done when a liar of it is found says so, and stays as it is', async () => {
  const data = await folder();
  const { server, id } = await deceived(data, xor({ generations: 9, algorithm: { name: 'es' } }));
  const before = await until(server.url, id, 'done');
  expect(before.doubt).toBe(null);
  const viewer = await connect(server.url);
  viewer.send(viewerHello);
  viewer.send({ type: 'watch', topic: 'runs' });
  withLimits(trustLimits, { spotShare: 1 });
  const mallory = await FakeWorker.join(server.url, { ...named('mallory'), lie: altering(1, underOrOver) });
  const other = await submit(server.url, xor({ generations: 50 }));
  await mallory.peer.closed;
  expect(mallory.peer.fatal).toBe('distrusted');
  const after = (await ask(server.url, `/api/runs/${id}`)).body;
  expect(after).toMatchObject({ state: 'done', end: before.end, cuts: [], distrusted: [] });
  expect(after.doubt).toMatchObject({ generation: 0, who: expect.stringMatching(/^mallory/), why: expect.stringContaining(other) });
  await vi.waitFor(() =>
    expect(viewer.of('changes').some(({ entries }) => (entries[id] as { doubt?: object } | undefined)?.doubt)).toBe(true),
  );
  await server.close();
  const again = await start({ data });
  expect((await ask(again.url, `/api/runs/${id}`)).body.doubt).toEqual(after.doubt);
});

it('whoever checks and lies is the one that is found', async () => {
  const { url } = await start();
  const run = xor({ generations: 20 });
  const id = await submit(url, run, false);
  const honest = await FakeWorker.join(url, named('honest'));
  // It lies about what was done before only: it never gives a first result that is wrong.
  const done = new Set<string>();
  honest.peer.onMessage = ((hear) => (message) => {
    if (message.type === 'task') for (let i = 0; i < message.count; ++i) done.add(`${message.generation} ${message.first + i}`);
    hear(message);
  })(honest.peer.onMessage);
  const framer = await FakeWorker.join(url, {
    ...named('framer'),
    lie: (losses, { generation, first }) =>
      losses.map((loss, i) => (done.has(`${generation} ${first + i}`) ? Math.fround(loss * 3) : loss)),
  });
  await ask(url, `/api/runs/${id}/start`, { method: 'POST' });
  const { end, distrusted } = await until(url, id, 'done');
  expect(framer.peer.fatal).toBe('distrusted');
  expect(honest.peer.fatal).toBe(undefined);
  expect(distrusted.length).toBe(1);
  expect(end.digest).toBe((await alone(run)).digest);
});

it('the server believes its own threads, and they check the others', async () => {
  const { url } = await start({ work: { threads: 1 } });
  const id = await submit(url, xor({ generations: 1_000_000, population: 256 }));
  const mallory = await FakeWorker.join(url, { ...named('mallory'), lie: altering(1, underOrOver) });
  await mallory.peer.closed;
  expect(mallory.peer.fatal).toBe('distrusted');
  const { body } = await ask(url, '/api/workers');
  expect(body.workers).toMatchObject([
    { name: 'local', trust: { level: 'own', wrong: 0 } },
    { name: 'mallory', trust: { level: 'distrusted', wrong: 1 } },
  ]);
  await ask(url, `/api/runs/${id}/stop`, { method: 'POST' });
});

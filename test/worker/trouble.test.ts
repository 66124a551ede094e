// What can go wrong between a worker and its server, and what comes of it.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { hashDataset } from '../../data/index.ts';
import { WorkerError } from '../../worker/index.ts';
import { Coordinator, type Script } from './coordinator.ts';
import { alone, dataset, es, ga } from './experiments.ts';
import { endWorkers, startWorker } from './start.ts';

const coordinators: Coordinator[] = [];
const folders: string[] = [];

async function coordinate(script: Partial<Script> = {}): Promise<Coordinator> {
  const coordinator = await Coordinator.open({ experiment: ga, dataset, ...script });
  coordinators.push(coordinator);
  return coordinator;
}

afterEach(async () => {
  await Promise.all(coordinators.splice(0).map((coordinator) => coordinator.close()));
  await endWorkers();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

test('a dataset damaged on the way is fetched again, and kept', async () => {
  const coordinator = await coordinate({
    damage: (n, bytes) => {
      if (n < 2) bytes[bytes.length - 1 - n] ^= 1;
    },
  });
  const { folder } = await startWorker(coordinator.url);
  await coordinator.conduct();
  expect(coordinator.requests.filter((path) => path.startsWith('/api/datasets/')).length).toBe(3);
  expect(await readdir(join(folder, 'received'))).toEqual([await hashDataset(dataset)]);
});

test('a dataset on the disk is used, unless it was damaged there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'germline-kept-'));
  folders.push(folder);
  for (const [damage, downloads] of [
    [false, 1],
    [false, 0],
    [true, 1],
  ] as const) {
    const coordinator = await coordinate();
    const file = join(folder, 'received', coordinator.hash);
    if (damage) {
      const bytes = await readFile(file);
      bytes[bytes.length - 1] ^= 1;
      await writeFile(file, bytes);
    }
    const { worker, ended } = await startWorker(coordinator.url, { folder });
    await coordinator.conduct();
    expect(coordinator.requests.filter((path) => path.startsWith('/api/datasets/')).length).toBe(downloads);
    await worker.leave();
    await ended;
  }
});

test.each([false, true])('downloads that break off go on (a server without Range: %s)', async (whole) => {
  const expected = await alone(ga);
  const cut = (path: string, n: number) => (path.startsWith('/api/datasets') ? (n < 3 ? 500 : null) : n % 2 ? 90 : null);
  const coordinator = await coordinate({
    whole,
    cut,
    snapshotAt: 4,
    onGeneration: async (generation) => {
      if (generation !== 7) return;
      await startWorker(coordinator.url, { name: 'late' });
      await vi.waitFor(() => expect(coordinator.members.filter(({ ready }) => ready).length).toBe(2), 20_000);
    },
  });
  await startWorker(coordinator.url);
  expect((await coordinator.conduct()).digest).toBe(expected.digest);
  expect(coordinator.refusals).toEqual([]);
});

test('a dataset that stays damaged is refused', async () => {
  const coordinator = await coordinate({ damage: (_, bytes) => bytes.fill(0, 300) });
  await startWorker(coordinator.url);
  void coordinator.conduct();
  await vi.waitFor(() => expect(coordinator.refusals).toMatchObject([{ run: 'run-1', code: 'digest' }]), 10_000);
  expect(coordinator.refusals[0].message).toContain('another hash');
  expect(coordinator.requests.filter((path) => path.startsWith('/api/datasets/')).length).toBe(3);
});

test('a state that is another: once more from the seed, then refused', async () => {
  const forged = (generation: number, digest: string) => (generation === 3 ? digest.replace(/^./, (c) => (c === '0' ? '1' : '0')) : digest);
  const coordinator = await coordinate({ forge: forged });
  const { events } = await startWorker(coordinator.url);
  void coordinator.conduct();
  await vi.waitFor(() => expect(coordinator.refusals).toMatchObject([{ run: 'run-1', code: 'digest' }]), 10_000);
  expect(coordinator.requests.filter((path) => path.endsWith('selections?from=0')).length).toBe(2);
  expect(events.at(-1)).toMatchObject({ event: 'refused', code: 'digest' });
});

test('a damaged selection on the socket: the state is made again from the journal', async () => {
  const expected = await alone(es);
  const coordinator = await coordinate({ experiment: es, spoil: (generation, selection) => void (generation === 4 && selection.fill(7)) });
  const { events } = await startWorker(coordinator.url);
  expect((await coordinator.conduct()).digest).toBe(expected.digest);
  expect(coordinator.wrong).toBe(0);
  expect(events.filter(({ event }) => event === 'ready').length).toBe(2);
});

test('a run that is too large for the worker', async () => {
  const coordinator = await coordinate();
  await startWorker(coordinator.url, { memory: 1e5 });
  void coordinator.conduct();
  await vi.waitFor(() => expect(coordinator.refusals).toMatchObject([{ code: 'memory' }]), 10_000);
  expect(coordinator.refusals[0].message).toMatch(/needs \d MB; this worker may use 1 MB/);
});

test('the server is gone and comes back where it was: states are kept', async () => {
  const expected = await alone(ga);
  const first = await coordinate({
    onGeneration: async (generation) => {
      if (generation === 5) void first.close();
    },
  });
  const { events, worker } = await startWorker(first.url);
  const { port } = first;
  await first.conduct();
  await vi.waitFor(() => expect(events.at(-1)?.event).toMatch(/waiting|connecting/));
  expect(worker.status.runs).toMatchObject([{ run: 'run-1', ready: false }]);
  const second = await coordinate({ port });
  const done = await second.conduct(first.selections.slice(0, 5));
  expect(done.digest).toBe(expected.digest);
  expect(done.generations).toBe(12);
  expect(second.wrong).toBe(0);
  // It had the state of generation 4 or 5 in memory.
  expect(second.requests.filter((path) => !/selections\?from=4$/.test(path))).toEqual([]);
});

test('a connection that is told to be dead is made anew, and the run goes on', async () => {
  const expected = await alone(ga);
  const coordinator = await coordinate({
    onGeneration: (generation) => {
      if (generation === 5) worker.renew();
    },
  });
  const { worker, events } = await startWorker(coordinator.url);
  const done = await coordinator.conduct();
  expect(done.digest).toBe(expected.digest);
  expect(events.filter(({ event }) => event === 'connected')).toHaveLength(2);
  expect(coordinator.wrong).toBe(0);
});

test.each([
  ['unauthorized', 'this token is not known'],
  ['engine-mismatch', 'update to 9.9.9'],
  ['protocol-mismatch', 'update to 9.9.9'],
] as const)('%s ends the worker', async (code, message) => {
  const coordinator = await coordinate({ refuse: { type: 'error', code, message, fatal: true } });
  const { ended } = await startWorker(coordinator.url);
  await expect(ended).rejects.toThrow(message);
  await expect(ended).rejects.toBeInstanceOf(WorkerError);
  await expect(ended).rejects.toMatchObject({ code });
  expect(coordinator.hellos.length).toBe(1);
});

test('a refusal that may pass is tried again', async () => {
  const coordinator = await coordinate({ refuse: { type: 'error', code: 'too-many', message: 'later', fatal: true } });
  const { events } = await startWorker(coordinator.url);
  await vi.waitFor(() => expect(coordinator.hellos.length).toBeGreaterThan(3));
  expect(events.find(({ event }) => event === 'waiting')).toMatchObject({ reason: 'later' });
});

test('something else answers at the address', async () => {
  const coordinator = await coordinate();
  const { events } = await startWorker(`${coordinator.url}elsewhere/`);
  await vi.waitFor(() =>
    expect(events.find(({ event }) => event === 'waiting')).toMatchObject({ reason: expect.stringContaining('no Germline server') }),
  );
});

test('a worker that leaves gives its tasks back', async () => {
  const expected = await alone(ga);
  const coordinator = await coordinate({
    workers: 2,
    range: 3,
    onGeneration: (generation) => {
      if (generation === 4) void leaver.worker.leave();
    },
  });
  await startWorker(coordinator.url);
  const leaver = await startWorker(coordinator.url, { name: 'leaver' });
  await vi.waitFor(() => expect(coordinator.members.length).toBe(2));
  const member = coordinator.members.find(({ name }) => name === 'leaver');
  expect((await coordinator.conduct()).digest).toBe(expected.digest);
  await leaver.ended;
  expect(member?.received.at(-1)?.type).toBe('leave');
  expect(member?.received.filter(({ type }) => type === 'fail')).toEqual([]);
  expect(leaver.events.at(-1)?.event).toBe('leaving');
});

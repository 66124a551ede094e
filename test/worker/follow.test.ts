// Workers against a coordinator on real sockets: whoever measures, the digest is core's own.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Coordinator, type Script } from './coordinator.ts';
import { alone, dataset, es, ga } from './experiments.ts';
import { endWorkers, startWorker } from './start.ts';

const coordinators: Coordinator[] = [];

async function coordinate(script: Partial<Script> = {}): Promise<Coordinator> {
  const coordinator = await Coordinator.open({ experiment: ga, dataset, ...script });
  coordinators.push(coordinator);
  return coordinator;
}

afterEach(async () => {
  await Promise.all(coordinators.splice(0).map((coordinator) => coordinator.close()));
  await endWorkers();
});

describe.each([ga, es])('$name', (experiment) => {
  test.each([1, 2, 3])('%i workers', async (count) => {
    const expected = await alone(experiment);
    const coordinator = await coordinate({ experiment, workers: count, range: 7 });
    const workers = await Promise.all(
      Array.from({ length: count }, (_, i) => startWorker(coordinator.url, { threads: i + 1, name: `w${i}` })),
    );
    const done = await coordinator.conduct();
    expect(done.digest).toBe(expected.digest);
    expect(done.champion).toEqual(expected.champion);
    expect(coordinator.wrong).toBe(0);
    for (const { worker } of workers) expect(worker.status.evaluations).toBeGreaterThan(0);
  });
});

test.each([ga, es])('a memory a thread, alone and beside threads that share one: $name', async (experiment) => {
  const expected = await alone(experiment);
  for (const others of [[], [true]]) {
    const coordinator = await coordinate({ experiment, workers: 1 + others.length, range: 7 });
    const workers = await Promise.all(
      [false, ...others].map((isolated) => startWorker(coordinator.url, { isolated, name: `isolated: ${isolated}` })),
    );
    const done = await coordinator.conduct();
    expect(done.digest).toBe(expected.digest);
    expect(coordinator.wrong).toBe(0);
    for (const { worker } of workers) expect(worker.status.evaluations).toBeGreaterThan(0);
  }
});

test('a late joiner, from the seed or from a snapshot', async () => {
  const expected = await alone(ga);
  const coordinator = await coordinate({
    snapshotAt: 4,
    onGeneration: async (generation) => {
      if (generation !== 2 && generation !== 7) return;
      await startWorker(coordinator.url, { name: `from ${generation}` });
      await vi.waitFor(() => expect(coordinator.members.filter(({ ready }) => ready).length).toBe(generation === 2 ? 2 : 3));
    },
  });
  await startWorker(coordinator.url);
  const done = await coordinator.conduct();
  expect(done.digest).toBe(expected.digest);
  expect(coordinator.members.map(({ evaluated }) => evaluated > 0)).toEqual([true, true, true]);
  expect(coordinator.requests).toContain('/api/runs/run-1/selections?from=0');
  expect(coordinator.requests).toContain('/api/runs/run-1/selections?from=4');
  expect(coordinator.wrong).toBe(0);
});

test('a run that begins at a genome', async () => {
  const start = Float32Array.from({ length: 6 * 11 + 11 + 11 * 3 + 3 }, (_, i) => Math.fround((i % 7) / 8 - 0.4));
  const expected = await alone(ga, { start });
  const coordinator = await coordinate({ start });
  await startWorker(coordinator.url);
  expect((await coordinator.conduct()).digest).toBe(expected.digest);
});

test('a worker that was paused follows what it missed', async () => {
  const expected = await alone(ga);
  const coordinator = await coordinate({
    onGeneration: async (generation) => {
      if (generation === 3) await second.worker.pause('battery');
      if (generation === 6) {
        second.worker.resume();
        await vi.waitFor(() => expect(coordinator.members.filter(({ ready }) => ready).length).toBe(2));
      }
    },
    workers: 2,
  });
  await startWorker(coordinator.url);
  const second = await startWorker(coordinator.url);
  expect((await coordinator.conduct()).digest).toBe(expected.digest);
  expect(second.events.map(({ event }) => event)).toContain('paused');
  expect(second.events.filter(({ event }) => event === 'connected').length).toBe(2);
  // It kept its state of generation 3, or what it had been told by then.
  expect(coordinator.requests.some((path) => /selections\?from=[23]$/.test(path))).toBe(true);
  expect(coordinator.requests.filter((path) => path.endsWith('/snapshot')).length).toBe(0);
});

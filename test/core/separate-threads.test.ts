// Threads that share nothing but what they are told: the states and losses of threads that share a memory.
import { afterEach, expect, test } from 'vitest';
import { loadEngine } from '../../core/engine.ts';
import { MemoryError } from '../../core/plan.ts';
import { SeparateThreads } from '../../core/separate-threads.ts';
import { writeSnapshot } from '../../core/snapshot.ts';
import { Threads } from '../../core/threads.ts';
import { blobs } from './fixtures/datasets.ts';
import { es, ga, weights } from './fixtures/settings.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((threads) => threads.close()));
});

const POPULATION = 50;

async function pair(algorithm: ReturnType<typeof ga> | ReturnType<typeof es>) {
  const settings = weights({ algorithm });
  const options = { engine: await loadEngine(), settings, dataset: blobs(), seed: 5n, started: false };
  const shared = await Threads.open({ ...options, threads: 2 });
  const separate = await SeparateThreads.open({ ...options, threads: 3 });
  open.push(shared, separate);
  return { shared, separate };
}

/** The generation's losses, a range a thread. */
async function lossesOf(threads: SeparateThreads): Promise<number[]> {
  const ranges = [
    [0, 7],
    [7, 20],
    [27, POPULATION - 27],
  ];
  const parts = await Promise.all(ranges.map(([first, count], thread) => threads.evaluateOn(thread, first, count)));
  return parts.flatMap((part) => [...(part?.losses ?? [])]);
}

test.each([ga(), es()])('digests and losses over generations: $name', async (algorithm) => {
  const { shared, separate } = await pair(algorithm);
  shared.host.init();
  await separate.init();
  for (let generation = 0; generation < 4; ++generation) {
    expect(separate.host.generation).toBe(generation);
    expect(separate.host.digest()).toBe(shared.host.digest());
    await Promise.all([shared.collectBatch(), separate.collectBatch()]);
    await shared.evaluate(0, POPULATION);
    expect(await lossesOf(separate)).toEqual([...shared.host.losses]);
    const selection = await shared.select();
    expect(await separate.advance(selection)).toBe(await shared.advance(selection));
  }
  const snapshot = [...writeSnapshot(shared.host, null, null)];
  await separate.init();
  expect(separate.host.generation).toBe(0);
  expect(await separate.restore(snapshot)).toBe(true);
  expect(separate.host.generation).toBe(4);
  expect(separate.host.digest()).toBe(shared.host.digest());
});

test('what is evaluated when it is told to stop is void', async () => {
  const { separate } = await pair(ga());
  await separate.init();
  await separate.collectBatch();
  const running = separate.evaluateOn(0, 0, 5);
  separate.stop();
  expect(await running).toBe(null);
  separate.go();
  expect((await separate.evaluateOn(0, 0, 5))?.losses.length).toBe(5);
});

test('errors keep their names, and the threads can be asked again', async () => {
  const { shared, separate } = await pair(ga());
  await separate.init();
  await expect(separate.advance(new Uint8Array(3))).rejects.toMatchObject({ name: 'SelectionError' });
  await expect(separate.restore([new Uint8Array(3)])).rejects.toMatchObject({ name: 'SnapshotError' });
  shared.host.init();
  await separate.init();
  expect(separate.host.digest()).toBe(shared.host.digest());
});

test('the plan counts a memory a thread', async () => {
  const options = { engine: await loadEngine(), settings: weights({}), dataset: blobs(), seed: 5n, started: false };
  const bytes: number[] = [];
  for (const threads of [1, 4]) {
    const refused = SeparateThreads.open({
      ...options,
      threads,
      onPlan: (plan) => {
        bytes.push(plan.bytes);
        throw new MemoryError('too much');
      },
    });
    await expect(refused).rejects.toThrow(MemoryError);
  }
  expect(bytes[1]).toBe(bytes[0] * 4);
});

// Threads set up from outside a run, as a worker does: init and restore on a thread, one range on one thread.
import { afterEach, expect, test } from 'vitest';
import { loadEngine } from '../../core/engine.ts';
import { writeSnapshot } from '../../core/snapshot.ts';
import { Threads } from '../../core/threads.ts';
import { blobs } from './fixtures/datasets.ts';
import { type ALGORITHMS, es, ga, weights } from './fixtures/settings.ts';

const open: Threads[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((threads) => threads.close()));
});

async function threadsOf(algorithm: (typeof ALGORITHMS)[number]['algorithm'], count = 2): Promise<Threads> {
  const settings = weights({ algorithm });
  const threads = await Threads.open({ engine: await loadEngine(), settings, dataset: blobs(), seed: 5n, threads: count, started: false });
  open.push(threads);
  return threads;
}

test.each([ga(), es()])('init and restore on a thread give the states of the host: $name', async (algorithm) => {
  const [reference, own] = [await threadsOf(algorithm), await threadsOf(algorithm)];
  reference.host.init();
  await own.init();
  expect(own.host.digest()).toBe(reference.host.digest());

  await reference.collectBatch();
  await reference.evaluate(0, 50);
  await reference.advance(await reference.select());
  expect(await own.restore([...writeSnapshot(reference.host, null, null)])).toBe(true);
  expect(own.host.generation).toBe(1);
  expect(own.host.digest()).toBe(reference.host.digest());

  await own.init();
  expect(own.host.generation).toBe(0);
  await expect(own.restore([new Uint8Array(3)])).rejects.toThrow('ends too early');
});

test('ranges on single threads give the losses of the whole', async () => {
  const [reference, own] = [await threadsOf(ga()), await threadsOf(ga(), 3)];
  reference.host.init();
  await own.init();
  await Promise.all([reference.collectBatch(), own.collectBatch()]);
  await reference.evaluate(0, 50);
  const ranges = [
    [0, 7],
    [7, 20],
    [27, 23],
  ];
  const parts = await Promise.all(ranges.map(([first, count], thread) => own.evaluateOn(thread, first, count)));
  expect(parts.flatMap((part) => [...(part?.losses ?? [])])).toEqual([...reference.host.losses]);

  own.stop();
  expect(await own.evaluateOn(0, 0, 5)).toBe(null);
  own.go();
  expect((await own.evaluateOn(0, 0, 5))?.losses).toEqual(reference.host.losses.slice(0, 5));
});

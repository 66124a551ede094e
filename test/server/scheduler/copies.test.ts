import { expect, test } from 'vitest';
import { schedulerLimits as limits } from '../../../server/limits.ts';
import { Fleet } from './fleet.ts';

/** A fast and a slow worker, 1 and 30 ms an individual, in a fresh generation of which the slow one holds a part. */
function uneven(population: number, others = ['fast']): Fleet {
  const fleet = new Fleet();
  const workers = ['slow', ...others];
  fleet.run();
  for (const worker of workers) fleet.worker(worker);
  fleet.begin({ population: 640 }, workers);
  fleet.finish((worker) => (worker === 'slow' ? 30 : 1));
  fleet.begin({ generation: 1, population }, workers);
  fleet.assign();
  return fleet;
}

/** Answers what everyone but the slow one has. */
function others(fleet: Fleet): void {
  for (let lease = fleet.out.find(({ worker }) => worker !== 'slow'); lease; lease = fleet.out.find(({ worker }) => worker !== 'slow')) {
    fleet.pass(lease.count);
    fleet.answer(lease, lease.count);
    fleet.assign();
  }
}

test('an idle thread copies what is expected last, and the first result wins', () => {
  const fleet = uneven(64);
  const held = fleet.out.filter(({ worker }) => worker === 'slow');
  others(fleet);
  fleet.pass(200);
  others(fleet);
  const { counts, runs } = fleet.scheduler.statistics();
  expect(counts.copies).toBeGreaterThan(0);
  expect(runs[0].done).toBe(64);
  for (const lease of held) expect(fleet.answer(lease)).toEqual({ kind: 'duplicate', range: { first: lease.first, count: lease.count } });
});

test('nobody copies what he holds or would not finish sooner', () => {
  const fleet = uneven(64, ['fast', 'fast-too']);
  const copies = () => fleet.out.filter(({ kind }) => kind === 'copy');
  // The fast ones answer everything; the slow one is idle afterwards and leaves the rest to them.
  const slow = fleet.out.filter(({ worker }) => worker === 'slow');
  for (const lease of slow) {
    fleet.pass(1);
    fleet.answer(lease, 1);
  }
  fleet.assign();
  for (const copy of copies()) expect(copy.worker).not.toBe('slow');
  const held = new Map<number, string[]>();
  others(fleet);
  for (const lease of fleet.out) {
    for (let i = lease.first; i < lease.first + lease.count; ++i) {
      expect(held.get(i) ?? []).not.toContain(lease.worker);
      held.set(i, [...(held.get(i) ?? []), lease.worker]);
    }
  }
});

test('at most so many copies of an individual, none twice to a worker', () => {
  const names = Array.from({ length: 10 }, (_, i) => `silent-${i}`);
  const fleet = uneven(4, names);
  const holders = new Map<number, string[]>();
  const note = (leased: typeof fleet.out) => {
    for (const { first, count, worker } of leased)
      for (let i = first; i < first + count; ++i) holders.set(i, [...(holders.get(i) ?? []), worker]);
  };
  note(fleet.out);
  // Nobody answers, and nothing has expired yet.
  note(fleet.pass(limits.expiryLeastMs - 1));
  expect(fleet.scheduler.statistics().counts).toMatchObject({ expired: 0 });
  expect(holders.size).toBe(4);
  for (const workers of holders.values()) {
    expect(workers.length).toBe(1 + limits.copies);
    expect(new Set(workers).size).toBe(workers.length);
  }
});

test('a worker’s second thread does not copy what hangs in the first', () => {
  const fleet = new Fleet();
  fleet.run();
  fleet.worker('a', { threads: 2 });
  fleet.begin({ population: 64 }, ['a']);
  fleet.finish(() => 10);
  fleet.begin({ generation: 1, population: 4 }, ['a']);
  const [first] = fleet.assign();
  fleet.pass(20);
  fleet.answer(first, 20);
  expect(fleet.assign()).toEqual([]);
  expect(fleet.pass(limits.expiryLeastMs / 2)).toEqual([]);
});

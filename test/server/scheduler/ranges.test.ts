import { expect, test } from 'vitest';
import { schedulerLimits as limits } from '../../../server/limits.ts';
import { rangeSize } from '../../../server/scheduler/size.ts';
import { Fleet } from './fleet.ts';

const situation = {
  unleased: 100_000,
  population: 100_000,
  grain: 4,
  pace: 1,
  unmeasured: false,
  roundTrip: 0,
  start: 0,
  finish: 10_000,
  speed: 10,
  ceiling: limits.ceilingMs,
  reserve: 0,
};

test('a range is at most the ceiling', () => {
  expect(rangeSize(situation, limits)).toBe(limits.ceilingMs);
});

test('a range is at most what a task may hold, however fast the thread', () => {
  const fast = { ...situation, unleased: 4_000_000, population: 4_000_000, grain: 3, pace: 1e-4, finish: 400, speed: 1e4 };
  expect(rangeSize(fast, limits)).toBe(65_535);
  const fleet = new Fleet();
  fleet.run();
  expect(() => fleet.begin({ population: 100_000, grain: 65_537 })).toThrow(/grain is 65537/);
});

test('a range is at most a quarter of the thread’s share of the generation', () => {
  expect(rangeSize({ ...situation, population: 4_000, unleased: 4_000, finish: 400 }, limits)).toBe(100);
});

test('a range is half of what the thread could do until all finish', () => {
  expect(rangeSize({ ...situation, unleased: 1_000, finish: 100 }, limits)).toBe(48);
});

test('the last range is all that the thread could do, where half of it would not outlast a round trip', () => {
  expect(rangeSize({ ...situation, unleased: 1_000, finish: 100, roundTrip: 60 }, limits)).toBe(100);
});

test('a range is at least the floor, and at least one grain', () => {
  expect(rangeSize({ ...situation, pace: 0.01, finish: 0.1 }, limits)).toBe(limits.floorMs / 0.01);
  expect(rangeSize({ ...situation, pace: 1_000 }, limits)).toBe(4);
});

test('an unmeasured thread gets a probe', () => {
  expect(rangeSize({ ...situation, unmeasured: true, pace: 0.1 }, limits)).toBe(20);
});

test('a range leaves a grain for each thread that waits for its first one', () => {
  expect(rangeSize({ ...situation, pace: 0.1, unleased: 1_000, reserve: 900 }, limits)).toBe(100);
});

test('ranges begin at grains, and a thread has one range to compute and one prefetched', () => {
  const fleet = new Fleet();
  fleet.run();
  fleet.worker('a', { threads: 2 });
  fleet.begin({ population: 61, grain: 4 }, ['a']);
  const leased = fleet.assign();
  expect(leased.map(({ thread }) => thread)).toEqual([0, 1, 0, 1]);
  for (const { first, count } of leased) expect([first % 4, count % 4]).toEqual([0, 0]);
  const outcomes = fleet.finish();
  expect(outcomes.at(-1)).toMatchObject({ kind: 'accepted', complete: true });
  expect(fleet.scheduler.assign(fleet.now)).toEqual([]);
});

test('a measured thread gets at least four ranges a generation, a faster one longer ranges', () => {
  const fleet = new Fleet();
  const pace = (worker: string) => (worker === 'fast' ? 0.1 : 1);
  fleet.run();
  fleet.worker('fast');
  fleet.worker('slow');
  fleet.begin({ population: 400 }, ['fast', 'slow']);
  fleet.finish(pace);
  fleet.begin({ generation: 1, population: 40_000 }, ['fast', 'slow']);
  const first = fleet.assign();
  const size = (worker: string) => first.find((lease) => lease.worker === worker)?.count ?? 0;
  expect(size('fast')).toBeGreaterThan(3 * size('slow'));
  expect(size('fast')).toBeLessThanOrEqual(40_000 / 4);
});

test('nobody is leased what he has not reported ready for', () => {
  const fleet = new Fleet();
  fleet.run();
  fleet.worker('a');
  expect(fleet.scheduler.setReady('a', 'run', 0)).toBe(false);
  fleet.begin({ generation: 3 });
  expect(fleet.assign()).toEqual([]);
  expect(fleet.scheduler.setReady('a', 'run', 2)).toBe(false);
  expect(fleet.assign()).toEqual([]);
  expect(fleet.scheduler.idleReason('a')).toBe('it is preparing generation 3');
  expect(fleet.scheduler.setReady('a', 'run', 3)).toBe(true);
  expect(fleet.assign().length).toBe(2);
  fleet.scheduler.setUnready('a', 'run');
  fleet.answer(fleet.of('a'), 1);
  expect(fleet.assign()).toEqual([]);
});

test('every ready worker contributes, as soon as there is a grain for each thread', () => {
  const fleet = new Fleet();
  fleet.run('run', { millisecondsPerIndividual: 0.001 });
  const workers = Array.from({ length: 50 }, (_, i) => `worker-${i}`);
  for (const worker of workers) fleet.worker(worker);
  fleet.begin({ population: 100, grain: 2 }, workers);
  expect(new Set(fleet.assign().map(({ worker }) => worker)).size).toBe(50);
  fleet.finish();
  for (const { individuals } of fleet.scheduler.statistics().workers) expect(individuals).toBe(2);
});

test('a worker that reads too slowly gets nothing new until it has caught up', () => {
  const fleet = new Fleet();
  fleet.run();
  fleet.worker('a');
  fleet.begin({}, ['a']);
  fleet.assign();
  fleet.scheduler.setSlow('a', true);
  fleet.now = 100;
  while (fleet.out.length) fleet.answer(fleet.out[0], 10);
  expect(fleet.assign()).toEqual([]);
  expect(fleet.scheduler.idleReason('a')).toMatch(/too slowly/);
  fleet.scheduler.setSlow('a', false);
  expect(fleet.assign().length).toBe(2);
});

test('numbers that make no sense are refused', () => {
  const fleet = new Fleet();
  fleet.run();
  expect(() => fleet.run()).toThrow('run run is scheduled already');
  expect(() => fleet.run('other', { weight: 0 })).toThrow('weight is 0');
  expect(() => fleet.worker('a', { threads: 0 })).toThrow(`threads is 0; it must be a whole number, 1 to ${limits.threads}`);
  expect(() => fleet.worker('a', { threads: limits.threads + 1 })).toThrow('threads');
  expect(() => fleet.begin({ population: limits.population + 1 })).toThrow('population');
  expect(() => fleet.begin({ grain: 1.5 })).toThrow('grain is 1.5');
  expect(() => fleet.scheduler.removeWorker('nobody', 'left')).toThrow('worker nobody is not present');
});

import { expect, test } from 'vitest';
import { schedulerLimits as limits } from '../../../server/limits.ts';
import { Fleet } from './fleet.ts';

const compute = (fleet: Fleet) => Object.fromEntries(fleet.scheduler.statistics().runs.map(({ run, computeMs }) => [run, computeMs]));

/** All workers answer in turn for so many milliseconds; how often a worker went from one run to another. */
function work(fleet: Fleet, milliseconds: number): number {
  const until = fleet.now + milliseconds;
  const last = new Map<string, string>();
  let flips = 0;
  const done = new Map<string, number>();
  for (fleet.assign(); fleet.now < until && fleet.out.length; fleet.assign()) {
    // The thread that is done first.
    let next = fleet.out[0];
    const end = (lease: typeof next) => (done.get(`${lease.worker} ${lease.thread}`) ?? 0) + lease.count;
    const heads = new Map<string, typeof next>();
    for (const lease of fleet.out) if (!heads.has(`${lease.worker} ${lease.thread}`)) heads.set(`${lease.worker} ${lease.thread}`, lease);
    for (const lease of heads.values()) if (end(lease) < end(next) || !heads.has(`${next.worker} ${next.thread}`)) next = lease;
    fleet.now = Math.max(fleet.now, end(next));
    done.set(`${next.worker} ${next.thread}`, fleet.now);
    fleet.answer(next, next.count);
    const before = last.get(next.worker);
    if (before !== undefined && before !== next.run) ++flips;
    last.set(next.worker, next.run);
  }
  return flips;
}

function shared(workers: string[], weights: Record<string, number>): Fleet {
  const fleet = new Fleet();
  for (const [run, weight] of Object.entries(weights)) fleet.run(run, { weight, millisecondsPerIndividual: 1 });
  for (const worker of workers) fleet.worker(worker);
  for (const run of Object.keys(weights)) fleet.begin({ population: 4_000_000 }, workers, run);
  return fleet;
}

test('runs share the workers by weight, and a worker stays with its run', () => {
  const fleet = shared(['a', 'b', 'c', 'd'], { one: 1, three: 3 });
  const flips = work(fleet, 100_000);
  const { one, three } = compute(fleet);
  expect(three / one).toBeGreaterThan(2.5);
  expect(three / one).toBeLessThan(3.5);
  expect(flips).toBeLessThan(10);
});

test('fewer workers than runs: they take turns', () => {
  const fleet = shared(['a'], { one: 1, two: 1, three: 1 });
  const flips = work(fleet, 300_000);
  const times = Object.values(compute(fleet));
  expect(Math.max(...times) / Math.min(...times)).toBeLessThan(1.4);
  expect(flips).toBeGreaterThan(3);
  expect(flips).toBeLessThan((2 * 300_000) / limits.stickinessMs);
});

test('a new run claims no more than a turn for the time before it came', () => {
  const fleet = shared(['a'], { old: 1 });
  work(fleet, 200_000);
  fleet.run('new', { millisecondsPerIndividual: 1 });
  fleet.begin({ population: 4_000_000 }, ['a'], 'new');
  const before = compute(fleet).old;
  work(fleet, 100_000);
  expect((compute(fleet).old - before) / compute(fleet).new).toBeGreaterThan(0.6);
});

test('a worker whose own run has nothing to do helps another, in short ranges', () => {
  const fleet = shared(['a', 'b'], { one: 1, two: 1 });
  work(fleet, 2_000);
  const guest = fleet.scheduler.statistics().workers.find(({ run }) => run === 'one')?.worker as string;
  fleet.begin({ generation: 1, population: 2, grain: 2 }, [], 'one');
  fleet.out.splice(0, fleet.out.length, ...fleet.out.filter(({ run }) => run === 'two'));
  const leased = fleet.assign().filter(({ worker }) => worker === guest);
  expect(leased).toMatchObject([{ run: 'two' }]);
  expect(leased[0].count).toBeLessThanOrEqual(limits.guestCeilingMs);
});

test('a run goes to workers with the memory and the evaluator for it; the others say why not', () => {
  const fleet = new Fleet();
  fleet.run('run', { memory: 2 ** 31, evaluators: ['webgpu', 'wasm'] });
  fleet.worker('small', { memory: 2 ** 30 });
  fleet.worker('tfjs', { memory: 2 ** 32, evaluators: ['tfjs-gpu'] });
  fleet.worker('fits', { memory: 2 ** 32, evaluators: ['wasm', 'webgpu'] });
  fleet.begin({}, ['fits']);
  for (const worker of ['small', 'tfjs']) expect(fleet.scheduler.setReady(worker, 'run', 0)).toBe(false);
  expect(fleet.assign().map(({ worker, evaluator }) => `${worker} ${evaluator}`)).toEqual(['fits webgpu', 'fits webgpu']);
  expect(fleet.scheduler.idleReason('small')).toBe('the run needs 2.0 GiB of memory; the worker lends 1.0 GiB');
  expect(fleet.scheduler.idleReason('tfjs')).toBe('the run allows webgpu, wasm; the worker has tfjs-gpu');
  expect(fleet.scheduler.idleReason('fits')).toBe(null);
  expect(fleet.scheduler.holdings('small')).toEqual([]);
  expect(fleet.scheduler.holdings('fits')).toEqual(['run']);
});

test('a worker holds the runs that fit into its memory together, its own first', () => {
  const fleet = new Fleet();
  for (const id of ['a', 'b', 'c']) fleet.run(id, { memory: 2 ** 30 });
  fleet.worker('w', { memory: 2 ** 31 });
  expect(fleet.scheduler.holdings('w').length).toBe(2);
  const [home] = fleet.scheduler.holdings('w');
  fleet.scheduler.pauseRun(home);
  expect(fleet.scheduler.holdings('w')).not.toContain(home);
  fleet.scheduler.removeRun(home);
  expect(fleet.scheduler.idleReason('w')).toContain('the run has not begun a generation');
});

test('without runs a worker says so', () => {
  const fleet = new Fleet();
  fleet.worker('w');
  expect(fleet.scheduler.idleReason('w')).toBe('no run is running');
});

test('the workers of a run that is removed go to the next one, there already or added later', () => {
  for (const later of [false, true]) {
    const fleet = new Fleet();
    fleet.run('first', { millisecondsPerIndividual: 1 });
    fleet.worker('a');
    if (!later) fleet.run('second', { millisecondsPerIndividual: 1 });
    fleet.begin({ population: 1000 }, ['a'], 'first');
    fleet.scheduler.removeRun('first');
    if (later) fleet.run('second', { millisecondsPerIndividual: 1 });
    fleet.begin({ population: 1000 }, ['a'], 'second');
    fleet.assign();
    expect(fleet.out.some((lease) => lease.run === 'second')).toBe(true);
    expect(fleet.scheduler.statistics().workers[0].run).toBe('second');
  }
});

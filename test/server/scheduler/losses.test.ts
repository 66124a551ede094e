import { expect, test } from 'vitest';
import { schedulerLimits as limits } from '../../../server/limits.ts';
import { expiresAt } from '../../../server/scheduler/deadline.ts';
import { Fleet } from './fleet.ts';

/** Two workers of one thread, measured at 10 ms an individual, in a fresh generation. */
function measured(population = 64, workers = ['a', 'b']): Fleet {
  const fleet = new Fleet();
  fleet.run();
  for (const worker of workers) fleet.worker(worker);
  fleet.begin({ population: 64 }, workers);
  fleet.finish(() => 10);
  fleet.begin({ generation: 1, population }, workers);
  fleet.assign();
  return fleet;
}

test('the deadline is bounded, and doubles with every loss', () => {
  const lease = { end: 1_000, cost: 500, roundTrip: 10, unmeasured: false, losses: 0 };
  expect(expiresAt(lease, limits)).toBe(1_000 + limits.expiryFactor * 510);
  expect(expiresAt({ ...lease, cost: 1 }, limits)).toBe(1_000 + limits.expiryLeastMs);
  expect(expiresAt({ ...lease, unmeasured: true }, limits)).toBe(1_000 + limits.expiryUnmeasuredMs);
  expect(expiresAt({ ...lease, losses: 2 }, limits)).toBe(1_000 + limits.expiryFactor * 510 * 4);
  expect(expiresAt({ ...lease, cost: 1e12 }, limits)).toBe(1_000 + limits.expiryMostMs);
});

test('the ranges of a worker that leaves go back at once, without a loss', () => {
  const fleet = measured();
  const had = fleet.out.filter(({ worker }) => worker === 'a');
  fleet.scheduler.removeWorker('a', 'left');
  fleet.out.splice(0, fleet.out.length, ...fleet.out.filter(({ worker }) => worker === 'b'));
  const outcomes = fleet.finish(() => 10);
  expect(outcomes.at(-1)).toMatchObject({ complete: true });
  expect(had.length).toBe(2);
  expect(fleet.scheduler.statistics().counts).toMatchObject({ lost: 0, returned: 2 });
});

test('an expired range goes to someone else, and a late result of it is a harmless duplicate', () => {
  const fleet = measured(16);
  const held = fleet.of('a');
  const again = [];
  for (let step = 0; step < 500; ++step) {
    again.push(...fleet.pass(10));
    for (const lease of fleet.out.filter(({ worker }) => worker === 'b')) fleet.answer(lease, 10);
    again.push(...fleet.assign());
  }
  expect(again.some(({ first, worker, attempt }) => worker === 'b' && first === held.first && attempt === 2)).toBe(true);
  const { counts, runs } = fleet.scheduler.statistics();
  expect(counts.expired).toBe(1);
  expect(runs[0].done).toBe(16);
  expect(fleet.scheduler.idleReason('a')).toBe('it let its lease expire and has not answered since');
  expect(fleet.answer(held)).toMatchObject({ kind: 'duplicate' });
  expect(fleet.answer(held)).toEqual({ kind: 'duplicate', range: null });
  expect(fleet.scheduler.statistics().counts).toMatchObject({ duplicate: 2, late: 1 });
});

test('a late result counts where nobody was faster, and its worker works on', () => {
  const fleet = measured(16, ['a']);
  const held = fleet.of('a');
  fleet.pass(60_000);
  expect(fleet.scheduler.statistics().counts.expired).toBe(1);
  expect(fleet.answer(held)).toMatchObject({ kind: 'accepted', late: true, pieces: [{ first: held.first, count: held.count }] });
  fleet.assign();
  for (let i = 0; i < 100 && fleet.out.length; ++i) {
    fleet.pass(10);
    fleet.answer(fleet.out[0], 10);
    fleet.assign();
  }
  expect(fleet.scheduler.statistics().runs[0].done).toBe(16);
});

test('results of another generation or run are stale, of another worker or nobody unknown', () => {
  const fleet = measured();
  const [lease] = fleet.out;
  const report = { worker: lease.worker, lease: lease.lease };
  expect(fleet.scheduler.result({ ...report, worker: lease.worker === 'a' ? 'b' : 'a' }, fleet.now)).toEqual({ kind: 'unknown' });
  expect(fleet.scheduler.result({ ...report, lease: 1e9 }, fleet.now)).toEqual({ kind: 'unknown' });
  expect(fleet.scheduler.result({ ...report, lease: Number.NaN }, fleet.now)).toEqual({ kind: 'unknown' });
  fleet.begin({ generation: 2 }, ['a', 'b']);
  expect(fleet.answer(lease)).toEqual({ kind: 'stale' });
  fleet.scheduler.removeRun('run');
  expect(fleet.answer(fleet.assign()[0] ?? lease)).toEqual({ kind: 'stale' });
});

test('a range that crashes its workers pauses the run and is named; resumed, it is tried again', () => {
  const fleet = measured(2, ['a', 'b', 'c']);
  for (const cause of ['crashed', 'memory', 'crashed'] as const) {
    expect(fleet.scheduler.takeLost()).toEqual([]);
    const [lease] = fleet.out.splice(0);
    fleet.now += 1;
    expect(fleet.scheduler.fail({ worker: lease.worker, lease: lease.lease }, cause, fleet.now)).toBe(true);
    fleet.assign();
  }
  expect(fleet.out).toEqual([]);
  const [lost] = fleet.scheduler.takeLost();
  expect(lost).toMatchObject({ kind: 'range-lost', run: 'run', generation: 1, range: { first: 0, count: 2 } });
  expect(new Set(lost.losses.map(({ worker }) => worker)).size).toBe(3);
  expect(lost.losses.map(({ cause }) => cause)).toEqual(['crashed', 'memory', 'crashed']);
  expect(fleet.scheduler.idleReason('a')).toBe('the run is paused');
  fleet.scheduler.resumeRun('run');
  expect(fleet.finish(() => 10).at(-1)).toMatchObject({ complete: true });
});

test('a range given back is no loss', () => {
  const fleet = measured(2, ['a']);
  for (let i = 0; i < 10; ++i) {
    const [lease] = fleet.out.splice(0);
    fleet.scheduler.fail({ worker: 'a', lease: lease.lease }, 'returned', ++fleet.now);
    fleet.assign();
  }
  expect(fleet.scheduler.takeLost()).toEqual([]);
  expect(fleet.out.length).toBe(1);
});

test('broken connections count with more patience', () => {
  const fleet = measured(2, ['a']);
  for (let i = 1; i <= limits.departuresBeforePause; ++i) {
    expect(fleet.scheduler.takeLost()).toEqual([]);
    fleet.scheduler.removeWorker(fleet.out.splice(0)[0].worker, 'lost');
    fleet.worker(`a${i}`);
    fleet.scheduler.setReady(`a${i}`, 'run', 1);
    fleet.assign();
  }
  expect(fleet.scheduler.takeLost()).toMatchObject([{ range: { first: 0, count: 2 } }]);
});

test('a generation can begin again, or an earlier one', () => {
  const fleet = measured();
  fleet.begin({ generation: 0 }, ['a', 'b']);
  fleet.out.length = 0;
  expect(fleet.finish(() => 10).at(-1)).toMatchObject({ complete: true });
});

test('a range that hangs its workers is named after three of them, copies counted in', () => {
  const fleet = measured(2, ['a', 'b', 'c', 'd', 'e', 'f']);
  const leased = [...fleet.out, ...fleet.pass(600_000)];
  const [lost] = fleet.scheduler.takeLost();
  expect(lost.losses.map(({ cause }) => cause)).toEqual(['expired', 'expired', 'expired']);
  expect(new Set(lost.losses.map(({ worker }) => worker)).size).toBe(3);
  expect(leased.length).toBe(3);
});

test('a thread that answers after its expiry is taken to go on with what it had prefetched', () => {
  const fleet = measured(640, ['a']);
  const [head, next] = fleet.out.splice(0);
  expect(fleet.pass(60_000)).toEqual([]);
  expect(fleet.answer(head)).toMatchObject({ kind: 'accepted', late: true });
  expect(fleet.assign().length).toBe(1);
  fleet.now += 10;
  expect(fleet.answer(next, 10).kind).toBe('accepted');
});

test('a thread that is overdue gets nothing more in hand', () => {
  const fleet = measured(640, ['a']);
  const [head, next] = fleet.out;
  fleet.now += 10 * head.count;
  fleet.answer(head, 10 * head.count);
  // The second one is late; its thread has room for another, which comes only with its answer.
  fleet.scheduler.setSlow('a', true);
  fleet.pass(10 * next.count * 2);
  fleet.scheduler.setSlow('a', false);
  expect(fleet.assign()).toEqual([]);
  fleet.answer(next);
  expect(fleet.assign().length).toBe(2);
});

import { expect, test } from 'vitest';
import type { Replicate } from '../../../server/scheduler/index.ts';
import { Fleet } from './fleet.ts';

function fleetOf(workers: Record<string, { owner?: string; evaluators?: string[] }>, replicate?: Replicate): Fleet {
  const fleet = new Fleet({ replicate });
  fleet.run('run', { evaluators: ['wasm', 'webgpu'] });
  for (const [id, spec] of Object.entries(workers)) fleet.worker(id, spec);
  fleet.begin({ population: 64 }, Object.keys(workers));
  return fleet;
}

test('an audit goes to an owner other than those who did the individual, and is reported by itself', () => {
  const fleet = fleetOf({ a: {}, b: {}, c: {} });
  const by = new Map<number, string>();
  for (fleet.assign(); fleet.out.length; fleet.assign()) {
    const lease = fleet.out[0];
    fleet.now += 1;
    const outcome = fleet.answer(lease, 1);
    if (outcome.kind === 'accepted')
      for (const { first, count } of outcome.pieces) for (let i = first; i < first + count; ++i) by.set(i, lease.worker);
  }
  fleet.scheduler.requestAudit('run', [0, 5, 63]);
  expect(fleet.scheduler.pendingChecks('run')).toBe(3);
  const audited = [];
  for (fleet.assign(); fleet.out.length; fleet.assign()) {
    const lease = fleet.out[0];
    expect(lease).toMatchObject({ kind: 'audit', count: 1 });
    expect(lease.worker).not.toBe(by.get(lease.first));
    fleet.now += 1;
    const outcome = fleet.answer(lease, 1);
    expect(outcome).toMatchObject({ kind: 'audit', against: [by.get(lease.first)] });
    audited.push(lease.first);
  }
  expect(audited.sort((x, y) => x - y)).toEqual([0, 5, 63]);
  expect(fleet.scheduler.pendingChecks('run')).toBe(0);
  // A second audit of the same individual goes to a third owner.
  fleet.scheduler.requestAudit('run', [5]);
  const [again] = fleet.assign();
  expect(fleet.answer(again)).toMatchObject({ kind: 'audit', against: expect.arrayContaining([by.get(5)]) });
  expect(again.worker).not.toBe(by.get(5));
});

test('workers of one owner do not check each other; a new owner does', () => {
  const fleet = fleetOf({ a: { owner: 'me' }, b: { owner: 'me' } });
  fleet.finish();
  fleet.scheduler.requestAudit('run', [7]);
  expect(fleet.assign()).toEqual([]);
  expect(fleet.scheduler.idleReason('a')).toBe('results wait for a check by another owner than this one');
  fleet.worker('c');
  fleet.scheduler.setReady('c', 'run', 0);
  expect(fleet.assign()).toMatchObject([{ worker: 'c', kind: 'audit', first: 7 }]);
});

test('a check runs on the evaluator class that it checks', () => {
  const fleet = fleetOf({ a: { evaluators: ['wasm'] } });
  fleet.finish();
  for (const [id, evaluators] of Object.entries({ gpu: ['webgpu'], cpu: ['wasm'] })) {
    fleet.worker(id, { evaluators });
    fleet.scheduler.setReady(id, 'run', 0);
  }
  fleet.scheduler.requestAudit('run', [1, 2]);
  const leased = fleet.assign();
  expect(leased.length).toBeGreaterThan(0);
  for (const { worker, evaluator } of leased) expect([worker, evaluator]).toEqual(['cpu', 'wasm']);
});

test('an audit whose holder is late, crashes or leaves goes to another', () => {
  const fleet = fleetOf({ a: {}, b: {}, c: {} });
  fleet.scheduler.setSlow('b', true);
  fleet.scheduler.setSlow('c', true);
  fleet.finish();
  fleet.scheduler.setSlow('b', false);
  fleet.scheduler.requestAudit('run', [9]);
  const [first] = fleet.assign();
  expect(first.worker).toBe('b');
  fleet.scheduler.setSlow('c', false);
  const [copy] = fleet.pass(5_000);
  expect(copy).toMatchObject({ worker: 'c', kind: 'audit', first: 9 });
  expect(fleet.answer(first)).toMatchObject({ kind: 'audit' });
  expect(fleet.answer(copy)).toMatchObject({ kind: 'duplicate' });
  expect(fleet.scheduler.pendingChecks('run')).toBe(0);
  fleet.scheduler.requestAudit('run', [10]);
  const [held] = fleet.assign();
  fleet.scheduler.removeWorker(held.worker, 'lost');
  const [again] = fleet.assign();
  expect(again).toMatchObject({ kind: 'audit', first: 10 });
  expect(['b', 'c']).toContain(again.worker);
});

test('only an individual with a loss can be audited', () => {
  const fleet = fleetOf({ a: {} });
  expect(() => fleet.scheduler.requestAudit('run', [0])).toThrow('run run, generation 0: individual 0 has no loss to audit');
  expect(() => fleet.scheduler.requestAudit('run', [64])).toThrow('individual 64');
  expect(() => fleet.scheduler.requestAudit('run', [-1])).toThrow('individual -1');
});

test('the hook has ranges recomputed by a second owner, all of them exactly once', () => {
  const asked: string[] = [];
  const fleet = fleetOf({ a: {}, b: {} }, ({ worker, first, count }) => {
    asked.push(`${worker} ${first} ${count}`);
    return worker === 'a';
  });
  const did = new Map<number, string>();
  const checked = new Map<number, string>();
  for (fleet.assign(); fleet.out.length; fleet.assign()) {
    const lease = fleet.out[0];
    fleet.now += 5;
    const outcome = fleet.answer(lease, 5);
    if (outcome.kind === 'accepted')
      for (const { first, count } of outcome.pieces) for (let i = first; i < first + count; ++i) did.set(i, lease.worker);
    if (outcome.kind === 'replica') {
      expect(outcome.against).toEqual(['a']);
      for (let i = outcome.range.first; i < outcome.range.first + outcome.range.count; ++i) {
        expect(checked.has(i)).toBe(false);
        checked.set(i, lease.worker);
      }
    }
  }
  expect(asked.length).toBeGreaterThan(0);
  expect(fleet.scheduler.pendingChecks('run')).toBe(0);
  for (const [i, worker] of did) expect(checked.get(i)).toBe(worker === 'a' ? 'b' : undefined);
});

test('leases that a complete generation does not need can be ended, and their threads are free for audits', () => {
  const fleet = fleetOf({ a: {}, b: {} });
  fleet.finish(() => 10);
  fleet.begin({ generation: 1, population: 4 }, ['a', 'b']);
  fleet.assign();
  expect(fleet.scheduler.cancelLeases('run')).toEqual([]);
  // The first one does everything; the other one's range is copied and hangs.
  const hanging = fleet.of('b');
  for (let complete = false; !complete; fleet.pass(20)) {
    const lease = fleet.out.find(({ worker }) => worker === 'a');
    if (!lease) continue;
    const outcome = fleet.answer(lease, 20);
    complete = outcome.kind === 'accepted' && outcome.complete;
    fleet.assign();
  }
  fleet.scheduler.requestAudit('run', [0]);
  expect(fleet.assign()).toEqual([]);
  expect(fleet.scheduler.cancelLeases('run')).toEqual([{ worker: 'b', lease: hanging.lease }]);
  expect(fleet.assign()).toMatchObject([{ worker: 'b', kind: 'audit', first: 0 }]);
  expect(fleet.answer(hanging)).toEqual({ kind: 'duplicate', range: null });
});

test('what an owner did can be undone: it is leased again, and its checks end', () => {
  const fleet = fleetOf({ a: {}, b: {}, c: {} }, ({ worker }) => worker === 'a');
  fleet.scheduler.setSlow('c', true);
  fleet.assign();
  const [done] = fleet.out.filter(({ worker }) => worker === 'a');
  fleet.now += 5;
  expect(fleet.answer(done, 5)).toMatchObject({ kind: 'accepted' });
  fleet.scheduler.setSlow('c', false);
  const replica = fleet.assign().find(({ kind }) => kind === 'replica');
  expect(replica).toMatchObject({ first: done.first });
  expect(fleet.scheduler.doer('run', done.first)).toMatchObject({ owner: 'a' });
  expect(fleet.scheduler.reopen('run', 'b')).toEqual([]);
  expect(fleet.scheduler.reopen('run', 'a')).toEqual([{ first: done.first, count: done.count }]);
  expect(fleet.scheduler.doer('run', done.first)).toBe(null);
  expect(fleet.scheduler.pendingChecks('run')).toBe(0);
  // Whoever was checking it did so for nothing.
  if (replica) expect(fleet.answer(replica, 5)).toMatchObject({ kind: 'duplicate' });
  fleet.scheduler.removeWorker('a', 'left');
  fleet.out.splice(0, fleet.out.length, ...fleet.out.filter(({ worker }) => worker !== 'a'));
  fleet.finish();
  expect(fleet.scheduler.statistics().runs[0]).toMatchObject({ done: 64, unleased: 0, checks: 0 });
  for (let i = 0; i < 64; ++i) expect(fleet.scheduler.doer('run', i)?.owner).not.toBe('a');
});

test('a complete generation whose results are undone is completed again', () => {
  const fleet = fleetOf({ a: {}, b: {} });
  fleet.finish();
  fleet.scheduler.requestAudit('run', [0, 1, 2, 3, 60, 61, 62, 63]);
  const [undone] = fleet.scheduler.reopen('run', 'a');
  expect(undone.count).toBeGreaterThan(0);
  fleet.scheduler.removeWorker('a', 'lost');
  const outcomes = fleet.finish();
  expect(outcomes.filter(({ kind }) => kind === 'accepted').at(-1)).toMatchObject({ complete: true });
});

test('the hook knows whether somebody else is there to recompute a range', () => {
  const checkable: boolean[] = [];
  const fleet = fleetOf({ a: { owner: 'me' }, b: { owner: 'me' } }, (done) => checkable.push(done.checkable) === 0);
  fleet.finish();
  expect(new Set(checkable)).toEqual(new Set([false]));
  fleet.worker('c');
  fleet.begin({ generation: 1 }, ['a', 'b', 'c']);
  checkable.length = 0;
  fleet.finish();
  expect(new Set(checkable)).toEqual(new Set([true]));
});

test('checks that nobody present can do are given back', () => {
  const fleet = fleetOf({ a: {}, b: {} });
  fleet.scheduler.setUnready('b', 'run');
  fleet.finish();
  fleet.scheduler.requestAudit('run', [1, 2]);
  expect(fleet.scheduler.takeStranded('run')).toMatchObject([
    { kind: 'audit', first: 1, count: 1, against: ['a'] },
    { kind: 'audit', first: 2, count: 1, against: ['a'] },
  ]);
  expect(fleet.scheduler.pendingChecks('run')).toBe(0);
  fleet.scheduler.setReady('b', 'run', 0);
  fleet.scheduler.requestAudit('run', [3]);
  expect(fleet.scheduler.takeStranded('run')).toEqual([]);
  // Its holder falls silent: there is nobody else.
  const [held] = fleet.assign();
  expect(held).toMatchObject({ worker: 'b', kind: 'audit' });
  expect(fleet.scheduler.takeStranded('run')).toEqual([]);
  fleet.pass(5_000);
  expect(fleet.scheduler.takeStranded('run')).toMatchObject([{ kind: 'audit', first: 3 }]);
  expect(fleet.answer(held)).toMatchObject({ kind: 'duplicate' });
  fleet.scheduler.requestAudit('run', [4]);
  expect(fleet.scheduler.takeStranded('run')).toEqual([]);
});

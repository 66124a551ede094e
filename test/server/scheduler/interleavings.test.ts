// Whatever happens in whatever order: no individual is lost or counted twice, and a generation completes if one worker lives.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { schedulerLimits as limits } from '../../../server/limits.ts';
import { Fleet } from './fleet.ts';

type Step =
  | { do: 'join'; threads: number }
  | { do: 'leave' | 'lose'; worker: number }
  | { do: 'answer' | 'answer twice' | 'fail' | 'crash'; lease: number; pace: number }
  | { do: 'wait'; milliseconds: number }
  | { do: 'slow' | 'unready'; worker: number }
  | { do: 'audit'; individual: number }
  | { do: 'reopen'; worker: number }
  | { do: 'answer a lapsed one'; lease: number };

const index = fc.nat(1_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), threads: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'lose' as const), worker: index }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'answer' as const,
        'answer' as const,
        'answer' as const,
        'answer twice' as const,
        'fail' as const,
        'crash' as const,
      ),
      lease: index,
      pace: fc.double({ min: 0.1, max: 50, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.oneof(fc.nat(50), fc.nat(5_000), fc.nat(2_000_000)) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('slow' as const, 'unready' as const), worker: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('audit' as const), individual: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const), worker: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer a lapsed one' as const), lease: index }) },
);

test('random joins, leaves, results, losses and expiries', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 7 }),
      fc.array(step, { maxLength: 150 }),
      fc.nat(3),
      (population, grain, steps, replicated) => {
        const fleet = new Fleet({ replicate: ({ first }) => (first / grain) % 4 < replicated });
        const { scheduler } = fleet;
        const losses = new Int32Array(population);
        const ordered = new Map<number, number>();
        const answered: typeof fleet.out = [];
        const workers: string[] = [];
        let joined = 0;
        let complete = false;
        const pick = <T>(list: T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
        const join = (threads: number) => {
          const id = `worker-${joined++}`;
          workers.push(id);
          fleet.worker(id, { threads });
          scheduler.setReady(id, 'run', 0);
        };
        const answer = (lease: (typeof fleet.out)[number], milliseconds?: number) => {
          const outcome = fleet.answer(lease, milliseconds);
          answered.push(lease);
          if (outcome.kind === 'accepted') {
            expect(complete).toBe(false);
            for (const { first, count } of outcome.pieces) {
              expect(first).toBeGreaterThanOrEqual(lease.first);
              expect(first + count).toBeLessThanOrEqual(lease.first + lease.count);
              for (let i = first; i < first + count; ++i) losses[i] += 1;
            }
            complete = outcome.complete;
            expect(complete).toBe(losses.every((count) => count === 1));
          } else if (outcome.kind === 'audit' || outcome.kind === 'replica') expect(outcome.against).not.toContain(lease.worker);
        };
        const look = () => {
          if (scheduler.takeLost().length) scheduler.resumeRun('run');
          const held = new Map<string, number>();
          for (const lease of fleet.assign()) {
            expect(workers).toContain(lease.worker);
            expect(lease.count).toBeGreaterThan(0);
            expect(lease.first + lease.count).toBeLessThanOrEqual(population);
            if (lease.kind !== 'audit') expect(lease.first % grain).toBe(0);
            const thread = `${lease.worker} ${lease.thread}`;
            held.set(thread, (held.get(thread) ?? 0) + 1);
            expect(held.get(thread)).toBeLessThanOrEqual(limits.rangesInHand);
          }
        };

        fleet.run();
        fleet.begin({ population, grain });
        for (const action of steps) {
          if (action.do === 'join') join(action.threads);
          else if (action.do === 'wait') fleet.pass(action.milliseconds);
          else if ('worker' in action && (action.do === 'leave' || action.do === 'lose')) {
            const worker = pick(workers, action.worker);
            if (worker) {
              scheduler.removeWorker(worker, action.do === 'leave' ? 'left' : 'lost');
              workers.splice(workers.indexOf(worker), 1);
            }
          } else if (action.do === 'reopen') {
            const owner = `worker-${action.worker % Math.max(1, joined)}`;
            const theirs = [...losses.keys()].filter((i) => losses[i] && scheduler.doer('run', i)?.owner === owner);
            const reopened = scheduler
              .reopen('run', owner)
              .flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
            expect(reopened).toEqual(theirs);
            for (const i of reopened) losses[i] = 0;
            if (reopened.length) complete = false;
          } else if ('worker' in action) {
            const worker = pick(workers, action.worker);
            if (worker && action.do === 'slow') scheduler.setSlow(worker, action.worker % 2 === 0);
            if (worker && action.do === 'unready') scheduler.setUnready(worker, 'run');
          } else if (action.do === 'audit') {
            const individual = action.individual % population;
            if (losses[individual]) {
              scheduler.requestAudit('run', [individual]);
              ordered.set(individual, (ordered.get(individual) ?? 0) + 1);
            }
          } else if (action.do === 'answer a lapsed one') {
            const lease = pick(answered, action.lease);
            if (lease) expect(['duplicate', 'unknown']).toContain(scheduler.result({ ...lease }, fleet.now).kind);
          } else if ('pace' in action) {
            const lease = pick(fleet.out, action.lease);
            if (lease) {
              fleet.now += action.pace;
              if (action.do === 'answer' || action.do === 'answer twice') answer(lease, lease.count * action.pace);
              if (action.do === 'answer twice') expect(['duplicate', 'unknown']).toContain(scheduler.result({ ...lease }, fleet.now).kind);
              if (action.do === 'fail' || action.do === 'crash') {
                fleet.out.splice(fleet.out.indexOf(lease), 1);
                scheduler.fail({ ...lease }, action.do === 'fail' ? 'returned' : 'crashed', fleet.now);
              }
            }
          }
          look();
        }

        // All that are there fall silent; one newcomer lives; two more come for what has to be checked.
        join(2);
        const living = workers.slice(-1);
        for (let turn = 0; turn < 20_000 && !complete; ++turn) {
          look();
          const lease = fleet.out.find(({ worker }) => living.includes(worker));
          if (lease) {
            fleet.pass(1);
            answer(lease, 1);
          } else {
            const next = scheduler.nextDeadline();
            expect(next, 'nothing is leased and no deadline is near').toBeLessThan(Number.POSITIVE_INFINITY);
            fleet.pass(Math.max(0, next - fleet.now));
          }
        }
        expect(complete).toBe(true);
        expect(losses.every((count) => count === 1)).toBe(true);
        expect(scheduler.statistics().runs[0]).toMatchObject({ done: population, unleased: 0 });
        join(1);
        join(1);
        living.push(...workers.slice(-2));
        for (let turn = 0; turn < 20_000 && scheduler.pendingChecks('run'); ++turn) {
          look();
          const lease = fleet.out.find(({ worker }) => living.includes(worker));
          const next = scheduler.nextDeadline();
          if (lease) {
            fleet.pass(1);
            answer(lease, 1);
          } else if (next < Number.POSITIVE_INFINITY) fleet.pass(Math.max(0, next - fleet.now));
          else break;
        }
        // Three owners live: whoever did an individual, two others can audit it.
        if (Math.max(0, ...ordered.values()) <= 2) expect(scheduler.pendingChecks('run')).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});

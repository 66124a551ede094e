// What /join says of a worker's state, and how it measures its pace.
import { describe, expect, test } from 'vitest';
import { Rate } from '../../client/pages/join/rate.ts';
import { type Situation, describe as say } from '../../client/pages/join/words.ts';
import type { WorkerStatus } from '../../worker/events.ts';

const status = (changes: Partial<WorkerStatus> = {}): WorkerStatus => ({
  connected: true,
  runs: [],
  running: 0,
  queued: 0,
  tasks: 0,
  evaluations: 0,
  ms: 0,
  followed: 0,
  late: 0,
  ...changes,
});
const situation = (changes: Partial<Situation> = {}): Situation => ({
  state: { name: 'connected' },
  status: status(),
  building: null,
  idle: null,
  rate: 0,
  left: 0,
  ...changes,
});
const run = { run: 'mnist-1', experiment: 'mnist', generation: 1234, bytes: 1, ready: true };

describe('words', () => {
  test.each([
    ['idle, the server says why', { idle: 'the run is paused' }, 'Idle', 'The run is paused.'],
    ['idle', {}, 'Idle', 'The server has no work for this tab at the moment.'],
    ['a run that has ended is not being computed', { rate: 5 }, 'Idle', 'The server has no work for this tab at the moment.'],
    ['computing', { status: status({ runs: [run], running: 1 }) }, 'Computing run mnist-1', 'mnist, generation 1,234.'],
    ['between two generations', { status: status({ runs: [run] }), rate: 10 }, 'Computing run mnist-1', 'mnist, generation 1,234.'],
    ['building', { building: { run: 'mnist-1', generation: 3, of: 1000 } }, 'Building run mnist-1', 'Generation 3 of 1,000.'],
    [
      'disconnected',
      { state: { name: 'waiting' as const, reason: 'the server cannot be reached', until: 0 }, left: 2100 },
      'Disconnected',
      'The server cannot be reached. Trying again in 3 s.',
    ],
    ['due', { state: { name: 'waiting' as const, reason: 'gone', until: 0 } }, 'Disconnected', 'Gone. Trying again.'],
  ] satisfies [string, Partial<Situation>, string, string][])('%s', (_, changes, title, detail) => {
    expect(say(situation(changes))).toMatchObject({ title, detail });
  });

  test('a refusal says what to do', () => {
    const refused = (code: 'unauthorized' | 'engine-mismatch' | 'origin' | 'distrusted' | 'internal') =>
      say(situation({ state: { name: 'refused', code, message: 'no' } })).detail;
    expect(refused('unauthorized')).toMatch(/^No\. Paste a worker's token/);
    expect(refused('engine-mismatch')).toMatch(/npm run build:client/);
    expect(refused('origin')).toMatch(/Open this page at the address/);
    expect(refused('distrusted')).toMatch(/not take results/);
    expect(refused('internal')).toMatch(/Press start/);
  });
});

test('pace: evaluations a second and busy threads over the last seconds, and second by second', () => {
  const rate = new Rate();
  expect(rate.add({ at: 0, count: 0, busy: 0 })).toEqual({ now: 0, past: [], threads: 0 });
  expect(rate.add({ at: 500, count: 50, busy: 750 })).toEqual({ now: 100, past: [], threads: 1.5 });
  expect(rate.add({ at: 1000, count: 100, busy: 1500 }).past).toEqual([100]);
  for (let at = 1500; at <= 10_000; at += 500) rate.add({ at, count: 100, busy: 1500 });
  expect(rate.add({ at: 10_500, count: 100, busy: 1500 })).toEqual({ now: 0, past: [100, ...Array(9).fill(0)], threads: 0 });
  for (let at = 11_000; at <= 200_000; at += 500) rate.add({ at, count: 100, busy: 1500 });
  expect(rate.add({ at: 200_500, count: 100, busy: 1500 }).past).toHaveLength(90);
});

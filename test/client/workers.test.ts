// The page of workers: what it says of each, which it shows, and who computed what.
import { describe, expect, it } from 'vitest';
import type { WorkerEntry } from '../../client/entries.ts';
import { matching, rowOf, totalsOf } from '../../client/pages/workers/rows.ts';
import { SECONDS, summaryOf, workOf } from '../../client/pages/workers/work.ts';

const entry = (changes: Partial<WorkerEntry> = {}): WorkerEntry => ({
  id: 'c1',
  name: 'laptop',
  kind: 'node',
  threads: 4,
  memory: 8e9,
  isolated: true,
  evaluators: ['wasm'],
  address: '10.0.0.7',
  connected: '2026-01-01T00:00:00Z',
  latencyMs: 2,
  bytesIn: 0,
  bytesOut: 0,
  leaving: false,
  runs: {},
  ...changes,
});

describe('a row', () => {
  it('says why a worker does nothing', () => {
    expect(rowOf(entry({ idle: null }))).toMatchObject({ state: 'working', reason: null });
    expect(rowOf(entry({ idle: 'no run is running' }))).toMatchObject({ state: 'idle', reason: 'No run is running.' });
    expect(rowOf(entry({ leaving: true, idle: null })).state).toBe('leaving');
  });

  it('says of nobody that it is idle who computed since the last look, and only waits for the next generation', () => {
    const waits = (individuals: number) => entry({ individuals, idle: 'generation 3 is complete and the next has not begun' });
    expect(rowOf(waits(200), waits(100))).toMatchObject({ state: 'working', reason: null });
    expect(rowOf(waits(200), waits(200)).state).toBe('idle');
    expect(rowOf({ ...waits(200), rate: 90 }).state).toBe('working');
    expect(rowOf({ ...waits(200), rate: 0 }).state).toBe('idle');
  });

  it('says what a distrusted worker was caught with, whatever else it is', () => {
    const verdict = { run: 'mnist-1a', generation: 1200, individual: 7, told: 0.25, right: null };
    const trust = { level: 'distrusted', confirmed: 12, wrong: 1 };
    const { state, reason } = rowOf(entry({ leaving: true, trust: { ...trust, verdict } }));
    expect(state).toBe('distrusted');
    expect(reason).toBe('It gave 0.25 as the loss of individual 7 in generation 1,200 of mnist-1a; it is infinite.');
    expect(rowOf(entry({ trust })).reason).toContain('wrong loss');
  });
});

describe('the list', () => {
  const rows = [
    entry({ id: 'local', name: 'local', rate: 100 }),
    entry({ id: 'c1', name: 'Ada Laptop', kind: 'browser', rate: 0, idle: 'the run is paused' }),
    entry({ id: 'c2', name: 'liar', address: '10.0.0.9', threads: 64, trust: { level: 'distrusted' } }),
  ].map((each) => rowOf(each));
  const ids = (wanted: Partial<Parameters<typeof matching>[1]>) =>
    matching(rows, { search: '', kind: '', state: '', ...wanted }).map(({ entry: { id } }) => id);

  it('is searched by names and addresses, in any case, by all words', () => {
    expect(ids({})).toEqual(['local', 'c1', 'c2']);
    expect(ids({ search: 'LAPTOP ada' })).toEqual(['c1']);
    expect(ids({ search: '10.0.0.9' })).toEqual(['c2']);
    expect(ids({ search: 'ada 10.0.0.9' })).toEqual([]);
  });

  it('is filtered by kind and state, together', () => {
    expect(ids({ kind: 'browser' })).toEqual(['c1']);
    expect(ids({ state: 'distrusted' })).toEqual(['c2']);
    expect(ids({ kind: 'browser', state: 'distrusted' })).toEqual([]);
  });

  it('counts nothing of those that are distrusted', () => {
    expect(totalsOf(rows)).toEqual({ workers: 2, threads: 8, rate: 100, working: 1 });
    expect(totalsOf([rowOf(entry())]).rate).toBe(null);
  });
});

describe('who computed what', () => {
  const nameOf = (id: string) => id;

  it('puts each second in its place, the newest last', () => {
    const { strips, sum, all } = workOf([
      { at: 1000, workers: { a: 30 } },
      { at: 1002, workers: { a: 10, b: 60 } },
    ]);
    expect(sum).toBe(100);
    expect(strips.map(({ worker, share, busy }) => [worker, share, busy])).toEqual([
      ['b', 0.6, 1],
      ['a', 0.4, 2],
    ]);
    expect([...strips[1].individuals.slice(-3)]).toEqual([30, 0, 10]);
    expect(all[SECONDS - 1]).toBe(70);
  });

  it('leaves out what is older than it shows', () => {
    const { sum } = workOf([
      { at: 1000, workers: { a: 5 } },
      { at: 1000 + SECONDS, workers: { a: 7 } },
    ]);
    expect(sum).toBe(7);
  });

  it('puts the many that computed least into one strip', () => {
    const workers = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`c${i}`, i + 1]));
    const { strips, sum } = workOf([{ at: 1, workers }]);
    expect(strips.length).toBeLessThan(30);
    expect(strips[0].worker).toBe('c199');
    const others = strips.at(-1);
    expect(others?.worker).toBe(null);
    expect((others?.workers ?? 0) + strips.length - 1).toBe(200);
    expect(strips.reduce((all, strip) => all + strip.sum, 0)).toBe(sum);
  });

  it('is told in a sentence', () => {
    expect(summaryOf(workOf([]), nameOf)).toBe('Nothing was computed in the last two minutes.');
    expect(summaryOf(workOf([{ at: 1, workers: { a: 1500 } }]), nameOf)).toBe(
      'In the last two minutes one worker computed 1,500 individuals: a 100.0%.',
    );
    expect(summaryOf(workOf([{ at: 1, workers: { a: 4, b: 3, c: 2, d: 1 } }]), nameOf)).toContain(
      '4 workers computed 10 individuals, most of all: a 40.0%',
    );
  });
});

// A run's own thread, begun and ended at moments that requests would hardly hit.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { experimentHash, resolveExperiment } from '../../experiments/index.ts';
import { type RunFollower, RunHandle } from '../../server/run-handle.ts';
import type { Back } from '../../server/run-messages.ts';
import { type RunRecord, runFolder, writeRecord } from '../../server/run-record.ts';
import { xor } from './fixtures/runs.ts';
import { atEnd, folder } from './fixtures/server.ts';

const PATIENCE = { timeout: 30_000 };

class Follower implements RunFollower {
  begun: number[] = [];
  ends = 0;
  doubted: Back | null = null;
  opened(): void {}
  begin(_run: RunHandle, { generation }: { generation: number }): void {
    this.begun.push(generation);
  }
  audit(): void {}
  recorded: () => void = () => {};
  doubt = () => this.doubted;
  wentBack(): void {}
  verdicts = () => [];
  closed(): void {
    this.ends += 1;
  }
  changed(): void {}
}

async function made(changes: Record<string, unknown> = {}) {
  const data = await folder();
  const { experiment: name, set, seed } = xor(changes);
  const experiment = await resolveExperiment(name, set);
  const record: RunRecord = {
    version: 1,
    id: 'r',
    created: '2026-01-01T00:00:00.000Z',
    state: 'created',
    experiment: experiment as unknown as Record<string, unknown>,
    experimentHash: experimentHash(experiment),
    seed,
    clonedFrom: null,
    failure: null,
    opened: null,
    end: null,
  };
  await mkdir(data, { recursive: true });
  await writeRecord(data, record);
  const follower = new Follower();
  const run = new RunHandle(data, record, follower, 1);
  atEnd(() => run.suspend());
  return { data, run, follower };
}

it('is paused while it goes back, once it is there', async () => {
  const { run, follower } = await made();
  await run.start();
  await vi.waitFor(() => expect(follower.begun).toEqual([0]), PATIENCE);
  const back = run.goBack();
  expect([run.goingBack, run.active]).toEqual([true, true]);
  await run.stop('paused');
  await back;
  expect([run.state, run.active, run.goingBack, follower.ends]).toEqual(['paused', false, false, 2]);
  await run.start();
  await vi.waitFor(() => expect(follower.begun.at(-1)).toBe(0), PATIENCE);
  expect(run.state).toBe('running');
});

it('is active from the moment that it is started: nobody deletes it on the way', async () => {
  const { run } = await made();
  const started = run.start();
  expect(run.active).toBe(true);
  await expect(run.start()).rejects.toThrow('run r is starting: it cannot be started now');
  await started;
  await run.stop('paused');
  expect(run.active).toBe(false);
});

it('opens no thread any more once the server closes', async () => {
  const { data, run } = await made();
  const started = run.start();
  await run.suspend();
  await started;
  expect([run.state, run.active]).toEqual(['running', false]);
  expect(existsSync(`${runFolder(data, 'r')}/journal.sqlite`)).toBe(false);
});

it('is not done, not even for a moment, where its last results are in doubt', async () => {
  const { run, follower } = await made({ generations: 2 });
  /** How often its thread had ended when it was said to be done. */
  const done: number[] = [];
  follower.changed = () => {
    if (run.state === 'done') done.push(follower.ends);
  };
  // What it measures itself stands for what a worker gave.
  follower.begin = (of, { generation }) => {
    follower.begun.push(generation);
    // Found out when it is too late to measure anything again.
    if (generation === 1 && follower.ends === 0) follower.doubted = { generation: 1, who: 'someone', why: 'a wrong loss' };
    void of.measure(generation, 0, of.population).then((measured) => {
      if (measured) of.keep(0, measured.losses);
      if (measured) of.complete(false);
    });
  };
  follower.opened = () => {
    follower.doubted = null;
  };
  const held: number[] = [];
  follower.recorded = () => held.push(run.history.length);
  await run.start();
  await vi.waitFor(() => expect(run.state).toBe('done'), PATIENCE);
  expect(follower.begun).toEqual([0, 1, 1]);
  expect(done).toEqual([2]);
  // Each thread's own are held for viewers while it runs, and none once it has ended.
  expect([held, run.history]).toEqual([[1, 2, 1], []]);
});

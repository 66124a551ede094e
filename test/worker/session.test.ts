// What a worker makes of messages, without a socket or a thread.
import { afterEach, expect, it } from 'vitest';
import { parseExperiment } from '../../experiments/index.ts';
import type { WorkerMessage } from '../../protocol/messages.ts';
import { Session } from '../../worker/session.ts';
import { ga } from './experiments.ts';

const sessions: Session[] = [];

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
});

it('tasks of a run are void once it is told where the run is by now', async () => {
  const never = new Promise<never>(() => {});
  const source = { dataset: () => never, snapshot: () => never, start: () => never, selections: async function* () {} };
  const store = { load: () => never, keep: () => never };
  const session = new Session({ threads: 1, shared: true, memory: 1e9, source, store, on() {} });
  sessions.push(session);
  const said: WorkerMessage[] = [];
  session.attach((message) => said.push(message));
  const experiment = parseExperiment(ga) as unknown as Record<string, unknown>;
  const tell = (run: string, generation: number) =>
    session.receive({
      type: 'run',
      run,
      experiment,
      seed: '7',
      dataset: 'a'.repeat(64),
      started: false,
      generation,
      digest: new Uint8Array(16),
    });
  const task = (run: string, number: number, generation: number) =>
    session.receive({ type: 'task', run, generation, task: number, first: 0, count: 8, attempt: 1 });
  tell('a', 10);
  tell('b', 3);
  task('a', 1, 10);
  task('b', 2, 3);
  task('a', 3, 10);
  expect(session.status.queued).toBe(3);
  tell('a', 4);
  expect(session.status.queued).toBe(1);
  expect(said).toEqual([]);
});

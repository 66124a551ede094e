// What happens between runs and workers in the moments that nothing outside can hit on purpose: a run of which only the words are there,
// and workers that are functions.
import { expect, it } from 'vitest';
import { decodeMessage } from '../../protocol/codec.ts';
import { PROTOCOL_VERSION, TASK_INDIVIDUALS } from '../../protocol/limits.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import { serverMessage } from '../../protocol/messages.ts';
import { Dispatch } from '../../server/dispatch.ts';
import { Metrics } from '../../server/metrics.ts';
import type { RunHandle } from '../../server/run-handle.ts';
import { TrustFile } from '../../server/trust/index.ts';
import type { Link, WorkerSession } from '../../server/worker-session.ts';
import { atEnd, folder } from './fixtures/server.ts';

const DIGESTS = ['00', '11', '22', '33'].map((byte) => byte.repeat(16));
const POPULATION = 8;

const silent = { error() {}, warn() {}, info() {}, debug() {} } as unknown as Metrics['log'];
/** Whatever is at hand gets its turn. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

class StubRun {
  readonly id = 'r';
  readonly population: number;
  readonly record: { experiment: Record<string, unknown>; seed: string };
  readonly opened = { memory: 1, dataset: { hash: 'a'.repeat(64) }, started: false };
  generations = 0;
  goingBack = false;
  wentBack = 0;
  completed = 0;
  audited_ = 0;
  readonly losses_: Float32Array;
  /** Answers of its thread that have not come yet. */
  readonly measuring: ((losses: Float32Array | Error | null) => void)[] = [];
  constructor(population: number, algorithm: object) {
    this.population = population;
    this.losses_ = new Float32Array(population);
    this.record = { experiment: { population, algorithm, evaluators: ['wasm'] }, seed: '7' };
  }

  goBack = async () => {
    this.wentBack += 1;
  };
  readonly stops: unknown[] = [];
  stop = async (state: string, failure: unknown) => {
    this.stops.push([state, failure]);
  };
  keep = (first: number, losses: Float32Array) => this.losses_.set(losses, first);
  losses = (first: number, count: number) => this.losses_.subarray(first, first + count);
  complete = () => {
    this.completed += 1;
  };
  audited = () => {
    this.audited_ += 1;
  };
  measure = () =>
    new Promise((resolve, reject) => {
      this.measuring.push((losses) => (losses instanceof Error ? reject(losses) : resolve(losses && { losses, ms: 1 })));
    });
  get handle(): RunHandle {
    return this as unknown as RunHandle;
  }
}

class StubWorker {
  readonly heard: ServerMessage[] = [];
  readonly session: WorkerSession;
  readonly #dispatch: Dispatch;

  constructor(dispatch: Dispatch, name: string) {
    this.#dispatch = dispatch;
    const link = {
      id: name,
      address: '127.0.0.1',
      token: null,
      congested: false,
      send: (message: ServerMessage) => this.heard.push(message),
      sendFrame: (frame: Uint8Array) => this.heard.push(decodeMessage(serverMessage, frame)),
      complain() {},
      drop: () => this.session.closed(),
    } as unknown as Link;
    const about = { kind: 'other' as const, engine: 'e'.repeat(64), threads: 1, memory: 1e9, isolated: false, evaluators: ['wasm'] };
    this.session = dispatch.join(link, { type: 'hello', protocol: PROTOCOL_VERSION, token: null, role: 'worker', name, ...about });
    dispatch.welcomed(this.session);
  }

  say(message: { type: string; [field: string]: unknown }): void {
    this.#dispatch.message(this.session, message as never);
  }

  ready(generation: number): void {
    this.say({ type: 'ready', run: 'r', generation, digest: Buffer.from(DIGESTS[generation], 'hex') });
  }

  of<Type extends ServerMessage['type']>(type: Type): Extract<ServerMessage, { type: Type }>[] {
    return this.heard.filter((message) => message.type === type) as Extract<ServerMessage, { type: Type }>[];
  }

  /** Answers every task that it has not answered with a loss of 1 each, or another one. */
  answer(loss = 1): void {
    for (const { task, generation, count } of this.of('task')) {
      if (!this.session.tasks.has(task)) continue;
      const losses = new Uint8Array(new Float32Array(count).fill(loss).buffer);
      this.say({ type: 'result', task, losses, digest: Buffer.from(DIGESTS[generation], 'hex'), ms: 1 });
    }
  }

  get tasks(): number[] {
    return this.of('task').map(({ generation }) => generation);
  }
}

async function setUp(population = POPULATION, algorithm: object = {}) {
  const file = await TrustFile.open(await folder(), (error) => {
    throw error;
  });
  const metrics = new Metrics(silent);
  const dispatch = new Dispatch(metrics, file);
  atEnd(async () => {
    dispatch.close();
    metrics.close();
    await file.close();
  });
  const run = new StubRun(population, algorithm);
  const begin = (generation: number, durable = true) =>
    dispatch.begin(run.handle, {
      generation,
      digest: DIGESTS[generation],
      selection: generation ? Uint8Array.of(generation) : null,
      durable,
    });
  const recorded = (generation: number) => {
    run.generations = generation + 1;
    dispatch.recorded(run.handle, { generation, commitMs: 1 } as never);
  };
  return { dispatch, file, run, begin, recorded, worker: (name: string) => new StubWorker(dispatch, name) };
}

it('a worker that is ready while a record is on its way to the disk gets no task before it is there', async () => {
  const { dispatch, run, begin, recorded, worker } = await setUp();
  const early = worker('early');
  dispatch.opened(run.handle);
  begin(0);
  early.ready(0);
  const late = worker('late');
  await turn();
  expect(early.tasks).toContain(0);
  begin(1, false);
  late.ready(0);
  await turn();
  for (const { tasks, heard } of [early, late]) {
    expect(tasks).not.toContain(1);
    expect(heard.some(({ type }) => type === 'commit')).toBe(false);
  }
  recorded(0);
  await turn();
  for (const { heard } of [early, late]) {
    const told = heard.map((message) => (message.type === 'task' ? `task ${message.generation}` : message.type));
    expect(told).toContain('commit');
    expect(told.indexOf('commit')).toBeLessThan(told.indexOf('task 1'));
  }
});

it('tasks hold no more than a task may, whatever stays together in the experiment and however fast the worker', async () => {
  const { dispatch, run, begin, worker } = await setUp(400_000, { block: 200_000 });
  const fast = worker('fast');
  dispatch.opened(run.handle);
  begin(0);
  fast.ready(0);
  for (let i = 0; i < 1_000 && !run.completed; ++i) {
    await turn();
    fast.answer();
    for (const answer of run.measuring.splice(0)) answer(Float32Array.of(1));
  }
  expect(run.completed).toBe(1);
  for (const { count } of fast.of('task')) expect(count).toBeLessThanOrEqual(TASK_INDIVIDUALS);
});

it('a worker that said it will leave gets no more', async () => {
  const { dispatch, run, begin, recorded, worker } = await setUp();
  const going = worker('going');
  dispatch.opened(run.handle);
  begin(0);
  going.ready(0);
  await turn();
  going.say({ type: 'leave' });
  begin(1, false);
  recorded(0);
  await turn();
  expect(going.tasks).toContain(0);
  expect(going.tasks).not.toContain(1);
});

/** A generation that only waits for what the run's own thread says: two owners gave different losses. */
async function disputed() {
  const all = await setUp();
  const { dispatch, run, begin, worker } = all;
  const workers = [worker('a'), worker('b')];
  dispatch.opened(run.handle);
  begin(0);
  for (const one of workers) one.ready(0);
  for (let i = 0; i < 20; ++i) {
    await turn();
    workers[0].answer(1);
    workers[1].answer(2);
  }
  expect(run.measuring.length).toBeGreaterThan(0);
  expect(run.completed).toBe(0);
  return { ...all, workers };
}

it.each([
  ['none comes', null],
  ['both were wrong', new Float32Array(POPULATION)],
])('a run that ends while a dispute is open is through with it, whatever the answer: %s', async (_what, losses) => {
  const { dispatch, run } = await disputed();
  dispatch.closed(run.handle);
  for (const answer of run.measuring.splice(0)) answer(losses);
  await turn();
  expect([run.completed, run.wentBack]).toEqual([0, 0]);
  expect(dispatch.workers.size).toBe(2);
});

it('a run that ends and is opened again while a dispute is open hears nothing of it', async () => {
  const { dispatch, run, begin } = await disputed();
  dispatch.closed(run.handle);
  dispatch.opened(run.handle);
  begin(0);
  for (const answer of run.measuring.splice(0)) answer(new Float32Array(POPULATION));
  await turn();
  expect(dispatch.workers.size).toBe(2);
  expect(dispatch.verdicts(run.handle)).toEqual([]);
});

it('a run whose dispute the server cannot settle is paused, and nothing of it is believed', async () => {
  const { run } = await disputed();
  for (const answer of run.measuring.splice(0)) answer(new Error('a trap'));
  await turn();
  expect(run.completed).toBe(0);
  const message = expect.stringMatching(/^generation 0: the server failed over individual.*, which it had to check: a trap$/);
  expect(run.stops).toEqual([['paused', { name: 'Unchecked', code: 'evaluation', message }]]);
});

it('a run that ends while its marks are on their way to the disk is not gone on with', async () => {
  const { dispatch, file, run, begin, worker } = await setUp();
  const alone = worker('alone');
  dispatch.opened(run.handle);
  begin(0);
  alone.ready(0);
  const written = Promise.withResolvers<void>();
  file.save = () => written.promise;
  for (let i = 0; i < 10; ++i) {
    await turn();
    alone.answer();
    for (const answer of run.measuring.splice(0)) answer(Float32Array.of(1));
  }
  expect(run.completed).toBe(0);
  dispatch.closed(run.handle);
  written.resolve();
  await turn();
  expect(run.completed).toBe(0);
});

it('goes back where someone was caught while the journal was read', async () => {
  const { dispatch, file, run, worker } = await setUp();
  const { owner } = worker('liar').session;
  file.trust.mark('r', [owner], 3);
  file.trust.distrust(owner, { run: 'q', generation: 0, individual: 0, told: 1, right: 2, who: 'liar', at: '' });
  run.generations = 10;
  dispatch.opened(run.handle);
  await turn();
  await file.close();
  await turn();
  expect(run.wentBack).toBe(1);
});

it('goes back once, whatever its thread still says', async () => {
  const { dispatch, file, run, begin, worker } = await setUp();
  const { owner } = worker('liar').session;
  run.generations = 1;
  file.trust.mark('r', [owner], 0);
  file.trust.distrust(owner, { run: 'q', generation: 0, individual: 0, told: 1, right: 2, who: 'liar', at: '' });
  dispatch.opened(run.handle);
  const other = worker('other');
  begin(1);
  other.ready(1);
  for (let i = 0; i < 10; ++i) {
    await turn();
    other.answer();
    for (const answer of run.measuring.splice(0)) answer(Float32Array.of(1));
  }
  expect(run.completed).toBe(0);
});

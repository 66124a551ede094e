// What workers do wrong, or well: results that do not count, digests that differ, ranges that are lost, leaving.
import { expect, it, vi } from 'vitest';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { ask, post, start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

/** For what takes no time, on a machine that may be busy. */
const LONG = { timeout: 20_000 };

const metric = async (url: string, name: string): Promise<number> => {
  const text = new TextDecoder().decode((await ask(url, '/metrics')).body);
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
};

it.each([
  ['of another length', 'malformed', (losses: Float32Array) => losses.subarray(1)],
  ['that are NaN', 'invalid', (losses: Float32Array) => losses.fill(Number.NaN)],
  ['of minus infinity', 'invalid', (losses: Float32Array) => losses.fill(Number.NEGATIVE_INFINITY)],
])('drops a worker that sends losses %s', async (_what, code, lie) => {
  const { url } = await start();
  const id = await submit(url, xor());
  const liar = await FakeWorker.join(url, { lie });
  await liar.peer.closed;
  expect(liar.peer.fatal).toBe(code);
  await FakeWorker.join(url);
  const { end } = await until(url, id, 'done');
  expect(end.digest).toBe((await alone(xor())).digest);
});

it('takes losses of plus infinity', async () => {
  const { url } = await start({ believing: true });
  const id = await submit(url, xor({ generations: 3 }));
  await FakeWorker.join(url, { lie: (losses) => losses.fill(Number.POSITIVE_INFINITY) });
  const { best } = await until(url, id, 'done');
  expect(best).toBe(null);
});

it('sends a worker of another digest back to build its state again, and drops it where that does not help', async () => {
  const { url } = await start();
  const id = await submit(url, xor());
  const broken = await FakeWorker.join(url, { digest: (digest, generation) => (generation < 3 ? digest : digest.map((byte) => ~byte)) });
  await broken.peer.closed;
  expect(broken.peer.fatal).toBe('digest');
  expect(broken.peer.of('run').length).toBe(2);
  let wrong = 1;
  const healed = await FakeWorker.join(url, {
    digest: (digest, generation) => (generation === 6 && wrong-- > 0 ? digest.map((byte) => ~byte) : digest),
  });
  const { end } = await until(url, id, 'done');
  expect(healed.peer.fatal).toBe(undefined);
  expect(healed.peer.of('run').length).toBe(2);
  expect(end.digest).toBe((await alone(xor())).digest);
  expect(await metric(url, 'germline_resyncs_total')).toBe(2);
});

it('counts results that come twice, late or for tasks of nobody, and holds them against nobody', async () => {
  const { url } = await start();
  const id = await submit(url, xor());
  const worker = await FakeWorker.join(url);
  const { send } = worker.peer;
  worker.peer.send = (message) => {
    send.call(worker.peer, message);
    if (message.type === 'result') send.call(worker.peer, message);
    if (message.type === 'result') send.call(worker.peer, { ...message, task: 4e9 });
  };
  const { end } = await until(url, id, 'done');
  expect(end.digest).toBe((await alone(xor())).digest);
  const duplicate = await metric(url, 'germline_leases_duplicated_total');
  expect(duplicate + (await metric(url, 'germline_leases_late_total'))).toBeGreaterThan(0);
  expect(worker.peer.of('error')).toEqual([]);
});

it('pauses a run whose range is lost again and again, names range and workers, and goes on when told to', async () => {
  const { url } = await start();
  const worker = await FakeWorker.join(url, { lie: () => null });
  worker.peer.onMessage = ((hear) => (message) => {
    hear(message);
    if (message.type !== 'task') return;
    worker.peer.send({ type: 'fail', run: message.run, task: message.task, code: 'evaluation', message: 'it breaks' });
  })(worker.peer.onMessage);
  const id = await submit(url, xor());
  const { failure } = await until(url, id, 'paused');
  expect(failure).toMatchObject({ code: 'evaluation' });
  expect(failure.message).toMatch(/generation 0: individuals \d+ to \d+ were lost 3 times \(test \(c\d+\): crashed/);
  worker.kill();
  await FakeWorker.join(url);
  expect((await post(url, `/api/runs/${id}/resume`)).body).toMatchObject({ state: 'running', failure: null });
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(xor())).digest);
});

it('gives what a worker returned, or left behind, to others', async () => {
  const { url } = await start();
  const id = await submit(url, xor());
  const worker = await FakeWorker.join(url, { lie: () => null });
  await vi.waitFor(() => expect(worker.peer.of('task').length).toBeGreaterThan(0), LONG);
  worker.peer.send({ type: 'return', tasks: worker.peer.of('task').map(({ task }) => task) });
  worker.peer.send({ type: 'leave' });
  worker.peer.socket.close();
  await worker.peer.closed;
  await FakeWorker.join(url);
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(xor())).digest);
});

it('leases nothing to a worker that does not fit, and says why', async () => {
  const { url } = await start();
  const id = await submit(url, xor());
  await FakeWorker.join(url, { hello: { name: 'small', memory: 1000 } });
  await FakeWorker.join(url, { hello: { name: 'other', evaluators: ['webgpu'] } });
  await vi.waitFor(async () => {
    const { body } = await ask(url, '/api/workers');
    const [small, other] = body.workers;
    expect(small.idle).toMatch(/needs .* of memory/);
    expect(other.idle).toMatch(/allows wasm/);
  }, LONG);
  await FakeWorker.join(url);
  await until(url, id, 'done');
  const { body } = await ask(url, '/api/workers');
  expect(body.workers.map(({ individuals }: { individuals: number }) => individuals > 0)).toEqual([false, false, true]);
});

it('keeps the reason of a worker that refuses', async () => {
  const { url } = await start();
  const id = await submit(url, xor());
  const worker = await FakeWorker.join(url);
  worker.peer.onMessage = ({ type }) => {
    if (type === 'run') worker.peer.send({ type: 'refuse', run: id, code: 'memory', message: 'too little room' });
  };
  await vi.waitFor(async () => {
    const { body } = await ask(url, '/api/workers');
    expect(body.workers[0].runs[id]).toEqual({ state: 'refused', reason: 'memory: too little room' });
  }, LONG);
});

it('lets a late joiner catch up while the run goes on', async () => {
  const { url } = await start();
  const run = xor({ generations: 300 });
  const id = await submit(url, run);
  await FakeWorker.join(url);
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(50), {
    timeout: 20_000,
    interval: 5,
  });
  const late = await FakeWorker.join(url);
  const { end } = await until(url, id, 'done');
  expect(late.tasks).toBeGreaterThan(0);
  expect(late.peer.of('error')).toEqual([]);
  expect(end.digest).toBe((await alone(run)).digest);
});

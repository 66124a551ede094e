// Frames of any kind, from every role and before any: the server answers each wrong one with a code and lives.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { encodeMessage } from '../../protocol/codec.ts';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { connectionLimits } from '../../server/limits.ts';
import { withLimits } from './fixtures/limits.ts';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { ask, connect, type Peer, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker, workerHello } from './fixtures/worker.ts';

/** Frames a role; GERMLINE_FUZZ asks for more. */
const FRAMES = Number(process.env.GERMLINE_FUZZ ?? 10_000);
/** Frames that are sent on one connection: the first wrong one ends it. */
const BATCH = 4;

const bytes = fc.uint8Array({ maxLength: 40 });
const u32 = fc.oneof(fc.nat({ max: 40 }), fc.nat(), fc.constantFrom(-1, 2 ** 32, 1.5, Number.NaN, null, 'x'));
const run = (id: string) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(id) }, fc.string(), fc.constantFrom('', '..', 'none', '__proto__'));
const code = fc.oneof(fc.constantFrom(...ERROR_CODES), fc.string());

const messages = (id: string) => ({
  unknown: fc.record(
    {
      type: fc.constantFrom('hello', 'result', 'watch', 'x'),
      role: fc.constantFrom('worker', 'viewer', 'king'),
      protocol: u32,
      token: fc.option(fc.string()),
    },
    { requiredKeys: [] },
  ),
  worker: fc.oneof(
    fc.record({
      type: fc.constant('ready'),
      run: run(id),
      generation: u32,
      digest: fc.oneof(fc.uint8Array({ minLength: 16, maxLength: 16 }), bytes),
    }),
    fc.record({
      type: fc.constant('result'),
      task: u32,
      losses: bytes,
      digest: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      ms: fc.double(),
    }),
    fc.record({ type: fc.constant('fail'), run: run(id), task: u32, code, message: fc.string() }),
    fc.record({ type: fc.constant('refuse'), run: run(id), code, message: fc.string() }),
    fc.record({ type: fc.constant('return'), tasks: fc.array(u32) }),
    fc.record({ type: fc.constant('leave') }, { requiredKeys: [] }),
  ),
  viewer: fc.record(
    {
      type: fc.constantFrom('watch', 'unwatch', 'ping', 'ready'),
      topic: fc.oneof(run(id), fc.constantFrom('runs', 'workers')),
      after: u32,
    },
    { requiredKeys: ['type'] },
  ),
});

/** A message as it is, with bytes changed, cut short, or bytes that never were one. */
const frames = (message: fc.Arbitrary<object>): fc.Arbitrary<Uint8Array> => {
  const whole = message.map((value) => encodeMessage(value as { type: string }));
  const changed = fc
    .tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }))
    .map(([frame, changes]) => {
      const copy = frame.slice();
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });
  return fc.oneof(
    whole,
    changed,
    fc.tuple(whole, fc.nat()).map(([frame, at]) => frame.subarray(0, at % (frame.length + 1))),
    fc.uint8Array({ maxLength: 200 }),
  );
};

it.each(['unknown', 'worker', 'viewer'] as const)(`survives ${FRAMES} frames of a side that is %s`, { timeout: 600_000 }, async (role) => {
  withLimits(connectionLimits, { helloMs: 60_000 });
  const { url } = await start();
  const id = await submit(url, xor({ generations: 6 }));
  const { engine } = (await ask(url, '/api/server')).body;
  const hello = { unknown: null, worker: workerHello(engine), viewer: viewerHello }[role];
  const refusals = new Set<string>();

  const round = async (peer: Peer, batch: Uint8Array[]) => {
    if (hello) peer.send(hello);
    for (const frame of batch) peer.socket.send(frame);
    // A ping behind them: it is answered once they are all read, unless one of them was the end.
    const ponged = new Promise((resolve) => peer.socket.once('pong', resolve));
    peer.socket.ping();
    await Promise.race([ponged, peer.closed]);
    if (peer.socket.readyState !== peer.socket.OPEN) {
      // A frame longer than a role may send is refused by WebSocket's own code.
      const code = await peer.closed;
      if (code !== 1009) expect(peer.fatal, `closed with ${code}`).toBeDefined();
    }
    for (const { code } of peer.of('error')) refusals.add(code);
    expect(peer.of('error').map(({ code }) => code)).not.toContain('internal');
    peer.socket.terminate();
  };
  const property = fc.asyncProperty(fc.array(frames(messages(id)[role]), { minLength: BATCH, maxLength: BATCH }), async (batch) => {
    await round(await connect(url), batch);
  });
  await fc.assert(property, { numRuns: FRAMES / BATCH, endOnFailure: true });

  expect(refusals).toContain('malformed');
  expect((await ask(url, '/healthz')).status).toBe(200);
  await vi.waitFor(async () => expect((await ask(url, '/api/workers')).body.workers).toEqual([]));
  const { state } = (await ask(url, `/api/runs/${id}`)).body;
  if (state === 'paused') await ask(url, `/api/runs/${id}/resume`, { method: 'POST' });
  await FakeWorker.join(url);
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(xor({ generations: 6 }))).digest);
});

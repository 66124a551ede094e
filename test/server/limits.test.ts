// Bounds that no other test reaches: each is met, the refusal has its code, and what is within it goes on.
import { connect as connectTcp } from 'node:net';
import { expect, it, vi } from 'vitest';
import { SUBPROTOCOL } from '../../protocol/limits.ts';
import { Tokens } from '../../server/index.ts';
import { certificateLimits, connectionLimits, httpLimits, runLimits, sessionLimits, tokenLimits } from '../../server/limits.ts';
import { selfSigned } from '../../server/self-signed.ts';
import { withLimits } from './fixtures/limits.ts';
import { alone, stateOf, submit, until, xor } from './fixtures/runs.ts';
import { ask, connect, folder, post, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

const LONG = { timeout: 30_000 };
const tooMany = { status: 429, body: { error: { code: 'too-many' } } };

it('bounds the runs that are kept: deleting one makes room', async () => {
  withLimits(runLimits, { runs: 2 });
  const { url } = await start();
  const first = await submit(url, xor(), false);
  await submit(url, xor(), false);
  const refused = await post(url, '/api/runs', { ...xor(), start: false });
  expect(refused).toMatchObject(tooMany);
  expect(refused.body.error.message).toContain('2 runs already');
  expect(await post(url, `/api/runs/${first}/clone`, { start: false })).toMatchObject(tooMany);
  expect((await ask(url, `/api/runs/${first}`, { method: 'DELETE' })).status).toBe(204);
  await submit(url, xor(), false);
});

it('bounds the runs that run at a time: one that is paused makes room', async () => {
  withLimits(runLimits, { running: 1 });
  const { url } = await start();
  const first = await submit(url, xor());
  const second = await submit(url, xor(), false);
  expect(await post(url, '/api/runs', xor())).toMatchObject(tooMany);
  expect(await post(url, `/api/runs/${second}/start`)).toMatchObject(tooMany);
  expect(await stateOf(url, second)).toBe('created');
  expect((await post(url, `/api/runs/${first}/pause`)).status).toBe(200);
  expect((await post(url, `/api/runs/${second}/start`)).status).toBe(200);
  expect(await post(url, `/api/runs/${first}/resume`)).toMatchObject(tooMany);
});

it('bounds the tokens: revoking one makes room', async () => {
  withLimits(tokenLimits, { tokens: 2 });
  const tokens = await Tokens.open(await folder());
  const { entry } = await tokens.create('worker');
  await tokens.create('worker');
  await expect(tokens.create('worker')).rejects.toMatchObject({ code: 'too-many' });
  expect(await tokens.revoke(entry.id)).toBe(true);
  await tokens.create('viewer');
});

it('bounds the bytes of a genome and of other bodies', async () => {
  // Of a genome it is read when the routes are made.
  withLimits(httpLimits, { genomeBytes: 1000 });
  const { url } = await start();
  const id = await submit(url, xor(), false);
  const put = (bytes: number) =>
    ask(url, `/api/runs/${id}/start`, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: { 'content-type': 'application/octet-stream' },
    });
  expect(await put(1004)).toMatchObject({ status: 413, body: { error: { code: 'too-large' } } });
  expect((await put(1000)).status).toBe(204);
});

it('bounds the messages of a worker', async () => {
  withLimits(connectionLimits, { workerBurst: 50, workerPerSecond: 1 });
  const { url } = await start();
  const { peer } = await FakeWorker.join(url);
  await vi.waitFor(() => expect(peer.of('welcome').length).toBe(1), LONG);
  for (let i = 0; i < 60; ++i) peer.send({ type: 'return', tasks: [] });
  await peer.closed;
  expect(peer.fatal).toBe('too-many');
});

it('gives a burst of messages back with time', async () => {
  withLimits(connectionLimits, { viewerBurst: 4, viewerPerSecond: 1000 });
  const { url } = await start();
  const peer = await connect(url);
  peer.send(viewerHello);
  await vi.waitFor(() => expect(peer.of('welcome').length).toBe(1), LONG);
  // One after the other, each answered: never faster than they are given back.
  for (let i = 0; i < 40; ++i) {
    peer.send({ type: 'watch', topic: 'runs', after: -1 });
    await vi.waitFor(() => expect(peer.of('snapshot').length).toBe(i + 1), { ...LONG, interval: 5 });
  }
  expect(peer.fatal).toBe(undefined);
});

it('cuts the connection of a side that does not close when it is told to', async () => {
  withLimits(connectionLimits, { closeMs: 50 });
  const { port } = await start();
  const socket = connectTcp(port, '127.0.0.1');
  const heard: Buffer[] = [];
  socket.on('data', (data) => heard.push(data));
  const words = [
    'GET /socket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
  ];
  socket.write([...words, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`, '', ''].join('\r\n'));
  await vi.waitFor(() => expect(String(Buffer.concat(heard))).toContain('101 Switching'), LONG);
  // A text frame of one character, masked with zeroes: refused, and the close that follows stays unanswered.
  socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]));
  // Left alone, ws itself would wait for half a minute.
  await vi.waitFor(() => expect(socket.closed).toBe(true), { timeout: 15_000 });
  expect(Buffer.concat(heard).includes('malformed')).toBe(true);
});

it('holds so many generations for viewers: older ones come from the journal', async () => {
  withLimits(runLimits, { history: 5 });
  withLimits(sessionLimits, { generations: 4 });
  const { url } = await start();
  const generations = 30;
  const id = await submit(url, xor({ generations }));
  await FakeWorker.join(url);
  await until(url, id, 'done');
  const peer = await connect(url);
  peer.send(viewerHello);
  peer.send({ type: 'watch', topic: id, after: -1 });
  await vi.waitFor(() => {
    const seen = peer.of('generations').map((message) => message.generations.map(({ generation }) => generation));
    expect(seen.flat()).toEqual(Array.from({ length: generations }, (_, g) => g));
    for (const some of seen) expect(some.length).toBeLessThanOrEqual(4);
  }, LONG);
});

it('leases nothing new to workers behind whom too much waits, and goes on once it is read', async () => {
  const { url } = await start();
  const run = xor({ generations: 150 });
  const id = await submit(url, run);
  const workers = [await FakeWorker.join(url), await FakeWorker.join(url)];
  await vi.waitFor(() => expect(Math.min(...workers.map(({ tasks }) => tasks))).toBeGreaterThan(2), LONG);
  const { bufferedHigh } = connectionLimits;
  // Now even nothing is too much.
  withLimits(connectionLimits, { bufferedHigh: -1 });
  const idle = async () => (await ask(url, '/api/workers')).body.workers.map((worker: { idle: string | null }) => worker.idle ?? '');
  await vi.waitFor(async () => {
    for (const why of await idle()) expect(why).toContain('reads messages too slowly');
  }, LONG);
  const tasks = workers.map((worker) => worker.tasks);
  expect(await stateOf(url, id)).toBe('running');
  for (const why of await idle()) expect(why).toContain('reads messages too slowly');
  expect(workers.map((worker) => worker.tasks)).toEqual(tasks);
  Object.assign(connectionLimits, { bufferedHigh });
  // Whatever is said to them next is read at once.
  const other = await submit(url, xor({ generations: 2 }));
  await until(url, other, 'done');
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(run)).digest);
});

it('terminates the thread of a run that does not end in time; the run goes on from its journal to the same digest', async () => {
  withLimits(runLimits, { stopMs: 0 });
  const { url } = await start();
  const run = xor({ generations: 200 });
  const id = await submit(url, run);
  await FakeWorker.join(url);
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(10), LONG);
  expect((await post(url, `/api/runs/${id}/pause`)).body.state).toBe('paused');
  expect((await post(url, `/api/runs/${id}/resume`)).status).toBe(200);
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(run)).digest);
});

it('makes a certificate anew that ends soon', async () => {
  const data = await folder();
  const first = await selfSigned(data, ['localhost']);
  expect(await selfSigned(data, ['localhost'])).toEqual(first);
  withLimits(certificateLimits, { renewDays: certificateLimits.validDays + 1 });
  expect((await selfSigned(data, ['localhost'])).cert).not.toBe(first.cert);
});

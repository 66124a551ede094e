// Bounds that no other test reaches: each is met, the refusal has its code, and what is within it goes on.
import { existsSync, readdirSync, readlinkSync, watch } from 'node:fs';
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { readSafetensors } from '../../core/formats/safetensors.ts';
import { CHAMPION_FILE } from '../../journal/champion-file.ts';
import { CHUNK_BYTES, hashOf } from '../../journal/chunks.ts';
import { Journal, Store } from '../../journal/index.ts';
import { SUBPROTOCOL } from '../../protocol/limits.ts';
import { Tokens } from '../../server/index.ts';
import {
  certificateLimits,
  connectionLimits,
  exportLimits,
  httpLimits,
  lineageLimits,
  runLimits,
  sessionLimits,
  tokenLimits,
} from '../../server/limits.ts';
import { Reading } from '../../server/read.ts';
import { selfSigned } from '../../server/self-signed.ts';
import { sampleRecord, sampleRun } from '../journal/sample.ts';
import { withLimits } from './fixtures/limits.ts';
import { answerTo } from './fixtures/raw.ts';
import { alone, stateOf, submit, until, xor } from './fixtures/runs.ts';
import { ask, atEnd, connect, folder, post, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

const linux = it.skipIf(!existsSync('/proc/self/fd'));
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

it('bounds runs that are made at the same moment', async () => {
  withLimits(runLimits, { runs: 3, running: 1 });
  const { url } = await start();
  const statuses = async (start: boolean) => {
    const made = await Promise.all(Array.from({ length: 4 }, () => post(url, '/api/runs', { ...xor(), start })));
    return made.map(({ status }) => status).sort();
  };
  expect(await statuses(true)).toEqual([201, 429, 429, 429]);
  expect(await statuses(false)).toEqual([201, 201, 429, 429]);
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

it.each([
  ['nothing', () => ''],
  ['half a head', (host: string) => `POST /api/runs HTTP/1.1\r\nHost: ${host}\r\n`],
  [
    'half a body',
    (host: string) => `POST /api/runs HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"x"`,
  ],
])('bounds the time that a request may take: of one that is %s', async (_what, begun) => {
  withLimits(httpLimits, { requestMs: 100 });
  const { port } = await start();
  const answer = await answerTo(port, begun(`127.0.0.1:${port}`));
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(JSON.parse(answer.split('\r\n\r\n')[1])).toMatchObject({ error: { code: 'slow' } });
});

/** Files of a folder that this process has open. */
const openFiles = (folder: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return [];
    }
  });

linux('cuts a connection whose other side does not read', async () => {
  withLimits(httpLimits, { idleMs: 200 });
  const data = await folder();
  const { port } = await start({ data });
  const name = 'a'.repeat(64);
  await mkdir(join(data, 'datasets'), { recursive: true });
  await writeFile(join(data, 'datasets', name), new Uint8Array(32 << 20));
  const socket = connectTcp(port, '127.0.0.1').on('error', () => {});
  atEnd(async () => socket.destroy());
  socket.pause();
  socket.write(`GET /api/datasets/${name} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const sending = () => openFiles(data).some((file) => file.endsWith(name));
  await vi.waitFor(() => expect(sending()).toBe(true), { ...LONG, interval: 5 });
  await vi.waitFor(() => expect(sending()).toBe(false), LONG);
  let bytes = 0;
  for await (const some of socket) bytes += some.length;
  expect(bytes).toBeLessThan(32 << 20);
});

it('leaves a WebSocket alone over which nothing goes for as long', async () => {
  withLimits(httpLimits, { idleMs: 50 });
  const { url } = await start();
  const peer = await connect(url);
  peer.send(viewerHello);
  await vi.waitFor(() => expect(peer.of('welcome').length).toBe(1), LONG);
  expect(await Promise.race([peer.closed, pause(300, 'open')])).toBe('open');
});

const outward = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

it.skipIf(!outward)('bounds the TCP connections of one address: one that is closed makes room', async () => {
  withLimits(connectionLimits, { sockets: 3 });
  const { port } = await start({ host: '0.0.0.0', tokens: false });
  const connected = async (host = outward) => {
    const socket = connectTcp(port, host).on('error', () => {});
    atEnd(async () => socket.destroy());
    // It is answered, or cut.
    socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    const good = await new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true)).once('close', () => resolve(false));
    });
    return { socket, good };
  };
  const sockets = [await connected(), await connected(), await connected()];
  expect(sockets.map(({ good }) => good)).toEqual([true, true, true]);
  expect((await connected()).good).toBe(false);
  expect((await connected('127.0.0.1')).good).toBe(true);
  sockets[0].socket.destroy();
  await vi.waitFor(async () => expect((await connected()).good).toBe(true), LONG);
  expect((await connected()).good).toBe(false);
});

it('answers an address again when its window is over', async () => {
  withLimits(httpLimits, { requests: 1, windowMs: 300 });
  const { url } = await start({ trustProxy: true });
  const status = async () => (await ask(url, '/healthz', { headers: { 'x-forwarded-for': '203.0.113.1' } })).status;
  const seen: number[] = [];
  await vi.waitFor(
    async () => {
      seen.push(await status());
      const refused = seen.indexOf(429);
      expect(refused).toBeGreaterThan(-1);
      expect(seen.indexOf(200, refused)).toBeGreaterThan(-1);
    },
    { ...LONG, interval: 20 },
  );
});

it('counts requests that are refused, and those for what is not there', async () => {
  withLimits(httpLimits, { requests: 2 });
  const { url, tokens } = await start({ trustProxy: true, tokens: true });
  const status = async (path: string, address: string) => (await ask(url, path, { headers: { 'x-forwarded-for': address } })).status;
  for (const [path, expected] of [
    ['/api/runs', 401],
    ['/api/nothing', 404],
    ['/api/runs', 429],
    ['/api/nothing', 429],
  ] as const)
    expect(await status(path, '203.0.113.1')).toBe(expected);
  const { body } = await ask(url, '/metrics', { headers: { authorization: `Bearer ${tokens[2].token}` } });
  const counted = [...String(Buffer.from(body)).matchAll(/^germline_refusals_total{code="(.*)"} (\d+)$/gm)].map(([, code, times]) => [
    code,
    times,
  ]);
  expect(Object.fromEntries(counted)).toEqual({ unauthorized: '1', 'not-found': '1', 'too-many': '2' });
});

linux('keeps so many journals open, and opens others again', async () => {
  const data = await folder();
  const ids = Array.from({ length: runLimits.openJournals + 3 }, (_, i) => `run-${i}`);
  // One file that holds them all, copied to where each is looked for.
  const store = await Store.open(data, { create: true });
  for (const run of ids) await Journal.create(store, sampleRun({ run }));
  await store.close();
  for (const run of ids) await cp(join(data, 'journal.sqlite'), join(data, 'runs', run, 'journal.sqlite'), { recursive: true });
  const reading = new Reading(data);
  atEnd(() => reading.close());
  for (const run of [...ids, ids[0]]) expect((await reading.ask('selections', { run, from: 0, most: 1 })).next).toBe(0);
  const open = new Set(openFiles(data).filter((file) => file.endsWith('journal.sqlite')));
  expect(open.size).toBe(runLimits.openJournals);
  expect(open.has(join(data, 'runs', ids[0], 'journal.sqlite'))).toBe(true);
});

it('goes on with so many snapshots that are read at a time; others start over', async () => {
  const data = await folder();
  const run = 'r';
  const journal = await Journal.create(join(data, 'runs', run), sampleRun({ run }));
  const bytes = Uint8Array.from({ length: CHUNK_BYTES + 1000 }, (_, i) => i % 251);
  await journal.append(sampleRecord(0));
  await journal.append(sampleRecord(1));
  await journal.addSnapshot(1, sampleRecord(1).digest, [bytes]);
  await journal.close();
  const reading = new Reading(data);
  atEnd(() => reading.close());
  const part = (stream: number, at: number) => reading.ask('snapshotPart', { run, generation: 1, at, stream });
  const streams = Array.from({ length: runLimits.snapshotStreams + 1 }, (_, i) => i);
  for (const stream of streams) expect((await part(stream, 0)).length).toBe(CHUNK_BYTES);
  // Whoever starts over needs its first bytes.
  const first = join(data, 'runs', run, 'chunks', hashOf(bytes.subarray(0, CHUNK_BYTES)));
  await rename(first, `${first}.away`);
  expect(await part(streams[1], CHUNK_BYTES)).toEqual(bytes.subarray(CHUNK_BYTES));
  await expect(part(streams[0], CHUNK_BYTES)).rejects.toMatchObject({ code: 'missing' });
  await rename(`${first}.away`, first);
  expect(await part(streams[0], CHUNK_BYTES)).toEqual(bytes.subarray(CHUNK_BYTES));
});

it("writes a running run's champion now and then, and that of its end", async () => {
  const data = await folder();
  const { url } = await start({ data });
  const id = await submit(url, { ...xor({ generations: 60, validateEvery: 1, population: 32, batch: 64 }), experiment: 'mnist' }, false);
  let writes = 0;
  const watcher = watch(join(data, 'runs', id), (_event, name) => {
    if (name === CHAMPION_FILE) writes += 1;
  });
  atEnd(async () => watcher.close());
  await post(url, `/api/runs/${id}/start`);
  await FakeWorker.join(url);
  const { champion } = await until(url, id, 'done');
  const { generations } = (await ask(url, `/api/runs/${id}/generations`)).body;
  const validated = generations.filter((one: { champion: unknown }) => one.champion).length;
  expect(validated).toBeGreaterThan(10);
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThan(validated);
  const { metadata } = readSafetensors(await readFile(join(data, 'runs', id, CHAMPION_FILE)));
  expect(metadata.digest).toBe(champion.digest);
});

it.each([
  ['models that are written', exportLimits, ['export?format=npz', 'export?format=tfjs']],
  ['families that are followed', lineageLimits, ['lineage?generations=1', 'lineage?generations=2']],
] as const)('bounds the %s at a time; who asks for the same gets the same', async (_what, limits, [one, another]) => {
  withLimits<{ threads: number }>(limits, { threads: 1 });
  const { url } = await start();
  const id = await submit(url, xor({ generations: 3 }));
  await FakeWorker.join(url);
  await until(url, id, 'done');
  const get = (what: string) => ask(url, `/api/runs/${id}/${what}`);
  // On one connection each, in any order: one of the two kinds is begun, and the other refused.
  const [first, second, third] = await Promise.all([get(one), get(one), get(another)]);
  expect([first.status, second.status, third.status].sort()).toEqual(first.status === 200 ? [200, 200, 429] : [200, 429, 429]);
  expect(second.body).toEqual(first.body);
  expect((await get(another)).status).toBe(200);
});

it('makes a certificate anew that ends soon', async () => {
  const data = await folder();
  const first = await selfSigned(data, ['localhost']);
  expect(await selfSigned(data, ['localhost'])).toEqual(first);
  withLimits(certificateLimits, { renewDays: certificateLimits.validDays + 1 });
  expect((await selfSigned(data, ['localhost'])).cert).not.toBe(first.cert);
});

// The dashboard's connection and its signals, against a real server: everything is told, once, whatever happens to the connection.
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as Live from '../../client/live.ts';
import type * as Token from '../../client/token.ts';
import { Tokens } from '../../server/tokens.ts';
import { Child } from '../server/fixtures/child.ts';
import { submit, xor } from '../server/fixtures/runs.ts';
import { ask, folder, start } from '../server/fixtures/server.ts';
import { FakeWorker } from '../server/fixtures/worker.ts';

const PATIENCE = { timeout: 40_000 };
const WELCOME = { type: 'welcome', id: 'c1', protocol: 1, version: '1', engine: '' };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const closing: (() => void)[] = [];

beforeEach(() => {
  vi.resetModules();
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.unstubAllGlobals();
});

/** A page that came from the server at `url`. */
async function open(url: string): Promise<typeof Live & { token: typeof Token }> {
  vi.stubGlobal('location', new URL(url));
  const live = await import('../../client/live.ts');
  const token = await import('../../client/token.ts');
  closing.push(() => live.disconnect());
  return { ...live, token };
}

/** A connection of a page that gives up and tries again within moments. */
async function impatient(port: number) {
  const { ViewerSocket } = await import('../../client/socket.ts');
  const socket = new ViewerSocket({
    url: `ws://127.0.0.1:${port}`,
    token: () => null,
    received: () => {},
    failed: () => {},
    timing: { silence: 50, answer: 50, retryFirst: 5, retryMost: 10 },
  });
  closing.push(() => socket.close());
  return socket;
}

it('lists runs; an entry that stays the same is the same object', async () => {
  const { url } = await start();
  const first = await submit(url, xor(), false);
  const { runs, watchRuns, role } = await open(url);
  expect(runs.value).toBe(null);
  watchRuns();
  await vi.waitFor(() => expect([...(runs.value?.keys() ?? [])]).toEqual([first]), PATIENCE);
  expect(role.value).toBe('admin');
  const entry = runs.value?.get(first);
  const second = await submit(url, xor(), false);
  await vi.waitFor(() => expect([...(runs.value?.keys() ?? [])]).toEqual([first, second]), PATIENCE);
  expect(runs.value?.get(first)).toBe(entry);
  await ask(url, `/api/runs/${first}`, { method: 'DELETE' });
  await vi.waitFor(() => expect([...(runs.value?.keys() ?? [])]).toEqual([second]), PATIENCE);
});

it('lists workers as they come and go', async () => {
  const { url } = await start();
  const { workers, watchWorkers } = await open(url);
  watchWorkers();
  const worker = await FakeWorker.join(url, { hello: { name: 'anna' } });
  await vi.waitFor(() => expect([...(workers.value?.values() ?? [])]).toMatchObject([{ name: 'anna' }]), PATIENCE);
  worker.kill();
  await vi.waitFor(() => expect(workers.value?.size).toBe(0), PATIENCE);
});

it('two read one run: both see all of it, and it is watched until neither does', async () => {
  const { url } = await start();
  const id = await submit(url, xor({ generations: 40 }));
  const { watchRun } = await open(url);
  const one = watchRun(id);
  const other = watchRun(id);
  expect(other.live).toBe(one.live);
  one.release();
  one.release();
  await FakeWorker.join(url);
  await vi.waitFor(() => expect(other.live.generations.length).toBe(40), PATIENCE);
  expect([...other.live.generations.column('generation')]).toEqual(upTo(40));
  await vi.waitFor(() => expect(other.live.run.value).toMatchObject({ state: 'done', generations: 40 }), PATIENCE);
  expect(other.live.version.value).toBeGreaterThan(0);
});

it('a run that is not there, and one that is deleted', async () => {
  const { url } = await start();
  const id = await submit(url, xor(), false);
  const { watchRun } = await open(url);
  const none = watchRun('none-0').live;
  const deleted = watchRun(id).live;
  await vi.waitFor(() => expect(none.trouble.value).toMatchObject({ code: 'not-found' }), PATIENCE);
  await vi.waitFor(() => expect(deleted.run.value).toMatchObject({ id }), PATIENCE);
  expect(deleted.trouble.value).toBe(null);
  await ask(url, `/api/runs/${id}`, { method: 'DELETE' });
  await vi.waitFor(() => expect(deleted.trouble.value).toMatchObject({ code: 'not-found' }), PATIENCE);
});

it('the server is killed and comes back: it is said, and no generation is lost or told twice', async () => {
  const data = await folder();
  const first = await Child.start(data, { work: 1 });
  const id = await submit(first.url, xor({ generations: 1200 }));
  const { watchRun, status } = await open(first.url);
  const { live } = watchRun(id);
  await vi.waitFor(() => expect(live.generations.length).toBeGreaterThan(50), PATIENCE);
  first.process.kill('SIGKILL');
  await first.exited;
  await vi.waitFor(() => expect(status.value).toMatchObject({ name: 'lost', heard: expect.any(Number) }), PATIENCE);
  const told = live.generations.length;
  expect(told).toBeLessThan(1200);
  // What is known stays, also while the server does not know yet where the run is.
  let least = told;
  closing.push(
    live.version.subscribe(() => {
      least = Math.min(least, live.generations.length);
    }),
  );
  await Child.start(data, { work: 1, port: first.port });
  await vi.waitFor(() => expect(status.value.name).toBe('open'), PATIENCE);
  await vi.waitFor(() => expect(live.generations.length).toBe(1200), PATIENCE);
  expect([...live.generations.column('generation')]).toEqual(upTo(1200));
  expect(least).toBe(told);
  const seconds = live.generations.column('seconds');
  expect(seconds.every((at, i) => i === 0 || at >= seconds[i - 1])).toBe(true);
});

it("tokens: none, a viewer's, an admin's", async () => {
  const data = await folder();
  const tokens = await Tokens.open(data);
  const viewer = await tokens.create('viewer');
  const admin = await tokens.create('admin');
  const worker = await tokens.create('worker');
  const { url } = await start({ data, tokens: true });
  const { runs, watchRuns, status, role, token } = await open(url);
  watchRuns();
  await vi.waitFor(() => expect(status.value).toMatchObject({ name: 'refused', code: 'unauthorized' }), PATIENCE);
  token.token.value = worker.token;
  await vi.waitFor(() => expect(status.value).toMatchObject({ name: 'refused', code: 'forbidden' }), PATIENCE);
  token.token.value = viewer.token;
  await vi.waitFor(() => expect([status.value.name, role.value, runs.value?.size]).toEqual(['open', 'viewer', 0]), PATIENCE);
  token.token.value = admin.token;
  await vi.waitFor(() => expect([status.value.name, role.value]).toEqual(['open', 'admin']), PATIENCE);
});

it('a request: its answer, or why there is none', async () => {
  const { url } = await start();
  await open(url);
  const { api, ApiError } = await import('../../client/api.ts');
  const base = (path: string) => new URL(path, url).href;
  const made = await api<{ id: string }>(base('/api/runs'), { method: 'POST', body: { experiment: 'xor', start: false } });
  expect(await api(base(`/api/runs/${made.id}`), { method: 'DELETE' })).toBe(undefined);
  const refused = await api(base(`/api/runs/${made.id}`)).catch((error) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect(refused).toMatchObject({ code: 'not-found', status: 404 });
  expect(await api('http://127.0.0.1:1/').catch((error) => error)).toMatchObject({ code: null, status: 0 });
});

it('a server that takes connections and says nothing is tried again', async () => {
  const { createServer } = await import('node:net');
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = await impatient((server.address() as AddressInfo).port);
  closing.push(() => {
    for (const each of sockets) each.destroy();
    server.close();
  });
  socket.watch('runs');
  await vi.waitFor(() => expect(sockets.length).toBeGreaterThan(2), PATIENCE);
  expect(socket.status.value.name).toBe('lost');
});

it('a connection that went silent is given up', async () => {
  const { WebSocketServer } = await import('ws');
  const { encodeMessage } = await import('../../protocol/codec.ts');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('message', () => socket.send(encodeMessage(WELCOME)));
  });
  await vi.waitFor(() => expect(server.address()).not.toBe(null));
  const { port } = server.address() as { port: number };
  const socket = await impatient(port);
  closing.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  socket.watch('runs');
  await vi.waitFor(() => expect(connections).toBeGreaterThan(2), PATIENCE);
});

it('a connection on which nothing happens is asked, and kept while it answers', async () => {
  const { WebSocketServer } = await import('ws');
  const { decodeMessage, encodeMessage } = await import('../../protocol/codec.ts');
  const { viewerMessage } = await import('../../protocol/messages.ts');
  const { ViewerSocket } = await import('../../client/socket.ts');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  let connections = 0;
  let pings = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('message', () => {
      socket.send(encodeMessage(WELCOME));
      socket.on('message', (data: Buffer) => {
        if (decodeMessage(viewerMessage, new Uint8Array(data)).type !== 'ping') return;
        pings += 1;
        socket.send(encodeMessage({ type: 'pong' }));
      });
    });
  });
  await vi.waitFor(() => expect(server.address()).not.toBe(null));
  const { port } = server.address() as { port: number };
  const socket = new ViewerSocket({
    url: `ws://127.0.0.1:${port}`,
    token: () => null,
    received: () => {},
    failed: () => {},
    timing: { silence: 20, answer: 10_000 },
  });
  closing.push(() => {
    socket.close();
    for (const client of server.clients) client.terminate();
    server.close();
  });
  socket.watch('runs');
  await vi.waitFor(() => expect(pings).toBeGreaterThan(3), PATIENCE);
  expect(connections).toBe(1);
});

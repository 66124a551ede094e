// Before a connection is known: what it may say, how long it has, and what it is told.
import { request } from 'node:http';
import { expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { connectionLimits } from '../../server/limits.ts';
import { withLimits } from './fixtures/limits.ts';
import { connect, start, viewerHello } from './fixtures/server.ts';
import { workerHello } from './fixtures/worker.ts';

const CLOSED_FOR_A_RULE = 1008;
const TOO_BIG = 1009;

it('welcomes who says hello', async () => {
  const { url } = await start();
  const peer = await connect(url);
  peer.send(viewerHello);
  await vi.waitFor(() => expect(peer.of('welcome')).toMatchObject([{ protocol: PROTOCOL_VERSION }]));
});

it.each([
  ['what is no hello', 'hello-expected', { type: 'leave' }],
  ['another protocol', 'protocol-mismatch', { ...viewerHello, protocol: 99 }],
  ['another engine', 'engine-mismatch', workerHello('0'.repeat(64))],
  ['an unknown field', 'malformed', { ...viewerHello, more: 1 }],
  ['an unknown role', 'malformed', { ...viewerHello, role: 'king' }],
  ['no threads', 'malformed', { ...workerHello('0'.repeat(64)), threads: 0 }],
])('refuses %s as %s', async (_what, code, message) => {
  const { url } = await start();
  const peer = await connect(url);
  peer.send(message);
  expect(await peer.closed).toBe(CLOSED_FOR_A_RULE);
  expect(peer.fatal).toBe(code);
});

it.each([
  ['text', '{"type":"hello"}'],
  ['no MessagePack', Buffer.from([0xc1])],
  ['a key that poisons prototypes', Buffer.concat([Buffer.from([0x81, 0xa9]), Buffer.from('__proto__'), Buffer.from([0x80])])],
])('refuses %s as malformed', async (_what, frame) => {
  const { url } = await start();
  const peer = await connect(url);
  peer.socket.send(frame);
  expect(await peer.closed).toBe(CLOSED_FOR_A_RULE);
  expect(peer.fatal).toBe('malformed');
});

it('ends who says nothing', async () => {
  withLimits(connectionLimits, { helloMs: 30 });
  const { url } = await start();
  const peer = await connect(url);
  expect(await peer.closed).toBe(CLOSED_FOR_A_RULE);
  expect(peer.fatal).toBe('hello-timeout');
});

it('ends a connection whose first frame is long', async () => {
  const { url } = await start();
  const peer = await connect(url);
  peer.socket.send(Buffer.alloc(5000));
  expect(await peer.closed).toBe(TOO_BIG);
});

it('ends a viewer whose frame is longer than a viewer needs, and takes one that a worker may send from a worker', async () => {
  const { url } = await start();
  const viewer = await connect(url);
  viewer.send(viewerHello);
  await vi.waitFor(() => expect(viewer.of('welcome').length).toBe(1));
  viewer.socket.send(Buffer.alloc(20_000));
  expect(await viewer.closed).toBe(TOO_BIG);
  const engine = (viewer.of('welcome')[0] as { engine: string }).engine;
  const worker = await connect(url);
  worker.send(workerHello(engine));
  await vi.waitFor(() => expect(worker.of('welcome').length).toBe(1));
  // The bound of its own role: the frame is read, and only then found wrong.
  worker.socket.send(Buffer.alloc(500_000));
  expect(await worker.closed).toBe(CLOSED_FOR_A_RULE);
  expect(worker.fatal).toBe('malformed');
});

it.each([
  ['another subprotocol', { protocol: 'other.v1' }, 426],
  ['a foreign page', { options: { origin: 'http://evil.example' } }, 403],
  ['a name rebound to this machine', { options: { headers: { host: 'evil.example' } } }, 403],
])('refuses the upgrade of %s', async (_what, { protocol, options }: { protocol?: string; options?: object }, status) => {
  const { url } = await start();
  await expect(connect(url, options, protocol)).rejects.toMatchObject({ status });
});

it('refuses an upgrade elsewhere, with a coded body', async () => {
  const { port } = await start();
  const body = await new Promise<string>((resolve) => {
    const headers = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    request({ port, path: '/other', headers }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    }).end();
  });
  expect(JSON.parse(body)).toMatchObject({ error: { code: 'not-found' } });
});

it('takes a page of its own address', async () => {
  const { url } = await start();
  await connect(url, { origin: url });
});

it.each([
  ['connections in all', { most: 2 }],
  ['connections that have not said hello', { unknown: 2 }],
])('bounds %s', async (_what, limits) => {
  withLimits(connectionLimits, limits);
  const { url } = await start();
  await connect(url);
  await connect(url);
  await expect(connect(url)).rejects.toMatchObject({ status: 429 });
});

it.each([
  ['connections of one address', { perAddress: 2 }],
  ['new connections of one address in a short time', { burst: 2, perSecond: 0.001 }],
])('bounds %s, and leaves others alone', async (_what, limits) => {
  withLimits(connectionLimits, limits);
  const { url } = await start({ trustProxy: true });
  const from = (address: string) => connect(url, { headers: { 'x-forwarded-for': address } });
  await from('203.0.113.1');
  await from('203.0.113.1');
  await expect(from('203.0.113.1')).rejects.toMatchObject({ status: 429 });
  await from('203.0.113.2');
});

it("takes 64 bits of an address of IPv6 for one customer's", async () => {
  withLimits(connectionLimits, { perAddress: 1 });
  const { url } = await start({ trustProxy: true });
  const from = (address: string) => connect(url, { headers: { 'x-forwarded-for': address } });
  await from('2001:db8:1:2:3::4');
  await expect(from('2001:db8:1:2::7')).rejects.toMatchObject({ status: 429 });
  await from('2001:db8:1:3::4');
  await from('2001:db8::4');
  await expect(from('2001:db8:0:0:1::')).rejects.toMatchObject({ status: 429 });
});

it('bounds the connections of one token', async () => {
  withLimits(connectionLimits, { perToken: 1 });
  const { url, tokens } = await start({ tokens: true });
  const join = async () => {
    const peer = await connect(url);
    peer.send({ ...viewerHello, token: tokens[2].token });
    return peer;
  };
  const first = await join();
  await vi.waitFor(() => expect(first.of('welcome').length).toBe(1));
  const second = await join();
  await second.closed;
  expect([first.fatal, second.fatal]).toEqual([undefined, 'too-many']);
});

// While a connection lasts: heartbeat, rates, and a side that does not read.
import { expect, it, vi } from 'vitest';
import { connectionLimits, sessionLimits } from '../../server/limits.ts';
import { withLimits } from './fixtures/limits.ts';
import { ask, connect, Peer, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

it('ends a connection that answers no pings', async () => {
  withLimits(connectionLimits, { pingMs: 20, missedPings: 2 });
  const { url } = await start();
  const silent = await connect(url, { autoPong: false });
  silent.send(viewerHello);
  expect(await silent.closed).toBe(1006);
});

it('measures the round trip of a worker that answers', async () => {
  withLimits(connectionLimits, { pingMs: 20 });
  const { url } = await start();
  await FakeWorker.join(url);
  await vi.waitFor(async () => {
    const { body } = await ask(url, '/api/workers');
    expect(body.workers[0].latencyMs).toBeGreaterThan(0);
  });
});

it('ends a connection that says too much', async () => {
  const { url } = await start();
  const peer = await connect(url);
  peer.send(viewerHello);
  for (let i = 0; i < connectionLimits.viewerBurst + 20; ++i) peer.send({ type: 'unwatch', topic: 'runs' });
  await peer.closed;
  expect(peer.fatal).toBe('too-many');
});

it('drops a connection that does not read', async () => {
  withLimits(connectionLimits, { bufferedHigh: 1 << 14, bufferedMost: 1 << 16 });
  withLimits(connectionLimits, { viewerBurst: 1e9 });
  const { url } = await start();
  const peer = await connect(url);
  peer.send(viewerHello);
  await vi.waitFor(() => expect(peer.of('welcome').length).toBe(1));
  peer.socket.pause();
  const closed = vi.fn();
  peer.socket.on('close', closed);
  // Each is answered with an error of some length; the answers pile up.
  for (let i = 0; i < 200_000 && peer.socket.readyState === peer.socket.OPEN; ++i) {
    peer.send({ type: 'watch', topic: 'x'.repeat(40), after: -1 });
    if (i % 1000 === 0) await new Promise(setImmediate);
  }
  peer.socket.resume();
  await peer.closed;
  const metrics = new TextDecoder().decode((await ask(url, '/metrics')).body);
  expect(metrics).toContain('germline_refusals_total{code="slow"} 1');
});

it('bounds the topics of a viewer', async () => {
  withLimits(sessionLimits, { topics: 1 });
  const { url } = await start();
  const peer = await connect(url);
  peer.send(viewerHello);
  peer.send({ type: 'watch', topic: 'runs', after: -1 });
  peer.send({ type: 'watch', topic: 'workers', after: -1 });
  await vi.waitFor(() => expect(peer.of('error')).toMatchObject([{ code: 'too-many', fatal: false }]));
});

it('tells everyone when the server closes', async () => {
  const server = await start();
  const viewer = new Peer(server.url);
  await viewer.connected();
  viewer.send(viewerHello);
  const { peer: worker } = await FakeWorker.join(server.url);
  await vi.waitFor(() => expect([...viewer.of('welcome'), ...worker.of('welcome')].length).toBe(2));
  await server.close();
  expect([await viewer.closed, await worker.closed]).toEqual([1001, 1001]);
  expect([viewer.fatal, worker.fatal]).toEqual(['shutdown', 'shutdown']);
});

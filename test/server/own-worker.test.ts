// What a worker may read of itself: why it has nothing to do, and no more.
import { expect, test, vi } from 'vitest';
import { endWorkers, startWorker } from '../worker/start.ts';
import { ask, atEnd, start } from './fixtures/server.ts';

test('a worker learns why it is idle, and nothing of others', async () => {
  const { url, tokens } = await start({ tokens: true });
  const token = tokens.find(({ role }) => role === 'worker')?.token as string;
  const headers = { authorization: `Bearer ${token}` };
  const { events } = await startWorker(`${url}/#${token}`);
  atEnd(endWorkers);
  const id = await vi.waitFor(() => {
    const connected = events.find((event) => event.event === 'connected');
    if (!connected) throw new Error('not connected yet');
    return connected.id;
  });
  expect((await ask(url, `/api/workers/${id}`, { headers })).body).toEqual({ id, share: 0, idle: 'no run is running' });
  expect((await ask(url, `/api/workers/${id}`)).status).toBe(401);
  expect((await ask(url, '/api/workers/c999', { headers })).body.error.code).toBe('not-found');
  expect((await ask(url, '/api/workers/constructor', { headers })).body.error.code).toBe('invalid');
  expect((await ask(url, '/api/workers', { headers })).status).toBe(403);
});

// The connection's thread neither computes nor stores: after a whole run it has loaded neither the engine nor the store.
import { expect, it } from 'vitest';
import { Child } from './fixtures/child.ts';
import { submit, until, xor } from './fixtures/runs.ts';
import { folder } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

it('loads neither the engine nor SQLite where connections are served', async () => {
  const child = await Child.start(await folder());
  await FakeWorker.join(child.url);
  const id = await submit(child.url, xor());
  await until(child.url, id, 'done');
  expect((await fetch(`${child.url}/api/runs/${id}/export`)).status).toBe(200);
  child.say('modules');
  const { modules } = (await child.line()) as { modules: string[] };
  expect(modules.some((url) => url.endsWith('/server/index.ts'))).toBe(true);
  expect(modules.filter((url) => !url.includes('/node_modules/') && /\/(core|journal|data|assembly)\/|sqlite/i.test(url))).toEqual([]);
});

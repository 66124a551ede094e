// The server's death, at any moment: what comes after it has the digest of a run that nobody disturbed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Child } from './fixtures/child.ts';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { folder, post, start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

it.each(['before-begin', 'before-commit', 'after-commit'])('goes on after it was killed %s', async (point) => {
  const data = await folder();
  const first = await Child.start(data, { env: { GERMLINE_CRASH: `${point}:4` } });
  await FakeWorker.join(first.url);
  const id = await submit(first.url, xor());
  expect(await first.exited).toBe('SIGKILL');
  const second = await Child.start(data);
  await FakeWorker.join(second.url);
  const { end } = await until(second.url, id, 'done');
  const { digest, champion, test, generations } = await alone(xor());
  expect(end).toMatchObject({ digest, champion, test, generations });
});

it('goes on after kills whenever they come, with workers killed between', async () => {
  const data = await folder();
  const run = xor({ generations: 40 });
  let id = '';
  for (const generation of [3, 9, 10, 25]) {
    const child = await Child.start(data);
    let last = 0;
    const onTask = (task: { generation: number }) => {
      last = task.generation;
      if (generation <= last) child.process.kill('SIGKILL');
    };
    const workers = [await FakeWorker.join(child.url, { onTask }), await FakeWorker.join(child.url)];
    id ||= await submit(child.url, run);
    workers[1].kill();
    expect(await child.exited).toBe('SIGKILL');
  }
  const child = await Child.start(data);
  await FakeWorker.join(child.url);
  const { end } = await until(child.url, id, 'done');
  const { digest, champion } = await alone(run);
  expect(end).toMatchObject({ digest, champion });
});

it('begins a run whose journal was cut off in the making', async () => {
  const data = await folder();
  const first = await start({ data });
  const id = await submit(first.url, xor(), false);
  await first.close();
  await writeFile(join(data, 'runs', id, 'journal.sqlite'), '');
  const { url } = await start({ data });
  expect((await post(url, `/api/runs/${id}/start`)).status).toBe(200);
  await FakeWorker.join(url);
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(xor())).digest);
});

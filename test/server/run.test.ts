// Whole runs, from the submission to the digest: the same as core's own loop gives, whoever computed.
import { expect, it } from 'vitest';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

it.each([1, 3])('gives the digest, the champion and the scores of a run alone, with %i workers', async (workers) => {
  const { url } = await start();
  for (let i = 0; i < workers; ++i) await FakeWorker.join(url);
  const id = await submit(url, xor());
  const { end } = await until(url, id, 'done');
  const { digest, champion, test, best, reason } = await alone(xor());
  expect(end).toMatchObject({ digest, champion, test, best, reason });
});

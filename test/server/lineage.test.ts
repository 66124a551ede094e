// A champion's ancestors: those that core finds, back to where the answer ends.
import { expect, it } from 'vitest';
import { ancestorsOf } from '../../core/ancestors.ts';
import { loadEngine } from '../../core/engine.ts';
import { loadDataset } from '../../data/index.ts';
import { resolveExperiment } from '../../experiments/index.ts';
import { JournalReader } from '../../journal/index.ts';
import { submit, until, xor } from './fixtures/runs.ts';
import { ask, folder, start } from './fixtures/server.ts';

it('are told of a genetic algorithm, back as far as asked', async () => {
  const data = await folder();
  const { url } = await start({ data, work: { threads: 1 } });
  const small = xor({ generations: 20 });
  const id = await submit(url, small);
  const { end } = await until(url, id, 'done');
  using journal = JournalReader.open(`${data}/runs/${id}`);
  const settings = await resolveExperiment(small.experiment, small.set);
  const { generation, individual } = end.champion;
  const family = ancestorsOf({
    engine: await loadEngine(),
    settings,
    dataset: await loadDataset(settings.dataset),
    seed: BigInt(small.seed),
    started: false,
    selections: Array.from(journal.records(), ({ selection }) => selection),
    generation,
    individual,
    generations: 30,
    members: 2000,
  });
  expect(family.length).toBe(generation + 1);
  const answer = await Promise.all(['', '', '?generations=2'].map((query) => ask(url, `/api/runs/${id}/lineage${query}`)));
  const whole = { champion: end.champion, generations: JSON.parse(JSON.stringify(family)) };
  expect(answer.map(({ body }) => body)).toEqual([whole, whole, { ...whole, generations: whole.generations.slice(0, 2) }]);
  expect((await ask(url, `/api/runs/${id}/lineage?generations=0`)).body.error.code).toBe('invalid');
});

it('are nobody where the champion is a centre, and not found where there is no champion', async () => {
  const { url } = await start({ work: { threads: 1 } });
  const id = await submit(url, xor({ algorithm: { name: 'es' } }));
  const { end } = await until(url, id, 'done');
  expect((await ask(url, `/api/runs/${id}/lineage`)).body).toEqual({ champion: end.champion, generations: [] });
  const idle = await submit(url, xor(), false);
  expect(await ask(url, `/api/runs/${idle}/lineage`)).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
});

import { describe, expect, test } from 'vitest';
import { type ExperimentInput, evolve, loadDataset } from '../../index.ts';

describe('evolve', () => {
  test('is awaited for the result', async () => {
    const result = await evolve('xor', { seed: 1, threads: 1 });
    expect(result).toMatchObject({ event: 'done', reason: 'target', test: { accuracy: 1 }, seed: 1n, experiment: { name: 'xor' } });
    expect(result.weights).toHaveLength(2 * 8 + 8 + 8 * 2 + 2);
  });

  test('is iterated for the events, and then awaited', async () => {
    const run = evolve('xor', { seed: '1', threads: 2 });
    const events = [];
    for await (const event of run) events.push(event.event);
    expect(events.pop()).toBe('done');
    expect(new Set(events)).toEqual(new Set(['generation']));
    const { digest } = await run;
    expect((await evolve('xor', { seed: 1n, threads: 1 })).digest).toBe(digest);
  });

  test('takes an experiment, fields on top of it, a dataset and a start', async () => {
    const dataset = await loadDataset('xor');
    const experiment: ExperimentInput = { kind: 'weights', dataset: 'nowhere', network: [{ class_name: 'Dense', config: { units: 2 } }] };
    const start = new Float32Array(6).fill(0.5);
    const result = await evolve(experiment, { seed: 1, dataset, start, population: 8, generations: 3, algorithm: 'es', threads: 1 });
    expect(result).toMatchObject({ generations: 3, evaluations: 24, experiment: { population: 8, algorithm: { name: 'es' } } });
  });

  test('stops by its signal', async () => {
    const stop = new AbortController();
    const run = evolve('mnist', { seed: 1, signal: stop.signal, population: 32 });
    for await (const event of run) if (event.event === 'generation' && event.generation === 2) stop.abort();
    expect(await run).toMatchObject({ reason: 'stopped', generations: 3 });
  });

  test.each<[string, () => PromiseLike<unknown>, string]>([
    ['an unknown experiment', () => evolve('mnits'), 'did you mean "mnist"?'],
    ['an unknown field', () => evolve('xor', { populaton: 3 } as object), 'populaton: unknown field; did you mean "population"?'],
    ['a seed that is not exact', () => evolve('xor', { seed: 2 ** 60 }), 'must be a whole number from 0 to'],
    ['a start of another length', () => evolve('xor', { start: new Float32Array(3) }), '3 weights'],
  ])('rejects %s', async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  test('is iterated once', async () => {
    const run = evolve('xor', { seed: 1, threads: 1 });
    await run;
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow('has begun already');
  });

  test('that is left early says so to whoever awaits it', async () => {
    const run = evolve('xor', { seed: 1, threads: 1 });
    for await (const _ of run) break;
    await expect(run).rejects.toThrow('left before');
  });
});

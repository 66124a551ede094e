// Two threads over one, on `mnist` with a population of 1,024: whole generations, in turns.

import { loadEngine } from '../core/engine.ts';
import { Threads } from '../core/threads.ts';
import { loadDataset } from '../data/index.ts';
import { resolveExperiment } from '../experiments/index.ts';
import { inTurns, type Row } from './row.ts';

const GENERATIONS = 10;

export async function threads(): Promise<Row[]> {
  const engine = await loadEngine();
  const settings = await resolveExperiment('mnist', [{ path: 'population', value: 1024 }]);
  const dataset = await loadDataset(settings.dataset);
  const open = async (count: number) => {
    const machine = await Threads.open({ engine, settings, dataset, seed: 1n, threads: count, started: false });
    machine.host.init();
    return machine;
  };
  const machines = [await open(1), await open(2)];
  const generations = (machine: Threads) => async () => {
    for (let i = 0; i < GENERATIONS; ++i) {
      await machine.collectBatch();
      await machine.evaluate(0, settings.population);
      const selection = await machine.select();
      if (machine.host.generation % settings.validateEvery === 0)
        await machine.score('validation', settings.algorithm.name === 'es' ? -1 : 0);
      await machine.advance(selection);
    }
  };
  const [one, two] = await inTurns(machines.map(generations), 11);
  for (const machine of machines) await machine.close();
  return [
    {
      name: '2 threads over 1, mnist, population 1,024',
      value: (GENERATIONS * settings.population * 1000) / two,
      unit: 'evaluations/s',
      ratio: one / two,
      target: 1.85,
      limit: { value: (2 * GENERATIONS * settings.population * 1000) / one, by: 'twice one thread' },
      note: `one thread: ${((GENERATIONS * settings.population * 1000) / one).toFixed(0)} evaluations/s`,
    },
  ];
}

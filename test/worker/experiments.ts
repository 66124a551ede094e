// Small runs for the tests, and what core alone makes of them.
import type { DoneEvent } from '../../core/events.ts';
import { Run } from '../../core/run.ts';
import { type ExperimentInput, parseExperiment } from '../../experiments/index.ts';
import { blobs } from '../core/fixtures/datasets.ts';

const network = [
  { class_name: 'Dense', config: { units: 11, activation: 'relu' } },
  { class_name: 'Dense', config: { units: 3 } },
];

export const dataset = blobs(6, 3);

export const ga: ExperimentInput = {
  kind: 'weights',
  name: 'blobs-ga',
  dataset: 'blobs',
  network,
  population: 120,
  generations: 12,
  batch: 32,
  algorithm: { name: 'ga', parents: 9, elites: 2 },
};

export const es: ExperimentInput = { ...ga, name: 'blobs-es', algorithm: { name: 'es' } };

/** A run on this machine alone. */
export async function alone(experiment: ExperimentInput, options: { seed?: bigint; start?: Float32Array } = {}): Promise<DoneEvent> {
  const { seed = 1n, start } = options;
  const run = await Run.open({ settings: parseExperiment(experiment, 'test'), dataset, seed, threads: 2, start });
  try {
    let done: DoneEvent | null = null;
    for await (const event of run.events()) if (event.event === 'done') done = event;
    return done as DoneEvent;
  } finally {
    await run.close();
  }
}

// A thread that says what an experiment would take, before anyone runs it. It keeps the datasets that were asked for last.
import { parentPort, workerData } from 'node:worker_threads';
import type { Dataset } from '../core/dataset.ts';
import { loadEngine } from '../core/engine.ts';
import { planGround } from '../core/ground.ts';
import type { Experiment, ExperimentProblem } from '../experiments/index.ts';
import { encodeMessage } from '../protocol/codec.ts';
import { TASK_INDIVIDUALS } from '../protocol/limits.ts';
import { findDataset } from './dataset-files.ts';
import type { Estimate, EstimateAnswer, EstimateQuestion } from './estimate.ts';
import { diskLimits, estimateLimits } from './limits.ts';
import { TRACK_ROW_BYTES } from './track/index.ts';

const port = parentPort as NonNullable<typeof parentPort>;
const { datasets } = workerData as { datasets: string };
const known = new Map<string, Dataset>();

async function datasetOf(name: string): Promise<Dataset> {
  const dataset = known.get(name) ?? (await findDataset(datasets, name));
  known.delete(name);
  known.set(name, dataset);
  for (const oldest of known.keys()) if (known.size > estimateLimits.datasets) known.delete(oldest);
  return dataset;
}

async function estimate(experiment: Experiment): Promise<Estimate> {
  const dataset = await datasetOf(experiment.dataset);
  const engine = await loadEngine();
  const needs = (threads: number) => {
    const { config, plan } = planGround({ engine, settings: experiment, dataset, seed: 0n, threads, started: false });
    return { config, bytes: plan.bytes + plan.outsideBytes };
  };
  const { config, bytes } = needs(1);
  const { population, generations } = experiment;
  const selection = selectionBytes(experiment, config.pool);
  return {
    parameters: config.network.parameters,
    memory: bytes,
    memoryPerThread: needs(1 + SEVERAL).bytes / SEVERAL - bytes / SEVERAL,
    wirePerGeneration: wireBytes(selection, population),
    evaluations: population * generations,
    diskPerGeneration: selection + diskLimits.recordBytes + TRACK_ROW_BYTES,
  };
}

/** Memory comes in pages: what one thread takes is seen in several. */
const SEVERAL = 16;

/** Of a selection, at most (assembly/layout.ts): a byte a pair, or two or three words a survivor, and a word a rank for the roulette. */
function selectionBytes({ algorithm, population }: Experiment, pool: number): number {
  const header = 24;
  if (algorithm.name === 'es') return header + Math.ceil(population / 2);
  if (algorithm.name === 'random') return header + 8;
  return header + pool * (algorithm.inheritance > 0 ? 12 : 8) + (algorithm.mating.name === 'roulette' ? pool * 4 : 0);
}

/** What a worker that does a whole generation by itself receives and sends: its tasks, their losses, and the commit. */
function wireBytes(selection: number, population: number): number {
  const run = 'experiment-000000';
  const digest = new Uint8Array(16);
  const generation = 1000;
  const task = 100_000;
  const tasks = Math.max(Math.min(estimateLimits.tasks, population), Math.ceil(population / TASK_INDIVIDUALS));
  const order = encodeMessage({ type: 'task', run, generation, task, first: 1000, count: 1000, attempt: 1 } as { type: string }).length;
  const result = encodeMessage({ type: 'result', task, losses: new Uint8Array(0), digest, ms: 0.5 } as { type: string }).length;
  const commit = encodeMessage({ type: 'commit', run, generation, selection: new Uint8Array(0), digest } as { type: string }).length;
  return tasks * (order + result) + population * 4 + commit + selection;
}

/** Core names the field first, where there is one. */
function problemOf({ name, message }: Error): ExperimentProblem {
  const [, path, rest] = /^([a-z]\w*(?:\.\w+)*): (.*)$/is.exec(message) ?? [];
  if (path) return { path, message: rest };
  return { path: name === 'DataError' ? 'dataset' : name === 'NetworkError' ? 'network' : '', message };
}

port.on('message', async ({ id, experiment }: EstimateQuestion) => {
  let answer: EstimateAnswer;
  try {
    answer = { id, estimate: await estimate(experiment), errors: [] };
  } catch (error) {
    answer = { id, estimate: null, errors: [problemOf(error as Error)] };
  }
  port.postMessage(answer);
});

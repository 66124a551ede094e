// Runs that are quick and yet long enough to be disturbed many times, and what `germline run` makes of them by itself.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { JournalReader } from '../../journal/index.ts';
import { objects } from '../cli/command.ts';
import { germline } from './processes.ts';

/** 1 (as in continuous integration: a few minutes) to 5 (long): how many generations and disturbances there are. */
export const SCALE = Math.min(5, Math.max(1, Number(process.env.GERMLINE_CHAOS ?? 1) || 1));

/** Where chance decides, it is this one: another GERMLINE_CHAOS_SEED is another course of events. */
export const CHAOS_SEED = Number(process.env.GERMLINE_CHAOS_SEED ?? 1) >>> 0;

export interface Experiment {
  name: string;
  seed: string;
  body: Record<string, unknown>;
}

const ALGORITHMS = {
  // Inherited losses are in the selection: they have to come through every crash.
  ga: { name: 'ga', parents: '10%', elites: 2, inheritance: 0.2 },
  es: { name: 'es', learningRate: 0.03 },
};

export function experiment(algorithm: keyof typeof ALGORITHMS, seed: number, changes: Record<string, unknown> = {}): Experiment {
  const body = {
    kind: 'weights',
    name: `chaos-${algorithm}`,
    dataset: 'mnist-10k',
    network: [
      { class_name: 'Flatten' },
      { class_name: 'Dense', config: { units: 12, activation: 'relu' } },
      { class_name: 'Dense', config: { units: 10 } },
    ],
    population: 512,
    generations: 160 * SCALE,
    batch: 256,
    loss: 'cross-entropy',
    algorithm: ALGORITHMS[algorithm],
    init: 'he',
    validateEvery: 10,
    ...changes,
  };
  return { name: algorithm, seed: String(seed), body };
}

/** What has to be the same, whoever computed it and whatever happened meanwhile. */
export interface End {
  digest: string;
  generations: number;
  best: number;
  champion: { generation: number; individual: number; digest: string };
  validation: unknown;
  test: unknown;
}

export interface Reference {
  experiment: Experiment;
  end: End;
  records: unknown[];
}

/** Of an end as a command or a server tells it. */
export function endOf({ digest, generations, best, champion, validation, test }: End): End {
  const { generation, individual, digest: weights } = champion;
  return { digest, generations, best, champion: { generation, individual, digest: weights }, validation, test };
}

/** Every generation of a journal: its state's digest, the hash of all its losses, its selection, and what was said of it. */
export function recordsOf(folder: string): unknown[] {
  const journal = JournalReader.open(folder);
  try {
    return Array.from(journal.records(), ({ seconds: _, selection, lossesHash, ...record }) => ({
      ...record,
      selection: Buffer.from(selection).toString('hex'),
      lossesHash: Buffer.from(lossesHash).toString('hex'),
    }));
  } finally {
    journal.close();
  }
}

/** The run as the command makes it in one process, on two threads. */
export async function alone(run: Experiment, folder: string): Promise<Reference> {
  const name = `${run.name}-${run.seed}-${run.body.generations}`;
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(run.body));
  const out = join(folder, name);
  const ended = await germline('run', file, '--seed', run.seed, '--threads', '2', '--json', '--out', out);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return { experiment: run, end: endOf(objects(ended).at(-1) as unknown as End), records: recordsOf(out) };
}

/** The ends, and every generation on the way to them. */
export function expectSame(got: readonly Pick<Reference, 'end' | 'records'>[], wanted: readonly Reference[]): void {
  expect(got.map(({ end }) => end)).toEqual(wanted.map(({ end }) => end));
  for (const [n, { records }] of got.entries()) expect(records).toEqual(wanted[n].records);
}

/** Whoever was told of a generation can rely on it. */
export function expectNothingLost(runs: readonly { id: string; generations: number }[], told: ReadonlyMap<string, number>): void {
  for (const { id, generations } of runs) expect(generations).toBeGreaterThanOrEqual(told.get(id) ?? 0);
}

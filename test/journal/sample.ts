// Runs that never were: records made from their generation alone, so that any process can tell what a journal should hold.
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateOptions, JournalRecord, NewRecord } from '../../journal/index.ts';

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
export const digest = (text: string): string => hash(text).slice(0, 32);

export const sampleRun = (options: Partial<CreateOptions> = {}): CreateOptions => ({
  experiment: { kind: 'weights', name: 'sample' },
  experimentHash: hash('experiment'),
  seed: '18446744073709551615',
  engine: hash('engine'),
  engineFiles: [{ name: 'germline.wasm', bytes: new TextEncoder().encode('\0asm') }],
  dataset: { name: 'xor', hash: hash('xor') },
  ...options,
});

/** [population] float32, made from the generation. */
export function sampleLosses(generation: number, population: number): Float32Array {
  return Float32Array.from({ length: population }, (_, i) => ((i * 2654435761 + generation * 40503) % 1000) / 10);
}

export function sampleRecord(generation: number, population = 64): NewRecord {
  const champion = generation % 3 === 0;
  const score = { loss: 1 / (generation + 1), accuracy: generation % 2 ? null : 0.5 };
  return {
    generation,
    digest: digest(`state ${generation}`),
    losses: sampleLosses(generation, population),
    selection: createHash('sha512')
      .update(`selection ${generation}`)
      .digest()
      .subarray(0, 16 + (generation % 48)),
    best: generation === 2 ? Number.POSITIVE_INFINITY : 1 / (generation + 1),
    mean: 10 - 1 / (generation + 1),
    validation: champion ? score : null,
    champion: champion
      ? { generation, individual: generation % population, validation: score, digest: digest(`champion ${generation}`) }
      : null,
    evaluations: population * (generation + 1),
    seconds: generation / 8,
  };
}

/** A record as the journal gives it back, in a form that compares by value. */
export function plain(record: JournalRecord | NewRecord): object {
  const { generation, digest: state, best, mean, validation, champion, evaluations, seconds, selection } = record;
  return { generation, state, best, mean, validation, champion, evaluations, seconds, selection: Buffer.from(selection).toString('hex') };
}

export const expected = (count: number, population = 64): object[] =>
  Array.from({ length: count }, (_, g) => plain(sampleRecord(g, population)));

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'germline-journal-'));

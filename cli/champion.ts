// The champion of a run: the file beside its journal, and the way to it where that file is missing or behind.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Champion } from '../core/events.ts';
import { genomeFrom } from '../core/formats/genome.ts';
import { readSafetensors, writeSafetensors } from '../core/formats/safetensors.ts';
import { compileNetwork, type Network } from '../core/network.ts';
import { Run } from '../core/run.ts';
import { type JournalContent, resumePoint } from '../journal/index.ts';
import { UsageError } from './mistake.ts';
import { CHAMPION_FILE, engineOf, openRun } from './run-folder.ts';

/** A champion and what made it. */
export interface KeptChampion {
  network: Network;
  /** [parameters] float32. */
  weights: Float32Array;
  champion: Champion;
  /** Name of the experiment. */
  experiment: string;
  experimentHash: string;
  /** Decimal. */
  seed: string;
}

/** What a model file says of itself: strings, as safetensors has them. */
export function metadataOf({ network, champion, experiment, experimentHash, seed }: Omit<KeptChampion, 'weights'>): Record<string, string> {
  return {
    format: 'germline',
    experiment,
    experimentHash,
    seed,
    generation: String(champion.generation),
    individual: String(champion.individual),
    digest: champion.digest,
    topology: JSON.stringify(network.topology),
  };
}

/** Writes champion.safetensors, whole or not at all. */
export async function writeChampion(folder: string, kept: KeptChampion): Promise<void> {
  const file = join(folder, CHAMPION_FILE);
  await writeFile(`${file}.new`, writeSafetensors(kept.network, kept.weights, metadataOf(kept)));
  await rename(`${file}.new`, file);
}

/** The weights in champion.safetensors, in genome order; null where they are not those of `champion`, or there is no such file. */
export async function keptWeights(folder: string, network: Network, champion: Champion): Promise<Float32Array | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(folder, CHAMPION_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.digest !== champion.digest) return null;
  return genomeFrom(network, tensors);
}

/** The last champion that a journal tells of; null before the first validation. */
export function lastChampion(journal: JournalContent): Champion | null {
  let champion: Champion | null = null;
  for (const record of journal.records()) champion = record.champion ?? champion;
  return champion;
}

/** The champion of the run in a folder: from its file, else by replaying the run. Throws UsageError where there is none yet. */
export async function championOf(journal: JournalContent, onProgress?: (generation: number) => void): Promise<KeptChampion> {
  const { folder, run: header } = journal;
  const { experiment, seed, dataset } = await openRun(header, folder);
  const network = compileNetwork(experiment.network, dataset.shape);
  const champion = lastChampion(journal);
  if (!champion) throw new UsageError(`${folder}: the run has no champion yet; it was not validated once`);
  const source = { network, champion, experiment: experiment.name, experimentHash: header.experimentHash, seed: header.seed };
  const kept = await keptWeights(folder, network, champion);
  if (kept) return { ...source, weights: kept };
  const engine = await engineOf(journal);
  const resume = { ...resumePoint(journal), onProgress };
  const run = await Run.open({ settings: experiment, dataset, seed, engine, start: journal.start(), resume });
  try {
    const weights = run.championWeights();
    if (!weights) throw new UsageError(`${folder}: the replay ends without a champion`);
    return { ...source, weights };
  } finally {
    await run.close();
  }
}

// The champion's weights beside a run's journal: champion.safetensors, written whole or not at all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Champion } from '../core/events.ts';
import { genomeFrom } from '../core/formats/genome.ts';
import { readSafetensors, writeSafetensors } from '../core/formats/safetensors.ts';
import type { Network } from '../core/network.ts';
import { writeWhole } from './folder.ts';

export const CHAMPION_FILE = 'champion.safetensors';

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

export function writeChampion(folder: string, kept: KeptChampion): void {
  writeWhole(join(folder, CHAMPION_FILE), writeSafetensors(kept.network, kept.weights, metadataOf(kept)));
}

/** The weights in genome order; null where the file is not there or holds another champion. */
export function readChampion(folder: string, network: Network, champion: Champion): Float32Array | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(folder, CHAMPION_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { tensors, metadata } = readSafetensors(bytes);
  return metadata.digest === champion.digest ? genomeFrom(network, tensors) : null;
}

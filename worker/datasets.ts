// The datasets of runs by their hash: from where this machine has them, else from the server, and then kept.
import type { Dataset } from '../core/dataset.ts';
import { parseDataset } from '../data/serialisation.ts';
import { WorkerError } from './error.ts';
import type { Source } from './source.ts';

/** Where this machine keeps datasets. */
export interface DatasetStore {
  /** Null where it is not here. */
  load(hash: string): Promise<Dataset | null>;
  /** Keeps what was received, which is known to be whole. A machine without room for it goes on without. */
  keep(hash: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Downloads of one dataset that may arrive damaged. */
const ATTEMPTS = 3;

/** Throws WorkerError `digest` where the server sends other bytes again and again. */
export async function obtainDataset(hash: string, store: DatasetStore, source: Source, signal: AbortSignal): Promise<Dataset> {
  const here = await store.load(hash);
  if (here) return here;
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
    const bytes = await source.dataset(hash, signal);
    try {
      const dataset = await parseDataset(bytes, hash);
      await store.keep(hash, bytes);
      return dataset;
    } catch (error) {
      if ((error as Error).name !== 'DataError') throw error;
      reason = (error as Error).message;
    }
  }
  throw new WorkerError('digest', `${reason} (${ATTEMPTS} times)`);
}

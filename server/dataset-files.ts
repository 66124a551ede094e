// Datasets as the server hands them out: whole files called by their hash, written once by the thread that loads them.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../core/dataset.ts';
import { DataError, loadDataset, parseDataset, serialiseDataset } from '../data/index.ts';
import { makeFolder, writeWhole } from '../journal/folder.ts';

/** A dataset by its name, or by `sha256:` and its hash; the file under `folder` is there when this resolves. Throws DataError. */
export async function keepDataset(folder: string, nameOrHash: string): Promise<{ dataset: Dataset; bytes: number }> {
  const dataset = await findDataset(folder, nameOrHash);
  const path = join(folder, dataset.hash);
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes !== undefined) return { dataset, bytes };
  makeFolder(folder);
  const whole = Buffer.concat([...serialiseDataset(dataset)]);
  writeWhole(path, whole);
  return { dataset, bytes: whole.length };
}

/**
 * A dataset by its name, or by `sha256:` and its hash: a run that goes on needs exactly the content that it began with, whatever the registry
 * has become meanwhile. Throws DataError.
 */
export async function findDataset(folder: string, nameOrHash: string): Promise<Dataset> {
  try {
    return await loadDataset(nameOrHash);
  } catch (error) {
    const hash = /^sha256:([0-9a-f]{64})$/.exec(nameOrHash)?.[1];
    const path = hash && join(folder, hash);
    if (!path || !(error instanceof DataError) || !statSync(path, { throwIfNoEntry: false })) throw error;
    return parseDataset(Uint8Array.from(readFileSync(path)), hash);
  }
}

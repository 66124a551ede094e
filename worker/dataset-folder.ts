// Datasets on this machine's disk: those that it has by name, and those that servers sent, DATA/received/HASH.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder, loadDataset, parseDataset } from '../data/index.ts';
import type { DatasetStore } from './datasets.ts';

export function datasetFolder(data: string = dataFolder()): DatasetStore {
  const folder = join(data, 'received');
  return {
    async load(hash) {
      const byName = await unlessMissing(() => loadDataset(`sha256:${hash}`, { data }));
      if (byName) return byName;
      const file = join(folder, hash);
      const bytes = await readFile(file).catch(() => null);
      if (!bytes) return null;
      const received = await unlessMissing(() => parseDataset(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), hash));
      // Damaged: another copy will take its place.
      if (!received) await rm(file, { force: true });
      return received;
    },
    async keep(hash, bytes) {
      const unfinished = join(folder, `.${hash}.${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(unfinished, bytes);
        await rename(unfinished, join(folder, hash));
      } catch {
        await rm(unfinished, { force: true }).catch(() => {});
      }
    },
  };
}

async function unlessMissing<T>(load: () => Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch (error) {
    if ((error as Error).name === 'DataError') return null;
    throw error;
  }
}

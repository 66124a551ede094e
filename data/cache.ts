// Where fetched and added datasets live: DATA/datasets/NAME/, each with its files and a record, dataset.json.
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../core/dataset.ts';
import { DataError } from './error.ts';
import { sourceSchema } from './source.ts';

const RECORD = 'dataset.json';
const NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/;
/** Windows gives these names to devices, whatever follows a dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;

const count = z.int().nonnegative();

/** What the cache knows of a dataset without reading its files. Written last: a folder without one is unfinished. */
const recordSchema = z.strictObject({
  version: z.literal(1),
  state: z.enum(['fetched', 'added']),
  source: sourceSchema,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  shape: z.array(count).min(1),
  classes: z.int().min(2).nullable(),
  outputs: z.int().positive(),
  examples: z.strictObject({ train: count, validation: count, test: count }),
  /** Of its files. */
  bytes: count,
});
export type DatasetRecord = z.infer<typeof recordSchema>;

/**
 * Folder of what Germline keeps between runs on this machine: GERMLINE_DATA where set, else `germline` in XDG_CACHE_HOME, in LOCALAPPDATA on
 * Windows, or in ~/.cache.
 */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env.GERMLINE_DATA) return env.GERMLINE_DATA;
  // The XDG specification has relative paths ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'germline');
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'germline');
  return join(homedir(), '.cache', 'germline');
}

/** Folder of the datasets within the data folder `data`. */
export function datasetsFolder(data: string = dataFolder()): string {
  return join(data, 'datasets');
}

/** Throws DataError unless `name` can be a dataset's: it becomes a folder's name on every system. */
export function checkName(name: string): void {
  if (NAME.test(name) && !DEVICE.test(name)) return;
  throw new DataError(
    `dataset name ${JSON.stringify(name)}`,
    'expected 1 to 64 of a-z, 0-9, dot, dash and underscore, beginning and ending with a letter or digit',
  );
}

/** The record in a dataset's folder; null where there is none. Throws DataError when it can't be understood. */
export async function readRecord(folder: string): Promise<DatasetRecord | null> {
  const file = join(folder, RECORD);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new DataError(file, `can't be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new DataError(file, `is damaged or of another version; remove its folder and fetch or add the dataset again (${reason})`);
  }
}

/** Writes the record of a dataset whose files, `bytes` in all, lie in `folder`. */
export async function writeRecord(
  folder: string,
  dataset: Dataset,
  origin: Pick<DatasetRecord, 'state' | 'source' | 'bytes'>,
): Promise<DatasetRecord> {
  const { hash, shape, classes, outputs, splits } = dataset;
  const examples = { train: splits.train.count, validation: splits.validation.count, test: splits.test.count };
  const record: DatasetRecord = { version: 1, ...origin, hash, shape, classes, outputs, examples };
  const unfinished = join(folder, `.${RECORD}.${randomUUID()}`);
  await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`);
  await rename(unfinished, join(folder, RECORD));
  return record;
}

/** Names of the folders in the cache, sorted. */
export async function cachedNames(datasets: string): Promise<string[]> {
  try {
    const entries = await readdir(datasets, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new DataError(datasets, `can't be read: ${(error as Error).message}`, { cause: error });
  }
}

// A user's own files into the cache, under a name.
import { copyFile, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../core/dataset.ts';
import { checkName, type DatasetRecord, datasetsFolder, readRecord, writeRecord } from './cache.ts';
import { type CsvOptions, loadCsv } from './csv.ts';
import { DataError } from './error.ts';
import { type IdxOptions, loadIdx } from './idx.ts';
import { KNOWN } from './known/index.ts';
import { loadNpz, type NpzOptions } from './npz.ts';
import { type DatasetSource, sourceSchema } from './source.ts';

/** Paths of the files, with the loader's options beside them. */
export type AddedFiles =
  | ({ images: string; labels: string; testImages?: string; testLabels?: string } & IdxOptions)
  | ({ csv: string } & CsvOptions)
  | ({ npz: string } & NpzOptions);

export interface AddOptions {
  /** Whether a dataset that was added under this name may be overwritten. Default: no, an error. */
  replace?: boolean;
  /** See `dataFolder`. */
  data?: string;
}

/**
 * Reads the files to see that they are a dataset, copies them into the cache and records how they are read.
 * Throws DataError: for what the loaders throw, for a name that is no plain name, is one of the known datasets, or is taken.
 */
export async function addFiles(name: string, files: AddedFiles, options: AddOptions = {}): Promise<DatasetRecord> {
  checkName(name);
  if (KNOWN.some((descriptor) => descriptor.name === name)) {
    throw new DataError(name, 'is the name of a known dataset and keeps its meaning; choose another name');
  }
  const datasets = datasetsFolder(options.data);
  const folder = join(datasets, name);
  const taken = await stat(folder).catch(() => null);
  if (taken && !options.replace) {
    // A folder without a record was left by something that failed; it may go.
    if ((await readRecord(folder)) !== null)
      throw new DataError(name, 'a dataset of this name was added before; choose another name, or replace it');
  }

  const { dataset, copies, source } = await read(name, files);
  await mkdir(datasets, { recursive: true });
  // Complete in a folder of another name first: a half-copied dataset never bears its name.
  const unfinished = await mkdtemp(join(datasets, '.adding-'));
  try {
    let bytes = 0;
    for (const { from, to } of copies) {
      await copyFile(from, join(unfinished, to));
      bytes += (await stat(join(unfinished, to))).size;
    }
    const record = await writeRecord(unfinished, dataset, { state: 'added', source, bytes });
    if (taken) await rm(folder, { recursive: true });
    await rename(unfinished, folder);
    return record;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

interface Addition {
  dataset: Dataset;
  copies: { from: string; to: string }[];
  source: DatasetSource;
}

async function read(name: string, files: AddedFiles): Promise<Addition> {
  if ('csv' in files) {
    const { csv, ...options } = files;
    const source = checked(name, { format: 'csv', file: 'table.csv', ...options });
    return { dataset: await loadCsv(name, csv, options), copies: [{ from: csv, to: 'table.csv' }], source };
  }
  if ('npz' in files) {
    const { npz, ...options } = files;
    const source = checked(name, { format: 'npz', file: 'arrays.npz', ...options });
    return { dataset: await loadNpz(name, npz, options), copies: [{ from: npz, to: 'arrays.npz' }], source };
  }
  const { images, labels, testImages, testLabels, ...options } = files;
  if ((testImages === undefined) !== (testLabels === undefined)) {
    throw new DataError(name, `test ${testImages ? 'images without labels' : 'labels without images'}: expected both or neither`);
  }
  const test = testImages !== undefined && testLabels !== undefined ? { images: testImages, labels: testLabels } : undefined;
  const copies = [
    { from: images, to: 'train-images.idx' },
    { from: labels, to: 'train-labels.idx' },
    ...(test
      ? [
          { from: test.images, to: 'test-images.idx' },
          { from: test.labels, to: 'test-labels.idx' },
        ]
      : []),
  ];
  const source = checked(name, {
    format: 'idx',
    files: {
      train: { images: 'train-images.idx', labels: 'train-labels.idx' },
      ...(test && { test: { images: 'test-images.idx', labels: 'test-labels.idx' } }),
    },
    ...options,
  });
  return { dataset: await loadIdx(name, { train: { images, labels }, ...(test && { test }) }, options), copies, source };
}

/** Options may come from a command line: what the record could not hold is an error now, not at the next load. */
function checked(name: string, source: object): DatasetSource {
  const result = sourceSchema.safeParse(source);
  if (result.success) return result.data;
  throw new DataError(name, `its options are not right: ${z.prettifyError(result.error)}`);
}

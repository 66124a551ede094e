// A dataset's files and how to read them, as data: what descriptors and the cache's records hold.
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset, SplitName } from '../core/dataset.ts';
import { loadCifar10 } from './cifar10.ts';
import { loadCsv } from './csv.ts';
import { type IdxFiles, loadIdx } from './idx.ts';
import { loadNpz } from './npz.ts';

/** A file within the dataset's own folder: a record that was tampered with can't point out of it. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a plain file name');
const count = z.int().nonnegative();
const part = z.number().nonnegative();

export const splitRuleSchema = z.union([
  z.literal('same'),
  z.strictObject({ train: count, validation: count, test: count }),
  z.strictObject({ validation: part, test: part }),
]);
const split = splitRuleSchema.optional();
const classes = z.int().min(2).max(65536).optional();
const task = z.enum(['classification', 'regression']).optional();
const idxFiles = z.strictObject({ images: fileName, labels: fileName });
const columnName = z.union([z.string(), z.int()]);

const idxSchema = z.strictObject({
  format: z.literal('idx'),
  files: z.strictObject({ train: idxFiles, validation: idxFiles.optional(), test: idxFiles.optional() }),
  classes,
  split,
});
const csvSchema = z.strictObject({
  format: z.literal('csv'),
  file: fileName,
  target: z.union([columnName, z.array(columnName).min(1)]).optional(),
  task,
  header: z.boolean().optional(),
  separator: z.string().length(1).optional(),
  split,
});
const npzSchema = z.strictObject({ format: z.literal('npz'), file: fileName, task, classes, split });
/** The batch files lie in the folder itself. */
const cifar10Schema = z.strictObject({ format: z.literal('cifar10'), split });

export const sourceSchema = z.discriminatedUnion('format', [idxSchema, csvSchema, npzSchema, cifar10Schema]);
export type DatasetSource = z.infer<typeof sourceSchema>;

/** Reads the source's files from `folder`. Throws DataError. */
export function loadSource(name: string, folder: string, source: DatasetSource): Promise<Dataset> {
  switch (source.format) {
    case 'idx': {
      const { files, ...options } = source;
      const within = (pair: IdxFiles) => ({ images: join(folder, pair.images), labels: join(folder, pair.labels) });
      const others = (['validation', 'test'] as SplitName[]).flatMap((name) => (files[name] ? [[name, within(files[name])]] : []));
      return loadIdx(name, { train: within(files.train), ...Object.fromEntries(others) }, options);
    }
    case 'csv':
      return loadCsv(name, join(folder, source.file), source);
    case 'npz':
      return loadNpz(name, join(folder, source.file), source);
    case 'cifar10':
      return loadCifar10(name, folder, source);
  }
}

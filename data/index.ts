// Datasets by name, and loaders for a user's own files.
export type { AddedFiles, AddOptions } from './add.ts';
export type { SplitRule } from './assemble.ts';
export { dataFolder } from './cache.ts';
export { loadCifar10 } from './cifar10.ts';
export { type CsvOptions, loadCsv, parseCsv } from './csv.ts';
export { DataError } from './error.ts';
export type { FetchOptions, FetchProgress } from './fetch.ts';
export { hashDataset } from './hash.ts';
export { type IdxFiles, type IdxOptions, loadIdx } from './idx.ts';
export { loadNpz, type NpzOptions } from './npz.ts';
export { addDataset, type DatasetInfo, fetchDataset, listDatasets, loadDataset, type RegistryOptions } from './registry.ts';
export { parseDataset, serialiseDataset } from './serialisation.ts';
export type { Parts } from './split.ts';

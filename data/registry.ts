// Every dataset that can be named on this machine: shipped with the package, fetched, added, or known and still to be fetched.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, SplitName } from '../core/dataset.ts';
import { type AddedFiles, type AddOptions, addFiles } from './add.ts';
import { cachedNames, type DatasetRecord, datasetsFolder, readRecord } from './cache.ts';
import type { Descriptor, Mirrored, Shipped } from './descriptor.ts';
import { DataError } from './error.ts';
import { type FetchOptions, fetchDescribed } from './fetch.ts';
import { KNOWN } from './known/index.ts';
import { shippedFolder } from './sets.ts';
import { loadSource } from './source.ts';

export interface DatasetInfo {
  name: string;
  /** Damaged: it is in the cache, but its record there can't be understood. */
  state: 'shipped' | 'fetched' | 'added' | 'not fetched' | 'damaged';
  /** One line; null for a user's own. What is wrong, where it is damaged. */
  about: string | null;
  examples: Record<SplitName, number>;
  /** Of one example, channels last. */
  shape: number[];
  /** Null for regression. */
  classes: number | null;
  /** `Dataset.hash`; null where it is not known before fetching. */
  hash: string | null;
  /** On disk; of a dataset not fetched, what there is to download. */
  bytes: number;
}

export interface RegistryOptions {
  /** See `dataFolder`. */
  data?: string;
}

/** Known datasets first, then added ones by name. A damaged one is listed as such, with nothing of its content. */
export async function listDatasets(options: RegistryOptions = {}): Promise<DatasetInfo[]> {
  const datasets = datasetsFolder(options.data);
  const infos: DatasetInfo[] = [];
  for (const descriptor of KNOWN) infos.push(await describe(descriptor, datasets));
  for (const name of await cachedNames(datasets)) {
    if (KNOWN.some((descriptor) => descriptor.name === name)) continue;
    const info = await cached(name, datasets);
    if (info) infos.push(info);
  }
  return infos;
}

/**
 * A dataset by name, or by content as `sha256:` and 64 hex digits. What is read has the hash that was recorded, or it is an error.
 * Throws DataError: an unknown name lists the known ones, a dataset not fetched names the command that fetches it.
 */
export async function loadDataset(nameOrHash: string, options: RegistryOptions = {}): Promise<Dataset> {
  const infos = await listDatasets(options);
  const hash = /^sha256:([0-9a-f]{64})$/i.exec(nameOrHash)?.[1].toLowerCase();
  // The same content may be here under several names; one that is present is as good as another.
  const matches = infos.filter((info) => (hash ? info.hash === hash : info.name === nameOrHash));
  const info = matches.find(({ state }) => state !== 'not fetched') ?? matches[0];
  if (!info) {
    const names = infos.map(({ name }) => name).join(', ');
    throw new DataError(
      hash ? nameOrHash : `dataset '${nameOrHash}'`,
      `no dataset here has this ${hash ? 'content' : 'name'}; there are ${names}`,
    );
  }
  if (info.state === 'not fetched') {
    throw new DataError(`dataset '${info.name}'`, `is not on this machine yet: run germline data fetch ${info.name}`);
  }

  const descriptor = KNOWN.find(({ name }) => name === info.name);
  if (descriptor && isShipped(descriptor)) {
    const dataset = await loadSource(descriptor.name, join(shippedFolder(), descriptor.origin.folder), descriptor.source);
    return verified(dataset, info, 'install the package again');
  }
  const folder = join(datasetsFolder(options.data), info.name);
  const record = (await readRecord(folder)) as DatasetRecord;
  const remedy =
    info.state === 'fetched' ? `remove ${folder} and run germline data fetch ${info.name}` : `remove ${folder} and add it again`;
  return verified(await loadSource(info.name, folder, record.source), info, remedy);
}

/** See `fetchDescribed`. A dataset that ships with the package is there already. Throws DataError for an unknown name. */
export async function fetchDataset(name: string, options: FetchOptions = {}): Promise<DatasetInfo> {
  const descriptor = KNOWN.find((known) => known.name === name);
  if (!descriptor) {
    const names = KNOWN.filter((known) => !isShipped(known)).map((known) => known.name);
    throw new DataError(`dataset '${name}'`, `can't be fetched; there are ${names.join(', ')}`);
  }
  if (isShipped(descriptor)) return describe(descriptor, datasetsFolder(options.data));
  return infoOf(name, await fetchDescribed(descriptor as Descriptor & { origin: Mirrored }, options), descriptor);
}

/** See `addFiles`. */
export async function addDataset(name: string, files: AddedFiles, options: AddOptions = {}): Promise<DatasetInfo> {
  return infoOf(name, await addFiles(name, files, options));
}

function isShipped(descriptor: Descriptor): descriptor is Descriptor & { origin: Shipped } {
  return 'folder' in descriptor.origin;
}

async function describe(descriptor: Descriptor, datasets: string): Promise<DatasetInfo> {
  const { name, about, examples, shape, classes, hash = null, origin } = descriptor;
  const known = { name, about, examples, shape, classes, hash };
  if ('folder' in origin) return { ...known, state: 'shipped', bytes: await folderBytes(join(shippedFolder(), origin.folder)) };
  const info = await cached(name, datasets, descriptor);
  return info ?? { ...known, state: 'not fetched', bytes: origin.downloads.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function cached(name: string, datasets: string, descriptor?: Descriptor): Promise<DatasetInfo | null> {
  try {
    const record = await readRecord(join(datasets, name));
    return record && infoOf(name, record, descriptor);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const examples = { train: 0, validation: 0, test: 0 };
    return { name, state: 'damaged', about: error.message, examples, shape: [], classes: null, hash: null, bytes: 0 };
  }
}

function infoOf(name: string, record: DatasetRecord, descriptor?: Descriptor): DatasetInfo {
  const { state, examples, shape, classes, hash, bytes } = record;
  return { name, state, about: descriptor?.about ?? null, examples, shape, classes, hash, bytes };
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const file of await readdir(folder)) bytes += (await stat(join(folder, file))).size;
  return bytes;
}

function verified(dataset: Dataset, { hash }: DatasetInfo, remedy: string): Dataset {
  if (dataset.hash === hash) return dataset;
  throw new DataError(`dataset '${dataset.name}'`, `its files have changed: content ${dataset.hash}, expected ${hash}; ${remedy}`);
}

// Datasets from public servers, or from a folder with the same files, into the cache.
import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetRecord, datasetsFolder, readRecord, writeRecord } from './cache.ts';
import { readContent } from './content.ts';
import type { Descriptor, Download, Mirrored, PinnedFile } from './descriptor.ts';
import { DEFAULT_PATIENCE, download, hashFile, type Patience } from './download.ts';
import { DataError } from './error.ts';
import { loadSource } from './source.ts';
import { untar } from './tar.ts';

export interface FetchProgress {
  /** The file in question. */
  file: string;
  /** Bytes here and bytes needed, over all the dataset's files, packed. */
  received: number;
  total: number;
}

export interface FetchOptions {
  /** A folder that holds the files, packed or unpacked; nothing is downloaded then. */
  from?: string;
  /** Instead of the known servers: addresses that end in a slash. */
  mirrors?: readonly string[];
  onProgress?: (progress: FetchProgress) => void;
  signal?: AbortSignal;
  /** See `dataFolder`. */
  data?: string;
  patience?: Patience;
}

/**
 * Brings the files of a mirrored dataset into the cache, each checked against its SHA-256, and records it. What is already there and
 * right is not fetched again. Throws DataError; the signal's reason when aborted, after which a later call goes on where this one stopped.
 */
export async function fetchDescribed(descriptor: Descriptor & { origin: Mirrored }, options: FetchOptions = {}): Promise<DatasetRecord> {
  const { name, source, hash, origin } = descriptor;
  const folder = join(datasetsFolder(options.data), name);
  const present = await readRecord(folder).catch(() => null);
  if (present) return present;

  await mkdir(folder, { recursive: true });
  const total = origin.downloads.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const packed of origin.downloads) {
    options.signal?.throwIfAborted();
    const onProgress = (received: number) => options.onProgress?.({ file: packed.name, received: done + received, total });
    if (!(await allHere(folder, packed.holds))) {
      if (options.from) await takeFrom(options.from, packed, folder);
      else await takeFromMirrors(name, packed, folder, { ...options, mirrors: options.mirrors ?? origin.mirrors, onProgress });
    }
    onProgress(packed.bytes);
    done += packed.bytes;
  }

  const dataset = await loadSource(name, folder, source);
  if (hash && dataset.hash !== hash) {
    throw new DataError(
      name,
      `its files are right, but read as ${dataset.hash} instead of ${hash}: this is a fault of the loader, please report it`,
    );
  }
  const bytes = origin.downloads.flatMap(({ holds }) => holds).reduce((sum, file) => sum + file.bytes, 0);
  return writeRecord(folder, dataset, { state: 'fetched', source, bytes });
}

async function allHere(folder: string, files: PinnedFile[]): Promise<boolean> {
  for (const file of files) {
    const path = join(folder, file.name);
    if (!(await exists(path)) || (await hashFile(path)) !== file.sha256) return false;
  }
  return true;
}

async function takeFromMirrors(
  name: string,
  packed: Download,
  folder: string,
  {
    mirrors,
    onProgress,
    signal,
    patience = DEFAULT_PATIENCE,
  }: Omit<FetchOptions, 'onProgress'> & { mirrors: readonly string[]; onProgress: (received: number) => void },
): Promise<void> {
  const path = join(folder, packed.name);
  const urls = mirrors.map((mirror) => `${mirror}${packed.name}`);
  await download({ urls, path, bytes: packed.bytes, sha256: packed.sha256, onProgress, signal, patience }).catch((error) => {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(name, `${error.message}\nWith the files from elsewhere in a folder: germline data fetch ${name} --from FOLDER`, {
      cause: error,
    });
  });
  await unpackInto(folder, path, packed);
  await rm(path);
}

/** The unpacked files where all are there (right there or in the folder that the archive unpacks to), else the packed one. */
async function takeFrom(from: string, packed: Download, folder: string): Promise<void> {
  const unpackedFolder = packed.folder ? join(from, packed.folder) : from;
  for (const place of new Set([from, unpackedFolder])) {
    const paths = packed.holds.map(({ name }) => join(place, name));
    if (!(await Promise.all(paths.map(exists))).every(Boolean)) continue;
    for (const [i, file] of packed.holds.entries()) await keep(folder, file, await readContent(paths[i]), paths[i]);
    return;
  }
  const path = join(from, packed.name);
  if (!(await exists(path))) {
    const names = packed.holds.map(({ name }) => name).join(', ');
    throw new DataError(from, `holds neither ${packed.name} nor ${names}`);
  }
  await unpackInto(folder, path, packed);
}

/** Checks and stores the content of the packed file at `path`. A copy packed by another hand is as good: the content's hash decides. */
async function unpackInto(folder: string, path: string, { packing, holds }: Download): Promise<void> {
  const size = holds.reduce((sum, { bytes }) => sum + bytes, 0);
  // A tar archive has headers and padding, and may hold a readme beside what is wanted.
  const content = await readContent(path, packing === 'gzip' ? size : size + TAR_ROOM);
  if (packing === 'gzip') return keep(folder, holds[0], content, path);
  const files = await untar(content, path, (name) => holds.some((file) => file.name === name));
  for (const file of holds) {
    const bytes = files.get(file.name);
    if (!bytes) throw new DataError(path, `does not hold ${file.name}`);
    await keep(folder, file, bytes, `${path}, ${file.name}`);
  }
}

const TAR_ROOM = 2 ** 20;

async function keep(folder: string, file: PinnedFile, bytes: Uint8Array, place: string): Promise<void> {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== file.sha256) {
    throw new DataError(
      place,
      `its content (${bytes.length} bytes) has SHA-256 ${found}; expected ${file.sha256} (${file.bytes} bytes): not the published file`,
    );
  }
  const path = join(folder, file.name);
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

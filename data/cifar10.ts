// CIFAR-10's binary version: records of a label byte and 3 x 32 x 32 pixels, red plane first. https://www.cs.toronto.edu/~kriz/cifar.html
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/dataset.ts';
import { assemble, type SplitRule } from './assemble.ts';
import { readContent, unreadable } from './content.ts';
import { DataError } from './error.ts';
import { classLabels, type Examples } from './examples.ts';
import { untar } from './tar.ts';

export interface Cifar10Options {
  split?: SplitRule;
}

const SIDE = 32;
const CHANNELS = 3;
const PIXELS = SIDE * SIDE;
const RECORD_BYTES = 1 + CHANNELS * PIXELS;
const CLASSES = 10;
const BATCH = /^data_batch_(\d+)\.bin$/;
const TEST = 'test_batch.bin';
/** Name of the folder that the archive unpacks to. */
const FOLDER = 'cifar-10-batches-bin';

/**
 * CIFAR-10 from `path`: a folder with data_batch_1.bin, ... and test_batch.bin (or one that holds it as cifar-10-batches-bin), or the
 * archive as .tar or .tar.gz. Images become [32, 32, 3] bytes, channels last; the validation split is cut from the training batches.
 * Throws DataError, which names the file and the byte.
 */
export async function loadCifar10(name: string, path: string, options: Cifar10Options = {}): Promise<Dataset> {
  const files = await batchFiles(path);
  const train = [...files.keys()].filter((file) => BATCH.test(file)).sort((a, b) => batchNumber(a) - batchNumber(b));
  if (train.length === 0 || !files.has(TEST)) {
    const missing = train.length === 0 ? 'data_batch_1.bin' : TEST;
    throw new DataError(
      path,
      `${missing} is missing; expected CIFAR-10's binary version: data_batch_1.bin to data_batch_5.bin and ${TEST}`,
    );
  }
  const batch = (file: string) => decodeCifar10(files.get(file) as Uint8Array, `${path}, ${file}`);
  return assemble(name, { train: joined(train.map(batch), path), test: batch(TEST) }, options.split);
}

/** Examples in a batch file's bytes; `file` is for messages. Throws DataError. */
export function decodeCifar10(bytes: Uint8Array, file: string): Examples {
  const count = Math.floor(bytes.length / RECORD_BYTES);
  if (count === 0 || bytes.length !== count * RECORD_BYTES) {
    throw new DataError(
      file,
      `has ${bytes.length} bytes; expected a multiple of ${RECORD_BYTES}: the last record begins at byte ${count * RECORD_BYTES} and is cut off`,
    );
  }
  const labels = Uint8Array.from({ length: count }, (_, i) => bytes[i * RECORD_BYTES]);
  const { targets } = classLabels(labels, (i) => `${file}, byte ${i * RECORD_BYTES}`, CLASSES);
  const inputs = new Uint8Array(count * CHANNELS * PIXELS);
  let to = 0;
  for (let record = 0; record < count; record++) {
    const from = record * RECORD_BYTES + 1;
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) inputs[to++] = bytes[from + channel * PIXELS + pixel];
    }
  }
  return { file, count, shape: [SIDE, SIDE, CHANNELS], inputs, targets, classes: CLASSES, outputs: CLASSES };
}

function batchNumber(file: string): number {
  return Number(BATCH.exec(file)?.[1]);
}

function joined(batches: Examples[], file: string): Examples {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const inputs = new Uint8Array(count * CHANNELS * PIXELS);
  const targets = new Uint16Array(count);
  let first = 0;
  for (const batch of batches) {
    inputs.set(batch.inputs, first * CHANNELS * PIXELS);
    targets.set(batch.targets, first);
    first += batch.count;
  }
  return { ...batches[0], file, count, inputs, targets };
}

/** The batch files' bytes by name, from a folder or an archive. */
async function batchFiles(path: string): Promise<Map<string, Uint8Array>> {
  const info = await stat(path).catch((error) => {
    throw unreadable(path, error);
  });
  if (!info.isDirectory()) return untar(await readContent(path), path, isBatch);
  const names = await readdir(path);
  if (names.includes(FOLDER)) return batchFiles(join(path, FOLDER));
  const files = new Map<string, Uint8Array>();
  for (const name of names) if (isBatch(name)) files.set(name, await readContent(join(path, name)));
  return files;
}

function isBatch(name: string): boolean {
  return BATCH.test(name) || name === TEST;
}

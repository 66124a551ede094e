import { createHash } from 'node:crypto';
import { type Dataset, SPLITS } from '../core/dataset.ts';

/** Bumped when the serialisation below changes: hashes of different versions never agree by accident. */
const SERIALISATION = 'germline dataset 1';

/**
 * SHA-256 (hex) of a dataset's content, whatever files it came from and whatever it is called: one line of JSON (shape, classes, outputs, and each
 * split's count and dtypes, in the order train, validation, test), a newline, then each split's inputs and targets as little-endian
 * bytes in the same order.
 */
export function hashDataset(dataset: Omit<Dataset, 'name' | 'hash'>): string {
  const hash = createHash('sha256');
  const splits = SPLITS.map((name) => {
    const { count, inputs, targets } = dataset.splits[name];
    return { name, count, inputs: dtype(inputs), targets: dtype(targets) };
  });
  hash.update(`${JSON.stringify([SERIALISATION, dataset.shape, dataset.classes, dataset.outputs, splits])}\n`);
  for (const name of SPLITS) {
    const { inputs, targets } = dataset.splits[name];
    hash.update(bytesOf(inputs)).update(bytesOf(targets));
  }
  return hash.digest('hex');
}

function dtype(values: Uint8Array | Uint16Array | Float32Array): 'u1' | 'u2' | 'f4' {
  if (values instanceof Uint8Array) return 'u1';
  return values instanceof Uint16Array ? 'u2' : 'f4';
}

/** Memory is little-endian wherever the engine runs: WebAssembly's is by definition. */
function bytesOf(values: Uint8Array | Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

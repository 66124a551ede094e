// A dataset as one run of bytes: what its hash is taken over, and what goes to another machine, which therefore checks the hash and
// needs to trust nothing else. One line of JSON, [version, shape, classes, outputs, [{name, count, inputs, targets}, ...]] with the splits
// in the order train, validation, test and their dtypes; then each split's inputs and targets in the same order, little-endian.
import { type Dataset, SPLITS, type Split, type SplitName } from '../core/dataset.ts';
import { sha256 } from '../core/sha256.ts';
import { DataError } from './error.ts';

/** Bumped when the serialisation changes: hashes of different versions never agree by accident. */
const SERIALISATION = 'germline dataset 1';
const LONGEST_LINE = 65536;

type Dtype = 'u1' | 'u2' | 'f4';
type Values = Uint8Array | Uint16Array | Float32Array;

interface SplitLine {
  name: SplitName;
  count: number;
  inputs: Dtype;
  targets: Dtype;
}

/** The parts, in order; the examples are not copied. */
export function* serialiseDataset(dataset: Omit<Dataset, 'name' | 'hash'>): Generator<Uint8Array<ArrayBuffer>> {
  const splits = SPLITS.map((name): SplitLine => {
    const { count, inputs, targets } = dataset.splits[name];
    return { name, count, inputs: dtype(inputs), targets: dtype(targets) };
  });
  yield new TextEncoder().encode(`${JSON.stringify([SERIALISATION, dataset.shape, dataset.classes, dataset.outputs, splits])}\n`);
  for (const name of SPLITS) {
    const { inputs, targets } = dataset.splits[name];
    yield bytesOf(inputs);
    yield bytesOf(targets);
  }
}

/** Reads a serialised dataset of that content hash; its name is not part of it. Throws DataError where it is another. */
export async function parseDataset(bytes: Uint8Array<ArrayBuffer>, hash: string): Promise<Dataset> {
  const place = `sha256:${hash}`;
  const found = await sha256(bytes);
  if (found !== hash)
    throw new DataError(place, `what was received has another hash, ${found}; it was damaged on the way, so fetch it again`);
  const end = bytes.subarray(0, LONGEST_LINE).indexOf(10);
  const [version, shape, classes, outputs, lines] = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  if (version !== SERIALISATION)
    throw new DataError(place, `is written as "${version}", which this version does not read; update Germline`);
  const features = (shape as number[]).reduce((a, b) => a * b, 1);
  let at = end + 1;
  const take = (type: Dtype, count: number): Values => {
    const values = { u1: Uint8Array, u2: Uint16Array, f4: Float32Array }[type];
    const part = bytes.slice(at, at + count * values.BYTES_PER_ELEMENT);
    at += part.length;
    return new values(part.buffer);
  };
  const splits = Object.fromEntries(
    (lines as SplitLine[]).map(({ name, count, inputs, targets }): [SplitName, Split] => [
      name,
      {
        count,
        inputs: take(inputs, count * features) as Split['inputs'],
        targets: take(targets, count * (classes === null ? outputs : 1)) as Split['targets'],
      },
    ]),
  ) as Dataset['splits'];
  return { name: place, hash, shape, classes, outputs, splits };
}

function dtype(values: Values): Dtype {
  if (values instanceof Uint8Array) return 'u1';
  return values instanceof Uint16Array ? 'u2' : 'f4';
}

/** Memory is little-endian wherever the engine runs: WebAssembly's is by definition. */
function bytesOf(values: Values): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
}

// IDX, the format of MNIST's files: two zero bytes, a type, the number of dimensions, each dimension as a big-endian uint32, then the
// numbers, big-endian, row-major. http://yann.lecun.com/exdb/mnist/
import type { Dataset, SplitName } from '../core/dataset.ts';
import { assemble, type SplitRule } from './assemble.ts';
import { readContent } from './content.ts';
import { DataError } from './error.ts';
import { classLabels, type Examples, exampleShape, finiteFloats } from './examples.ts';

/** Numbers in the host's byte order. */
export interface IdxArray {
  shape: number[];
  data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

/** Paths of the two files of a split, gzipped or not. */
export interface IdxFiles {
  images: string;
  labels: string;
}

export interface IdxOptions {
  split?: SplitRule;
  /** Number of classes; by default the largest label plus one. Labels from there on are errors. */
  classes?: number;
}

/**
 * A classification dataset from IDX files. Images of type byte stay bytes (value / 255 to a network); other types become float32.
 * Throws DataError, which names the file and the byte or example, for anything that is not exactly that.
 */
export async function loadIdx(
  name: string,
  files: { train: IdxFiles } & Partial<Record<SplitName, IdxFiles>>,
  options: IdxOptions = {},
): Promise<Dataset> {
  const read = ({ images, labels }: IdxFiles) => readExamples(images, labels, options.classes ?? null);
  return assemble(
    name,
    {
      train: await read(files.train),
      ...(files.validation && { validation: await read(files.validation) }),
      ...(files.test && { test: await read(files.test) }),
    },
    options.split,
  );
}

async function readExamples(imagesFile: string, labelsFile: string, classes: number | null): Promise<Examples> {
  const images = decodeIdx(await readContent(imagesFile), imagesFile);
  const labels = decodeIdx(await readContent(labelsFile), labelsFile);
  if (images.shape.length < 2) {
    throw new DataError(imagesFile, `has ${images.shape.length} dimension; images have at least 2, the first of which counts them`);
  }
  if (labels.shape.length !== 1 || labels.data instanceof Float32Array || labels.data instanceof Float64Array) {
    throw new DataError(
      labelsFile,
      `expected one dimension of whole numbers, found [${labels.shape.join(', ')}] of ${typeOf(labels.data).name}`,
    );
  }
  const count = images.shape[0];
  if (labels.shape[0] !== count) {
    throw new DataError(labelsFile, `holds ${labels.shape[0]} labels, but ${imagesFile} holds ${count} images`);
  }
  const width = images.data.length / count;
  const inputs =
    images.data instanceof Uint8Array
      ? images.data
      : finiteFloats(images.data, (i) => `${imagesFile}, image ${Math.floor(i / width)}, number ${i % width}`);
  const classified = classLabels(
    labels.data,
    (i) => `${labelsFile}, example ${i} (byte ${HEADER_BYTES + 4 + i * labels.data.BYTES_PER_ELEMENT})`,
    classes,
  );
  return { file: imagesFile, count, shape: exampleShape(images.shape), inputs, outputs: classified.classes, ...classified };
}

const HEADER_BYTES = 4;

interface IdxType {
  code: number;
  name: string;
  make: new (length: number) => IdxArray['data'];
  read: (view: DataView, offset: number) => number;
}

const TYPES: IdxType[] = [
  { code: 0x08, name: 'unsigned byte', make: Uint8Array, read: (view, offset) => view.getUint8(offset) },
  { code: 0x09, name: 'signed byte', make: Int8Array, read: (view, offset) => view.getInt8(offset) },
  { code: 0x0b, name: 'int16', make: Int16Array, read: (view, offset) => view.getInt16(offset) },
  { code: 0x0c, name: 'int32', make: Int32Array, read: (view, offset) => view.getInt32(offset) },
  { code: 0x0d, name: 'float32', make: Float32Array, read: (view, offset) => view.getFloat32(offset) },
  { code: 0x0e, name: 'float64', make: Float64Array, read: (view, offset) => view.getFloat64(offset) },
];

/** The array in unpacked IDX bytes; `file` is for messages. Throws DataError. */
export function decodeIdx(bytes: Uint8Array, file: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) throw new DataError(file, `ends at byte ${bytes.length}; expected an IDX header of at least 4 bytes`);
  const type = TYPES.find(({ code }) => code === bytes[2]);
  if (bytes[0] !== 0 || bytes[1] !== 0 || !type) {
    const magic = view.getUint32(0).toString(16).padStart(8, '0');
    throw new DataError(file, `not an IDX file: it starts with ${magic}; images of bytes start with 00000803, labels with 00000801`);
  }
  const dimensions = bytes[3];
  const start = HEADER_BYTES + 4 * dimensions;
  if (dimensions === 0) throw new DataError(file, 'byte 3: expected at least one dimension, found 0');
  if (bytes.length < start) {
    throw new DataError(file, `ends at byte ${bytes.length}, within its header of ${start} bytes (${dimensions} dimensions)`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(HEADER_BYTES + 4 * i));
  const length = shape.reduce((product, size) => product * size, 1);
  const expected = start + length * type.make.prototype.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    const amount = bytes.length < expected ? 'truncated' : 'too long';
    throw new DataError(file, `${amount}: [${shape.join(', ')}] of ${type.name} takes ${expected} bytes, found ${bytes.length}`);
  }
  if (type.make === Uint8Array) return { shape, data: new Uint8Array(bytes.subarray(start)) };
  const data = new type.make(length);
  for (let i = 0; i < length; i++) data[i] = type.read(view, start + i * data.BYTES_PER_ELEMENT);
  return { shape, data };
}

/** IDX bytes of unsigned bytes, unpacked. `data` holds as many numbers as `shape` says. */
export function encodeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const start = HEADER_BYTES + 4 * shape.length;
  const bytes = new Uint8Array(start + data.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = typeOf(data).code;
  bytes[3] = shape.length;
  shape.forEach((size, i) => {
    view.setUint32(HEADER_BYTES + 4 * i, size);
  });
  bytes.set(data, start);
  return bytes;
}

function typeOf(data: IdxArray['data']): IdxType {
  return TYPES.find(({ make }) => data instanceof make) as IdxType;
}

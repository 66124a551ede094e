// Hugging Face's safetensors: the length of a JSON header, the header, then every tensor's bytes without a gap.
// Format: https://huggingface.co/docs/safetensors
import type { Network } from '../network.ts';
import { FormatError } from './error.ts';
import { checkGenome } from './genome.ts';
import { floatBytes, isObject, parseObject, sizeOf, type Tensor, viewOf } from './tensor.ts';

/** Bytes of the longest header that is read: the reference implementation's bound. */
export const MAX_HEADER_BYTES = 100_000_000;

const LENGTH_BYTES = 8;
/** The tensors begin at a multiple of so many bytes. */
const ALIGNMENT = 8;
const METADATA = '__metadata__';

/**
 * A genome as a safetensors file, tensors named and shaped as in the network. `metadata` goes into the header.
 * Throws FormatError where the genome has another length than the network has weights.
 */
export function writeSafetensors(
  network: Pick<Network, 'parameters' | 'tensors'>,
  genome: Float32Array,
  metadata: Record<string, string> = {},
): Uint8Array {
  checkGenome(network, genome);
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const { name, shape, size } of network.tensors) {
    header.push([name, { dtype: 'F32', shape, data_offsets: [end, end + 4 * size] }]);
    end += 4 * size;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil((LENGTH_BYTES + text.length) / ALIGNMENT) * ALIGNMENT - LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  viewOf(bytes).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { offset, size } of network.tensors) {
    bytes.set(floatBytes(genome.subarray(offset, offset + size)), at);
    at += 4 * size;
  }
  return bytes;
}

export interface Safetensors {
  metadata: Record<string, string>;
  /** In the order of their bytes. F16, BF16 and F64 are converted to float32. */
  tensors: Map<string, Tensor>;
}

const WIDTHS: Record<string, number> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/** Reads a file strictly: every byte must belong to exactly one tensor. Throws FormatError, naming the tensor or the byte. */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.length < LENGTH_BYTES)
    throw new FormatError(`not a safetensors file: ${bytes.length} bytes, and its header's length alone takes ${LENGTH_BYTES}`);
  const length = viewOf(bytes).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES) || length > BigInt(bytes.length - LENGTH_BYTES)) {
    throw new FormatError(
      `not a safetensors file, or cut short: its header would take ${length} bytes of ${bytes.length - LENGTH_BYTES} (at most ${MAX_HEADER_BYTES} are read)`,
    );
  }
  const start = LENGTH_BYTES + Number(length);
  if (bytes[LENGTH_BYTES] !== 0x7b) throw new FormatError(`byte ${LENGTH_BYTES}: a safetensors header begins with {`);
  const header = parseObject(bytes.subarray(LENGTH_BYTES, start), 'the header');
  const data = bytes.subarray(start);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => checkEntry(name, entry, data.length))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin < at)
      throw new FormatError(`tensor "${name}" begins at byte ${begin} of the data, inside the one before, which ends at ${at}`);
    if (begin > at) throw new FormatError(`bytes ${at} to ${begin} of the data, before tensor "${name}", belong to no tensor`);
    at = end;
  }
  if (at !== data.length) throw new FormatError(`bytes ${at} to ${data.length} of the data, after the last tensor, belong to no tensor`);
  const tensors = new Map(
    entries.map(({ name, dtype, shape, begin, end }) => [name, { shape, data: numbers(data.subarray(begin, end), dtype) }]),
  );
  return { metadata: checkMetadata(header[METADATA]), tensors };
}

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(name: string, entry: unknown, dataBytes: number): Entry {
  const what = `tensor "${name}"`;
  if (!isObject(entry)) throw new FormatError(`${what}: the header must give its dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const width = typeof dtype === 'string' && Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype] : undefined;
  if (width === undefined)
    throw new FormatError(`${what} has dtype ${JSON.stringify(dtype)}; these can be read: ${Object.keys(WIDTHS).join(', ')}`);
  const size = sizeOf(shape, what);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new FormatError(`${what}: data_offsets must be two whole numbers, not ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes)
    throw new FormatError(`${what}: its bytes ${begin} to ${end} are not within the ${dataBytes} bytes of data`);
  if (end - begin !== size * width)
    throw new FormatError(`${what}: shape [${shape}] of ${dtype} takes ${size * width} bytes, but it has ${end - begin}`);
  return { name, dtype: dtype as string, shape: [...(shape as number[])], begin, end };
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new FormatError(`the header's ${METADATA} must map names to strings`);
  }
  return metadata as Record<string, string>;
}

function numbers(bytes: Uint8Array, dtype: string): Float32Array {
  const view = viewOf(bytes);
  const width = WIDTHS[dtype];
  const read = {
    F64: (at: number) => view.getFloat64(at, true),
    F32: (at: number) => view.getFloat32(at, true),
    F16: (at: number) => fromHalf(view.getUint16(at, true)),
    BF16: (at: number) => fromBrain(view.getUint16(at, true)),
  }[dtype] as (at: number) => number;
  const values = new Float32Array(bytes.length / width);
  for (let i = 0; i < values.length; i++) values[i] = read(i * width);
  return values;
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  // By its bits: a host's power may be off in the last place, and a run can start at these weights.
  word.setUint32(0, ((bits & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13));
  return word.getFloat32(0);
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function fromBrain(bits: number): number {
  word.setUint32(0, bits << 16, true);
  return word.getFloat32(0, true);
}

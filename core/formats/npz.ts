// NumPy's .npz: a ZIP archive with one .npy member an array. Bytes to arrays and back; no files are touched.
// NPY format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { inflateSync, zipSync } from 'fflate';

/** Numbers of one array in C order; bools come as bytes. */
export type NpyData = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

export interface NpyArray {
  /** [] is a scalar: one number. */
  shape: number[];
  data: NpyData;
}

/** An archive or member that can't be read, or an array that can't be written. The message names the member and the byte in question. */
export class NpzError extends Error {
  override name = 'NpzError';
}

export interface NpzLimits {
  /** Members together may unpack to at most so many bytes. */
  maxBytes?: number;
}

/** Deflate packs zeros a thousandfold: without a bound, 4 MB of file could ask for 4 GB of memory. */
export const MAX_UNPACKED_BYTES = 2 ** 31;

/**
 * Arrays of an archive by name (without `.npy`), in the archive's order. Stored and deflated members are read.
 * dtypes: u1, bool, i4, i8, f4, f8, little-endian, C order.
 * Throws NpzError for anything else, for damage (every member's CRC-32 is checked) and for more than `maxBytes`.
 */
export function readNpz(bytes: Uint8Array, limits: NpzLimits = {}): Map<string, NpyArray> {
  const maximum = limits.maxBytes ?? MAX_UNPACKED_BYTES;
  const members = directory(bytes);
  const total = members.reduce((sum, member) => sum + member.size, 0);
  if (total > maximum) throw new NpzError(`unpacks to ${total} bytes; at most ${maximum} are accepted`);
  const arrays = new Map<string, NpyArray>();
  for (const member of members) {
    if (!member.name.endsWith('.npy')) throw new NpzError(`member '${member.name}' is not an array: names in an .npz end in .npy`);
    const name = member.name.slice(0, -4);
    if (arrays.has(name)) throw new NpzError(`two members are called '${member.name}'`);
    arrays.set(name, decodeNpy(unpack(bytes, member), member.name));
  }
  return arrays;
}

/**
 * An archive that `numpy.load` opens, one float32 array an entry. Members are stored, not deflated (weights hardly shrink), with a
 * fixed date: the same entries give the same bytes on every machine.
 * Throws NpzError for a repeated or empty name and for a shape that does not match its data.
 */
export function writeNpz(entries: readonly { name: string; shape: readonly number[]; data: Float32Array }[]): Uint8Array {
  const members = new Map<string, Uint8Array>();
  for (const { name, shape, data } of entries) {
    const file = `${name}.npy`;
    if (name === '') throw new NpzError('an array needs a name');
    if (members.has(file)) throw new NpzError(`two arrays are called '${name}'`);
    members.set(file, encodeNpy(name, shape, data));
  }
  // ZIP dates are local time without a zone: a date made from local parts is written the same everywhere.
  return zipSync(Object.fromEntries(members), { level: 0, mtime: new Date(1980, 0, 1), os: 0 });
}

// ---- ZIP: the central directory tells where members lie and how large they become. ----

interface Member {
  name: string;
  method: number;
  crc: number;
  /** Bytes in the archive, and unpacked. */
  packed: number;
  size: number;
  /** Of the local header. */
  offset: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;
const ENCRYPTED = 1;

function directory(bytes: Uint8Array): Member[] {
  const view = viewOf(bytes);
  if (bytes.length < END_BYTES || (view.getUint32(0, true) !== LOCAL && view.getUint32(0, true) !== END)) {
    throw new NpzError(`not an .npz file: expected a ZIP archive that starts with the bytes 50 4b, found ${hex(bytes.subarray(0, 4))}`);
  }
  let end = bytes.length - END_BYTES;
  const first = Math.max(0, end - MAX_COMMENT);
  while (end >= first && view.getUint32(end, true) !== END) end--;
  if (end < first) throw new NpzError(`the archive's directory is missing from its end (byte ${bytes.length}): the file is truncated`);

  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const members: Member[] = [];
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) {
      throw new NpzError(`byte ${at}: expected entry ${i + 1} of ${count} of the archive's directory`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    const member: Member = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    if (view.getUint16(at + 8, true) & ENCRYPTED) throw new NpzError(`member '${name}' is encrypted`);
    if ([member.packed, member.size, member.offset].includes(0xffffffff)) {
      throw new NpzError(`member '${name}' is larger than 4 GiB (ZIP64), which is not supported`);
    }
    members.push(member);
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

function unpack(bytes: Uint8Array, member: Member): Uint8Array {
  const view = viewOf(bytes);
  const { name, offset } = member;
  if (offset + LOCAL_BYTES > bytes.length || view.getUint32(offset, true) !== LOCAL) {
    throw new NpzError(`byte ${offset}: expected the header of member '${name}'`);
  }
  // The local header has its own name and extra field, which need not be as long as the directory's.
  const start = offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const packed = bytes.subarray(start, start + member.packed);
  if (packed.length < member.packed) {
    throw new NpzError(`member '${name}' is truncated: ${member.packed} bytes from byte ${start} on, but the file ends at ${bytes.length}`);
  }
  const content = member.method === 0 ? packed : inflate(packed, member);
  if (content.length !== member.size) {
    throw new NpzError(`member '${name}' unpacks to ${content.length} bytes; its directory entry says ${member.size}`);
  }
  if (crc32(content) !== member.crc) throw new NpzError(`member '${name}' is damaged: its CRC-32 does not match`);
  return content;
}

function inflate(packed: Uint8Array, member: Member): Uint8Array {
  if (member.method !== 8) {
    throw new NpzError(`member '${member.name}' uses ZIP compression method ${member.method}; only stored (0) and deflated (8) are read`);
  }
  try {
    // With `out` given, fflate writes no byte past the declared size, whatever the stream holds.
    return inflateSync(packed, { out: new Uint8Array(member.size) });
  } catch (error) {
    throw new NpzError(`member '${member.name}' can't be decompressed: ${(error as Error).message}`, { cause: error });
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

// ---- NPY: a magic, a version, a Python dict as text, then the numbers. ----

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** The numbers begin at a multiple of this. */
const ALIGNMENT = 64;

const DTYPES: Record<string, { bytes: number; make: (buffer: ArrayBuffer) => NpyData }> = {
  '|u1': { bytes: 1, make: (buffer) => new Uint8Array(buffer) },
  '|b1': { bytes: 1, make: (buffer) => new Uint8Array(buffer) },
  '<i4': { bytes: 4, make: (buffer) => new Int32Array(buffer) },
  '<i8': { bytes: 8, make: (buffer) => new BigInt64Array(buffer) },
  '<f4': { bytes: 4, make: (buffer) => new Float32Array(buffer) },
  '<f8': { bytes: 8, make: (buffer) => new Float64Array(buffer) },
};

function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new NpzError(`member '${file}' is not an NPY array: expected the magic 93 'NUMPY', found ${hex(bytes.subarray(0, 6))}`);
  }
  const version = bytes[6];
  if (!(version >= 1 && version <= 3))
    throw new NpzError(`member '${file}': NPY version ${version}.${bytes[7]} is unknown; 1 to 3 are read`);
  const lengthBytes = version === 1 ? 2 : 4;
  const view = viewOf(bytes);
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw new NpzError(`member '${file}' ends at byte ${bytes.length}, within its header`);
  const headerEnd = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < headerEnd) throw new NpzError(`member '${file}' ends at byte ${bytes.length}, within its header of ${headerEnd}`);
  const header = new TextDecoder().decode(bytes.subarray(start, headerEnd));

  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === undefined || fortran === undefined || tuple === undefined) {
    throw new NpzError(`member '${file}': can't read the header ${JSON.stringify(header.trim())}`);
  }
  const dtype = Object.hasOwn(DTYPES, descr) ? DTYPES[descr] : undefined;
  if (!dtype) {
    throw new NpzError(
      `member '${file}' has dtype '${descr}'; expected one of ${Object.keys(DTYPES).join(', ')}: convert it with .astype() in NumPy`,
    );
  }
  const shape = tuple.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  // NumPy marks arrays of one dimension with False, but a column of several may be saved in Fortran order unnoticed.
  if (fortran === 'True') {
    throw new NpzError(`member '${file}' is in Fortran order: save it with numpy.ascontiguousarray()`);
  }
  const expected = product(shape) * dtype.bytes;
  if (bytes.length - headerEnd !== expected) {
    throw new NpzError(
      `member '${file}': shape (${shape.join(', ')}) of ${descr} takes ${expected} bytes from byte ${headerEnd} on, found ${bytes.length - headerEnd}`,
    );
  }
  const content = new ArrayBuffer(expected);
  new Uint8Array(content).set(bytes.subarray(headerEnd));
  return { shape, data: dtype.make(content) };
}

function encodeNpy(name: string, shape: readonly number[], data: Float32Array): Uint8Array {
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || product(shape) !== data.length) {
    throw new NpzError(`array '${name}': shape (${shape.join(', ')}) does not hold ${data.length} numbers`);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = Math.ceil((10 + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(padded + data.length * 4);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  bytes.set([1, 0], 6);
  view.setUint16(8, padded - 10, true);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(padded - 11)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), padded);
  return bytes;
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'nothing' : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

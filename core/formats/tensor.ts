// Weights as files hold them: named arrays of float32.
import { FormatError } from './error.ts';

export interface Tensor {
  /** [] is a scalar. */
  shape: number[];
  /** Row-major. */
  data: Float32Array;
}

/** Numbers in a tensor of that shape. Throws FormatError where it is none, or too large to count. `what` names the tensor. */
export function sizeOf(shape: unknown, what: string): number {
  if (!Array.isArray(shape)) throw new FormatError(`${what}: its shape must be a list of whole numbers, not ${JSON.stringify(shape)}`);
  let size = 1;
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new FormatError(`${what}: its shape must be a list of whole numbers of at least 0, not ${JSON.stringify(shape)}`);
    }
    size *= extent;
  }
  if (!Number.isSafeInteger(size)) throw new FormatError(`${what}: its shape [${shape}] is too large`);
  return size;
}

/** Little-endian bytes of float32 numbers. */
export function floatBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return bytes;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes as a JSON object. Throws FormatError. */
export function parseObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FormatError(`${what} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new FormatError(`${what} must be a JSON object`);
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

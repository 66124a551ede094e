// A message is one binary frame: plain MessagePack, maps with string keys, byte arrays as `bin`. Strict on the way in.
import { decode, encode } from '@msgpack/msgpack';
import type { z } from 'zod';
import { checkClaims } from './claims.ts';
import { ProtocolError } from './errors.ts';

/** Depth and sizes within a frame are bounded by the frame's own size, which the socket bounds; checkClaims sees to lists. */
const OPTIONS = { useBigInt64: false, maxExtLength: 0 } as const;

export function encodeMessage(message: { type: string }): Uint8Array<ArrayBuffer> {
  return encode(message, { forceFloat32: false, ignoreUndefined: true, maxDepth: 64 }) as Uint8Array<ArrayBuffer>;
}

/** Reads a frame as one of `schema`'s messages. Throws ProtocolError `malformed`. */
export function decodeMessage<Schema extends z.ZodType>(schema: Schema, frame: Uint8Array): z.infer<Schema> {
  let value: unknown;
  try {
    checkClaims(frame);
    value = decode(frame, OPTIONS);
  } catch (error) {
    throw new ProtocolError('malformed', `not a MessagePack map: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ProtocolError('malformed', `${issue.path.length ? `${issue.path.join('.')}: ` : ''}${issue.message}`);
}

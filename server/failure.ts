// Errors as HTTP tells them: a status, and a body {error: {code, message}} with a code from protocol/errors.ts.
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyError } from 'fastify';
import { ERROR_CODES, type ErrorCode, ProtocolError } from '../protocol/errors.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  malformed: 400,
  invalid: 400,
  slow: 408,
  'too-large': 413,
  'too-many': 429,
  unauthorized: 401,
  forbidden: 403,
  origin: 403,
  'not-found': 404,
  conflict: 409,
  digest: 409,
  'protocol-mismatch': 426,
  'engine-mismatch': 426,
  memory: 507,
  disk: 507,
  shutdown: 503,
};

export const statusOf = (code: ErrorCode): number => STATUS[code] ?? 500;

/** Codes that the journal, the system and Fastify use. */
const KNOWN: Record<string, ErrorCode> = {
  missing: 'not-found',
  'disk-full': 'disk',
  'read-only': 'disk',
  io: 'disk',
  locked: 'conflict',
  ENOENT: 'not-found',
  ENOSPC: 'disk',
  EDQUOT: 'disk',
  EROFS: 'disk',
  EACCES: 'disk',
  EIO: 'disk',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_VALIDATION: 'invalid',
};

/** Anything thrown, as an error with a code. What nobody foresaw is `internal`, and its text stays in the log. */
export function failureOf(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const { code, message, statusCode } = error as FastifyError;
  const known = KNOWN[code] ?? (ERROR_CODES.includes(code as ErrorCode) ? (code as ErrorCode) : undefined);
  if (known) return new ProtocolError(known, message);
  if (statusCode === 429) return new ProtocolError('too-many', message);
  if (statusCode && statusCode >= 400 && statusCode < 500) return new ProtocolError('malformed', message);
  return new ProtocolError('internal', 'the server failed over this; its log says how');
}

/** Answers on a socket that has no response of its own, with the same body as every other refusal, and closes it. */
export function refuse(socket: Duplex, { code, message }: ProtocolError, status = statusOf(code)): void {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

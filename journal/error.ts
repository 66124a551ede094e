// What can go wrong with a journal, each with a code that callers can act on and a message that says what to do.
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

export type JournalErrorCode =
  /** There is a journal already where a new one was asked for. */
  | 'exists'
  /** No journal, no such run, no such record. */
  | 'missing'
  /** Made by a newer Germline. */
  | 'newer'
  /** The files do not hold what was written. */
  | 'corrupt'
  /** Another process writes this journal. */
  | 'locked'
  | 'read-only'
  | 'disk-full'
  /** More bytes than a row of the store can hold. */
  | 'too-large'
  /** A record out of order. */
  | 'order'
  /** A value that no journal may hold. */
  | 'invalid'
  /** Used after `close`. */
  | 'closed'
  /** The disk or the operating system failed. */
  | 'io';

export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Free bytes below which a failed write counts as a full disk: a page of the log and its header do not fit any more. */
const FULL_BELOW_BYTES = 64 * 1024;

const SQLITE_CODES: Record<number, JournalErrorCode> = {
  5: 'locked',
  6: 'locked',
  8: 'read-only',
  10: 'io',
  11: 'corrupt',
  13: 'disk-full',
  14: 'io',
  18: 'too-large',
  26: 'corrupt',
};

const SYSTEM_CODES: Record<string, JournalErrorCode> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
};

const ADVICE: Partial<Record<JournalErrorCode, string>> = {
  'disk-full': 'the disk is full. What was written before is safe; make room and go on',
  'read-only': 'it cannot be written. Choose a folder that you may write, or change its permissions',
  locked: 'another process is using it. End that one first, or wait for it',
  corrupt: 'it is damaged. Restore the folder from a copy, or run the experiment again with the same seed',
  io: 'the disk or the file system failed. What was written before is safe; look at the disk, then open the journal again',
};

function freeBytes(path: string): number {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    } catch {
      if (dirname(folder) === folder) return Number.POSITIVE_INFINITY;
    }
  }
}

function codeOf(error: unknown, path: string): JournalErrorCode {
  const { code, errcode } = error as { code?: string; errcode?: number };
  const known = code === 'ERR_SQLITE_ERROR' ? SQLITE_CODES[(errcode ?? 1) & 0xff] : SYSTEM_CODES[code ?? ''];
  // SQLite has no code of its own for "no room" in its shared-memory index or under a quota.
  if ((known ?? 'io') === 'io' && freeBytes(path) < FULL_BELOW_BYTES) return 'disk-full';
  return known ?? 'io';
}

/** Anything that SQLite or the file system threw over `path`, as a JournalError; a JournalError passes as it is. `doing` completes "cannot ...". */
export function journalError(error: unknown, doing: string, path: string): JournalError {
  if (error instanceof JournalError) return error;
  const code = codeOf(error, path);
  const reason = error instanceof Error ? error.message : String(error);
  const advice = ADVICE[code];
  return new JournalError(code, `cannot ${doing} ${path}: ${advice ? `${advice} (${reason})` : reason}`, { cause: error });
}

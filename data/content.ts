// A file's content in memory, unpacked where it is gzipped.
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from './error.ts';

/**
 * A file may unpack to at most so many bytes: a small gzip file can hold gigabytes of zeros. The largest dataset with a name of its
 * own here, CIFAR-10, takes 184 MB.
 */
export const MAX_CONTENT_BYTES = 2 ** 31 - 1;

const inflate = promisify(gunzip);

/**
 * Content of the file at `path`; gzip is told by its magic, not by the file's name.
 * Throws DataError when the file can't be read, is damaged, or unpacks to more than `limit` bytes.
 */
export async function readContent(path: string, limit: number = MAX_CONTENT_BYTES): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const content = isGzip(bytes) ? await unpack(bytes, path, limit) : bytes;
  // A Buffer's slice shares memory where a Uint8Array's copies: nobody should have to know which of the two this is.
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** A file system error as a user would put it. */
export function unreadable(path: string, error: unknown): DataError {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'is a folder; expected a file',
    EACCES: 'no permission to read it',
    ERR_FS_FILE_TOO_LARGE: 'is too large to read into memory',
  };
  return new DataError(path, reasons[code ?? ''] ?? `can't be read: ${(error as Error).message}`, { cause: error });
}

async function unpack(bytes: Uint8Array, path: string, limit: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new DataError(path, `unpacks to more than ${limit} bytes, the most that is accepted`);
    if (code === 'Z_BUF_ERROR') throw new DataError(path, `the gzip file is truncated at byte ${bytes.length}; copy or download it again`);
    throw new DataError(path, `the gzip file is damaged (${(error as Error).message}); copy or download it again`, { cause: error });
  }
}

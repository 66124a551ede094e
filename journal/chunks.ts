// Large bytes as files that are called by their SHA-256: the same bytes are stored once, and damage shows.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, journalError } from './error.ts';
import { journalPaths, makeFolder, syncFolder, TEMPORARY_PREFIX, writeWhole } from './folder.ts';

/** Bytes of a chunk; the last of a list may be shorter. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

const NAME = /^[0-9a-f]{64}$/;

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The chunks of one journal folder. */
export class Chunks {
  readonly #folder: string;

  constructor(journal: string) {
    this.#folder = journalPaths(journal).chunks;
  }

  /** Stores bytes and returns their hash. Durable after `sync`. */
  write(bytes: Uint8Array): string {
    const hash = hashOf(bytes);
    const path = join(this.#folder, hash);
    try {
      makeFolder(this.#folder);
      if (!this.#holds(hash)) writeWhole(path, bytes);
    } catch (error) {
      throw journalError(error, 'write', path);
    }
    return hash;
  }

  /** Makes the names of all chunks written so far durable. */
  sync(): void {
    try {
      if (existsSync(this.#folder)) syncFolder(this.#folder);
    } catch (error) {
      throw journalError(error, 'write', this.#folder);
    }
  }

  #holds(hash: string): boolean {
    try {
      return hashOf(readFileSync(join(this.#folder, hash))) === hash;
    } catch {
      return false;
    }
  }

  /** Throws JournalError `missing` or `corrupt`, naming the file. */
  read(hash: string): Uint8Array {
    const path = join(this.#folder, hash);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw journalError(error, 'read', path);
    }
    if (hashOf(bytes) !== hash) throw new JournalError('corrupt', `${path} is damaged: its content has another hash than its name`);
    return bytes;
  }

  /** Deletes whatever `keep` does not name. Failures are left for the next time. */
  sweep(keep: (hash: string) => boolean): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      const unused = NAME.test(name) ? !keep(name) : name.startsWith(TEMPORARY_PREFIX);
      if (unused) rmSync(join(this.#folder, name), { force: true });
    }
  }
}

/** Cuts a stream of pieces of any size into chunks of CHUNK_BYTES. A chunk's memory is the receiver's to keep. */
export async function* rechunk(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const taken = Math.min(piece.length - at, CHUNK_BYTES - filled);
      chunk.set(piece.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled === CHUNK_BYTES) {
        yield chunk;
        chunk = new Uint8Array(CHUNK_BYTES);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield chunk.slice(0, filled);
}

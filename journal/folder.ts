// Where a journal keeps what, and how a file gets onto the disk so that a power cut cannot take it back.
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 *     journal.sqlite        runs, records, losses, which chunks make a snapshot (and SQLite's -wal and -shm beside it)
 *     journal.lock          held by the process that writes
 *     journal.writer        who that is, for people
 *     chunks/<sha256>       pieces of snapshots and start genomes, at most 4 MiB each
 *     engines/<sha256>/     the WebAssembly modules that a run was made with
 */
export function journalPaths(folder: string) {
  return {
    database: join(folder, 'journal.sqlite'),
    lock: join(folder, 'journal.lock'),
    writer: join(folder, 'journal.writer'),
    chunks: join(folder, 'chunks'),
    engines: join(folder, 'engines'),
  };
}

/** Makes a directory's entries durable. A no-op on Windows, where directories cannot be synced. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** `mkdir -p` whose every new level is durable in the level above. Level by level, for the system's own word on why one cannot be made. */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let level = resolve(folder); !existsSync(level); level = dirname(level)) missing.push(level);
  for (const level of missing.reverse()) {
    try {
      mkdirSync(level);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    syncFolder(dirname(level));
  }
}

export const TEMPORARY_PREFIX = '.new-';

/**
 * Writes a file whole or not at all: beside it under a temporary name, synced, then renamed.
 * The name itself is durable once the caller has called `syncFolder` on its folder.
 */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), TEMPORARY_PREFIX + randomBytes(8).toString('hex'));
  try {
    const descriptor = openSync(temporary, 'wx');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

// One writer to a journal, across processes. The lock is the operating system's, taken through SQLite on a file of its own: it ends
// with the process that holds it, however that ends, so there is no stale lock to judge and no process id to trust.
//
// A process that opens and closes `journal.lock` by other means gives its own lock away (POSIX locks work so): leave the file alone.
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { JournalError, journalError } from './error.ts';
import { journalPaths } from './folder.ts';
import { sqlite } from './sqlite.ts';

/** A process that was just killed may need a moment to let go. */
const PATIENCE_MILLISECONDS = 250;

interface Holder {
  pid: number;
  host: string;
  since: string;
}

function describeHolder(path: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return `process ${pid} on ${host}, since ${since}`;
  } catch {
    return 'another process';
  }
}

export class WriterLock {
  readonly #folder: string;
  #held: DatabaseSync | undefined;

  private constructor(folder: string, held: DatabaseSync) {
    this.#folder = folder;
    this.#held = held;
  }

  /** Takes the lock of a journal folder. Throws JournalError `locked` (naming the holder) or `read-only`. */
  static take(folder: string): WriterLock {
    const paths = journalPaths(folder);
    let held: DatabaseSync | undefined;
    try {
      // On a file that cannot be written SQLite would open it to read, and take no lock at all.
      accessSync(folder, constants.W_OK);
      if (existsSync(paths.lock)) accessSync(paths.lock, constants.W_OK);
      held = new (sqlite().DatabaseSync)(paths.lock);
      held.exec(`PRAGMA busy_timeout = ${PATIENCE_MILLISECONDS}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;`);
    } catch (error) {
      held?.close();
      const primary = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
      if (primary === 5) {
        throw new JournalError(
          'locked',
          `${folder} is being written by ${describeHolder(paths.writer)}. End that run first, or choose another folder`,
        );
      }
      throw journalError(error, 'lock', folder);
    }
    try {
      const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
      writeFileSync(paths.writer, JSON.stringify(holder));
    } catch {
      // Only the message of a second writer is poorer for it.
    }
    return new WriterLock(folder, held);
  }

  release(): void {
    if (!this.#held) return;
    rmSync(journalPaths(this.#folder).writer, { force: true });
    this.#held.close();
    this.#held = undefined;
  }
}

// One writer to a journal, and turns at what several processes change. A lock is the operating system's, taken through SQLite on a file of
// its own: it ends with the process that holds it, however that ends, so there is no stale lock to judge and no process id to trust.
//
// A process that opens and closes such a file by other means gives its own lock away (POSIX locks work so): leave them alone.
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { JournalError, journalError } from './error.ts';
import { journalPaths } from './folder.ts';
import { sqlite } from './sqlite.ts';

/** A process that was just killed may need a moment to let go. */
const PATIENCE_MILLISECONDS = 250;
/** What a turn may wait for those before it, and how long until it looks again. */
const TURN_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 5;

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

/** Holds a lock file, as long as what it returns is not closed. Throws SQLite's own errors: `isHeld` knows those of a lock that another holds. */
function hold(path: string, patience: number): DatabaseSync {
  // On a file that cannot be written SQLite would open it to read, and take no lock at all.
  accessSync(dirname(path), constants.W_OK);
  if (existsSync(path)) accessSync(path, constants.W_OK);
  const held = new (sqlite().DatabaseSync)(path);
  try {
    held.exec(`PRAGMA busy_timeout = ${patience}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;`);
    return held;
  } catch (error) {
    held.close();
    throw error;
  }
}

/** SQLITE_BUSY. */
const isHeld = (error: unknown): boolean => (((error as { errcode?: number }).errcode ?? 0) & 0xff) === 5;

/**
 * Does something brief while nobody else does so under the same lock file, in this process or another. Throws JournalError `locked`,
 * `read-only`.
 */
export async function inTurn<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + TURN_MILLISECONDS;
  let held: DatabaseSync | undefined;
  while (!held) {
    try {
      held = hold(path, 0);
    } catch (error) {
      if (!isHeld(error) || performance.now() > until) throw journalError(error, 'lock', path);
      // Whoever has it may be of this thread: it is not made to wait.
      await setTimeout(RETRY_MILLISECONDS);
    }
  }
  try {
    return await work();
  } finally {
    held.close();
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
    let held: DatabaseSync;
    try {
      held = hold(paths.lock, PATIENCE_MILLISECONDS);
    } catch (error) {
      if (isHeld(error)) {
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

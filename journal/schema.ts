// The tables of journal.sqlite, and how a connection to it is opened.
import { existsSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { JournalError, journalError } from './error.ts';
import { journalPaths } from './folder.ts';
import { sqlite } from './sqlite.ts';

/** 'GRML': tells a journal from any other SQLite file. */
const APPLICATION_ID = 0x47524d4c;
const SCHEMA_VERSION = 1;

const SCHEMA = `
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  header TEXT NOT NULL,             -- JSON (header.ts)
  root BLOB NOT NULL,               -- checksum of the header: start of the chain
  records INTEGER NOT NULL DEFAULT 0,
  done TEXT,                        -- JSON of the event that ended the run
  done_check BLOB                   -- SHA-256(chain of the last record, done)
) STRICT;
CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  digest BLOB NOT NULL,             -- of the state that the losses were measured on
  best REAL NOT NULL,
  mean REAL NOT NULL,
  validation_loss REAL,
  validation_accuracy REAL,
  champion_generation INTEGER,      -- where this generation has a new champion
  champion_individual INTEGER,
  champion_loss REAL,
  champion_accuracy REAL,
  champion_digest BLOB,
  evaluations INTEGER NOT NULL,     -- since the run's first generation
  seconds REAL NOT NULL,
  population INTEGER NOT NULL,
  losses_hash BLOB NOT NULL,
  selection BLOB NOT NULL,
  chain BLOB NOT NULL,              -- SHA-256(chain of the record before, this record)
  UNIQUE (run, generation)
) STRICT;
CREATE TABLE losses (
  record INTEGER PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE,
  form TEXT NOT NULL CHECK (form IN ('float32', 'histogram')),
  bytes BLOB NOT NULL,
  checksum BLOB NOT NULL            -- SHA-256(losses_hash of the record, form, bytes)
) STRICT;
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  digest BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  chunks BLOB NOT NULL,             -- SHA-256 of each chunk, one after the other
  checksum BLOB NOT NULL,           -- SHA-256(root of the run, generation, digest, bytes, chunks)
  UNIQUE (run, generation)
) STRICT;
`;

/** How long a statement waits for another connection's lock. */
const BUSY_MILLISECONDS = 5_000;
/** Log pages after which SQLite moves them to the main file (4 KiB each), and what is kept of the log's file after. */
const CHECKPOINT_PAGES = 4_000;
const LOG_KEPT_BYTES = 64 * 1024 * 1024;

function number(database: DatabaseSync, pragma: string): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get() as Record<string, number>;
  return Object.values(row)[0];
}

/** Throws `newer`, or `corrupt` where the file is not a journal or is cut short. */
function checkFormat(database: DatabaseSync, path: string): void {
  const application = number(database, 'application_id');
  const version = number(database, 'user_version');
  if (application === 0 && version === 0) {
    throw new JournalError(
      'corrupt',
      `${path} holds no journal: it is empty or cut short. Restore the folder from a copy, or choose another folder`,
    );
  }
  if (application !== APPLICATION_ID) throw new JournalError('corrupt', `${path} is an SQLite file, but not a Germline journal`);
  if (version > SCHEMA_VERSION) {
    throw new JournalError(
      'newer',
      `${path} was made by a newer Germline (journal version ${version}; this one reads up to ${SCHEMA_VERSION}). Update Germline to open it`,
    );
  }
  if (version < 1) throw new JournalError('corrupt', `${path} has journal version ${version}, which never was`);
}

/** Was the store left without a clean close, so that its log still holds records? */
export function hasLog(folder: string): boolean {
  const log = `${journalPaths(folder).database}-wal`;
  return existsSync(log) && statSync(log).size > 0;
}

/** The writer's connection. The folder's lock is the caller's to hold. `create` makes the tables where there are none. */
export function openForWriting(folder: string, create: boolean): DatabaseSync {
  const path = journalPaths(folder).database;
  if (!create && !existsSync(path)) throw new JournalError('missing', `${folder} holds no journal (there is no journal.sqlite in it)`);
  let database: DatabaseSync | undefined;
  try {
    database = new (sqlite().DatabaseSync)(path);
    // WAL with FULL: a commit returns when its log is on the disk. The fullfsync pair makes macOS mean it too.
    database.exec(`
      PRAGMA busy_timeout = ${BUSY_MILLISECONDS};
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA foreign_keys = ON;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${LOG_KEPT_BYTES};
    `);
    if (create && number(database, 'application_id') === 0 && number(database, 'schema_version') === 0) {
      database.exec(
        `BEGIN IMMEDIATE; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`,
      );
    }
    checkFormat(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw journalError(error, 'open', path);
  }
}

/** A reader's connection: sees what is committed, beside a writer of another process or thread too. */
export function openForReading(folder: string): DatabaseSync {
  const path = journalPaths(folder).database;
  if (!existsSync(path)) throw new JournalError('missing', `${folder} holds no journal (there is no journal.sqlite in it)`);
  const open = (location: string | URL): DatabaseSync => {
    const database = new (sqlite().DatabaseSync)(location, { readOnly: true });
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;`);
      checkFormat(database, path);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return open(path);
  } catch (error) {
    if ((((error as { errcode?: number }).errcode ?? 0) & 0xff) !== 14) throw journalError(error, 'open', path);
    // A reader of a log needs an index file beside it, which a read-only folder does not let it make.
    if (hasLog(folder)) {
      throw new JournalError(
        'read-only',
        `${folder} is read-only and its journal was not closed cleanly. Copy the folder to a place that you may write, and open it there`,
        {
          cause: error,
        },
      );
    }
    try {
      const location = pathToFileURL(path);
      location.searchParams.set('immutable', '1');
      return open(location);
    } catch (second) {
      throw journalError(second, 'open', path);
    }
  }
}

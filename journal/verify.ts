// Reading a run's rows with its chain: what comes out is what was written, or an error.
import type { DatabaseSync } from 'node:sqlite';
import type { DoneEvent } from '../core/events.ts';
import { decodeDone } from './done.ts';
import { JournalError } from './error.ts';
import { chainRoot, type RunHeader } from './header.ts';
import { chainRecord, type JournalRecord, sha256 } from './record.ts';
import { RECORD_COLUMNS, type RecordRow, recordFrom } from './row.ts';

/** A run's row, checked. */
export interface RunRow {
  id: number;
  header: RunHeader;
  root: Uint8Array;
  /** Records that were committed. */
  records: number;
  done: string | null;
  doneCheck: Uint8Array | null;
}

/** What was found damaged at the end of a run's records and left out. The generations lost are run again, with the same outcome. */
export interface Recovery {
  /** Whole records: the run goes on from here. */
  records: number;
  /** Records that were there once. */
  written: number;
  message: string;
}

export interface VerifiedRun extends RunRow {
  /** Whole records from generation 0 on. */
  count: number;
  /** Checksum of the last one, or the root. */
  chain: Uint8Array;
  end: DoneEvent | null;
  recovery: Recovery | null;
}

/** Rows taken at a time: no statement stays open while a caller holds on to a record, which would keep the log from shrinking. */
const ROWS_AT_A_TIME = 64;

const equal = (a: unknown, b: Uint8Array): boolean => a instanceof Uint8Array && Buffer.compare(a, b) === 0;

export function doneCheck(chain: Uint8Array, done: string): Uint8Array {
  return sha256(chain, 'done\n', done);
}

/** Names of the store's runs, in the order of their making. */
export function runNames(database: DatabaseSync): string[] {
  return (database.prepare('SELECT run FROM runs ORDER BY id').all() as { run: string }[]).map(({ run }) => run);
}

/** The run of that name; where none is given, the only one. Throws JournalError `missing` or `corrupt`. */
export function readRun(database: DatabaseSync, folder: string, name?: string): RunRow {
  let run = name;
  if (run === undefined) {
    const names = runNames(database);
    if (names.length === 0) throw new JournalError('missing', `the journal in ${folder} holds no run`);
    if (names.length > 1)
      throw new JournalError('missing', `the journal in ${folder} holds ${names.length} runs; name one: ${names.slice(0, 20).join(', ')}`);
    run = names[0];
  }
  const row = database.prepare('SELECT id, header, root, records, done, done_check FROM runs WHERE run = ?').get(run) as
    | { id: number; header: string; root: Uint8Array; records: number; done: string | null; done_check: Uint8Array | null }
    | undefined;
  if (!row) throw new JournalError('missing', `the journal in ${folder} holds no run ${run}`);
  if (!equal(row.root, chainRoot(row.header))) {
    throw new JournalError(
      'corrupt',
      `the journal in ${folder} is damaged: the description of run ${run} is not what was written. Restore the folder from a copy`,
    );
  }
  return { id: row.id, header: JSON.parse(row.header), root: row.root, records: row.records, done: row.done, doneCheck: row.done_check };
}

/** The checksum up to the last of `count` records; undefined where that record is gone. */
function chainUpTo(database: DatabaseSync, run: RunRow, count: number): Uint8Array | undefined {
  if (count === 0) return run.root;
  const row = database.prepare('SELECT chain FROM records WHERE run = ? AND generation = ?').get(run.id, count - 1);
  return (row as { chain: Uint8Array } | undefined)?.chain;
}

/** How a run ended; null where it has not, or where the note of it belongs to other records. */
export function readEnd(database: DatabaseSync, run: RunRow): DoneEvent | null {
  const chain = chainUpTo(database, run, run.records);
  return run.done !== null && chain && equal(run.doneCheck, doneCheck(chain, run.done)) ? decodeDone(run.done) : null;
}

export interface ChainedRecord {
  record: JournalRecord;
  chain: Uint8Array;
  /** Is it the record that was written, the one before it given as it stands? */
  whole: boolean;
}

const COLUMNS = RECORD_COLUMNS.join(', ');

/** Rows from generation `from` on with the verdict on each, until a generation is missing. */
export function* chainedRecords(database: DatabaseSync, run: RunRow, from: number): Generator<ChainedRecord, void> {
  let before = chainUpTo(database, run, from);
  if (!before) return;
  const rows = database.prepare(
    `SELECT ${COLUMNS}, chain FROM records WHERE run = ? AND generation >= ? ORDER BY generation LIMIT ${ROWS_AT_A_TIME}`,
  );
  for (let next = from; ; ) {
    const page = rows.all(run.id, next) as (RecordRow & { chain: Uint8Array })[];
    for (const row of page) {
      const record = recordFrom(row);
      if (record.generation !== next) return;
      let whole = false;
      try {
        whole = equal(row.chain, chainRecord(before, record));
      } catch {
        // A damaged row may not even have the shape of one.
      }
      yield { record, chain: row.chain, whole };
      before = row.chain;
      next++;
    }
    if (page.length < ROWS_AT_A_TIME) return;
  }
}

/**
 * Goes through all records of a run. Damage at the end only is left out and reported in `recovery`; a damaged record before whole ones
 * throws JournalError `corrupt`, naming the generation.
 */
export function verifyRun(database: DatabaseSync, folder: string, name?: string): VerifiedRun {
  const run = readRun(database, folder, name);
  const where = `the journal in ${folder}, run ${run.header.run}`;
  let count = 0;
  let chain = run.root;
  let damaged = -1;
  for (const { record, chain: stored, whole } of chainedRecords(database, run, 0)) {
    if (!whole) {
      if (damaged < 0) damaged = record.generation;
    } else if (damaged >= 0) {
      throw new JournalError(
        'corrupt',
        `${where}: the record of generation ${damaged} is damaged, and whole ones follow it. Restore the folder from a copy, or run the experiment again with the same seed`,
      );
    } else {
      count++;
      chain = stored;
    }
  }
  const { last, rows } = database.prepare('SELECT MAX(generation) AS last, COUNT(*) AS rows FROM records WHERE run = ?').get(run.id) as {
    last: number | null;
    rows: number;
  };
  const present = damaged < 0 ? count : (last ?? -1) + 1;
  if (rows !== present) {
    throw new JournalError(
      'corrupt',
      `${where}: records are missing between generation ${count} and ${last}. Restore the folder from a copy, or run the experiment again with the same seed`,
    );
  }
  const written = Math.max(run.records, present);
  if (written > count) {
    const message = `${where}: ${written - count} of ${written} records at the end are damaged or gone; it goes on from generation ${count}`;
    return { ...run, count, chain, end: null, recovery: { records: count, written, message } };
  }
  const end = readEnd(database, run);
  if (run.done !== null && !end) {
    const message = `${where}: the note of how it ended is damaged; it goes on from generation ${count}`;
    return { ...run, count, chain, end: null, recovery: { records: count, written, message } };
  }
  return { ...run, count, chain, end, recovery: null };
}

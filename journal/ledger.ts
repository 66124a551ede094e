// The writing side of a journal folder: what the writer's thread does, in the order it is asked. Synchronous; one at a time per folder.
import { existsSync, statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DoneEvent } from '../core/events.ts';
import { CHUNK_BYTES, Chunks } from './chunks.ts';
import { type CutReason, insertCut } from './cuts.ts';
import { encodeDone } from './done.ts';
import { writeEngineFiles } from './engine-files.ts';
import { JournalError, journalError } from './error.ts';
import { journalPaths, makeFolder, syncFolder } from './folder.ts';
import { type ChunkList, chainRoot, checkHeader, type EngineFile, type RunHeader } from './header.ts';
import { encodeHistogram, shrinkLosses } from './histogram.ts';
import { WriterLock } from './lock.ts';
import { lossesChecksum } from './losses.ts';
import { bytesOf, chainRecord, checkBlob, checkRecord, keptOf, type NewRecord, sha256 } from './record.ts';
import { RECORD_COLUMNS, rowOf } from './row.ts';
import { hasLog, openForWriting } from './schema.ts';
import { insertSnapshot, usedChunks } from './snapshot.ts';
import { doneCheck, type Recovery, runNames, verifyRun } from './verify.ts';

/** Largest database that is gone through page by page when it is opened (SQLite's quick_check): always, and after a crash. */
const CHECKED_BYTES = 64 * 1024 ** 2;
const CHECKED_AFTER_CRASH_BYTES = 1024 ** 3;

/** Where a run stands. */
interface Head {
  id: number;
  root: Uint8Array;
  /** Records; the next one's generation. */
  count: number;
  chain: Uint8Array;
  keepLosses: number | null;
  ended: boolean;
}

export interface NewRun extends Omit<RunHeader, 'engineFiles' | 'start'> {
  engineFiles: EngineFile[];
  /** Little-endian float32. */
  start: Uint8Array | null;
  /** Individuals a generation, where known: refused now rather than at the first record if their losses cannot be stored. */
  population?: number;
}

export interface OpenedRun {
  header: RunHeader;
  /** Whole records. */
  count: number;
  end: DoneEvent | null;
  recovery: Recovery | null;
}

export class Ledger {
  readonly #folder: string;
  readonly #lock: WriterLock;
  readonly #database: DatabaseSync;
  readonly #chunks: Chunks;
  readonly #heads = new Map<string, Head>();
  /** Snapshots being written: their chunks, so far. */
  readonly #unfinished = new Map<string, ChunkList>();
  readonly #statements = new Map<string, StatementSync>();

  /** Takes the folder's lock. `create` makes the folder and the tables where they are missing. Throws JournalError. */
  constructor(folder: string, create: boolean) {
    this.#folder = folder;
    const { database } = journalPaths(folder);
    if (!create && !existsSync(database))
      throw new JournalError('missing', `${folder} holds no journal (there is no journal.sqlite in it)`);
    try {
      makeFolder(folder);
    } catch (error) {
      throw journalError(error, 'make', folder);
    }
    this.#lock = WriterLock.take(folder);
    try {
      const crashed = hasLog(folder);
      this.#database = openForWriting(folder, create);
      this.#chunks = new Chunks(folder);
      syncFolder(folder);
      if (statSync(database).size <= (crashed ? CHECKED_AFTER_CRASH_BYTES : CHECKED_BYTES)) this.#checkPages('quick_check');
      // After a crash nothing is thrown away: what looks unused may belong to records that a damaged log hides.
      if (!crashed) this.#sweep();
    } catch (error) {
      this.#lock.release();
      throw journalError(error, 'open', database);
    }
  }

  #checkPages(pragma: 'quick_check' | 'integrity_check'): void {
    const { [pragma]: verdict } = this.#database.prepare(`PRAGMA ${pragma}(1)`).get() as Record<string, string>;
    if (verdict !== 'ok') {
      throw new JournalError(
        'corrupt',
        `${journalPaths(this.#folder).database} is damaged (${verdict.trim().split('\n').at(-1)}). Restore the folder from a copy, or run the experiment again with the same seed`,
      );
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** All or nothing, and on the disk when it returns. Runs' heads go back with the rows where it throws. */
  transaction<T>(work: () => T): T {
    const before = new Map([...this.#heads].map(([run, head]) => [run, { ...head }]));
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back itself.
      }
      this.#heads.clear();
      for (const [run, head] of before) this.#heads.set(run, head);
      throw journalError(error, 'write', journalPaths(this.#folder).database);
    }
  }

  runs(): string[] {
    return runNames(this.#database);
  }

  create(run: NewRun): RunHeader {
    const { engineFiles, start, population, ...plain } = run;
    if (population !== undefined) checkBlob(4 * population, `a generation of ${population} losses`);
    checkHeader({ ...plain, engineFiles: engineFiles.map(({ name, bytes }) => ({ name, bytes: bytes.length, hash: '' })), start: null });
    if (this.runs().includes(run.run)) throw new JournalError('exists', `the journal in ${this.#folder} already holds a run ${run.run}`);
    const header: RunHeader = {
      ...plain,
      engineFiles: writeEngineFiles(this.#folder, run.engine, engineFiles),
      start: start && this.#writeWhole(start),
    };
    const text = JSON.stringify(header);
    checkBlob(text.length, 'the experiment');
    const root = chainRoot(text);
    this.transaction(() => {
      const { lastInsertRowid } = this.#prepared('INSERT INTO runs (run, header, root) VALUES (?, ?, ?)').run(header.run, text, root);
      this.#heads.set(header.run, {
        id: Number(lastInsertRowid),
        root,
        count: 0,
        chain: root,
        keepLosses: header.keepLosses,
        ended: false,
      });
    });
    return header;
  }

  #writeWhole(bytes: Uint8Array): ChunkList {
    const chunks: string[] = [];
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(this.#chunks.write(bytes.subarray(at, at + CHUNK_BYTES)));
    this.#chunks.sync();
    return { bytes: bytes.length, chunks };
  }

  /** Checks a run's chain. A damaged tail is dropped, with the snapshots of what is gone. */
  open(name?: string): OpenedRun {
    let verified: ReturnType<typeof verifyRun>;
    try {
      verified = verifyRun(this.#database, this.#folder, name);
    } catch (error) {
      throw journalError(error, 'read', journalPaths(this.#folder).database);
    }
    const { id, root, header, count, chain, end, recovery } = verified;
    if (recovery) {
      this.#checkPages('integrity_check');
      this.transaction(() => {
        this.#prepared('DELETE FROM records WHERE run = ? AND generation >= ?').run(id, count);
        this.#prepared('DELETE FROM snapshots WHERE run = ? AND generation > ?').run(id, count);
        this.#prepared('UPDATE runs SET records = ?, done = NULL, done_check = NULL WHERE id = ?').run(count, id);
      });
    }
    this.#heads.set(header.run, { id, root, count, chain, keepLosses: header.keepLosses, ended: end !== null });
    return { header, count, end, recovery };
  }

  #head(run: string): Head {
    const head = this.#heads.get(run);
    if (!head) throw new JournalError('missing', `run ${run} of the journal in ${this.#folder} is not open`);
    return head;
  }

  /** Inside a transaction; a record that is refused leaves the others of the transaction alone. */
  append(run: string, record: NewRecord): void {
    const head = this.#head(run);
    checkRecord(record);
    if (record.generation !== head.count) {
      throw new JournalError(
        'order',
        `run ${run}: the record of generation ${record.generation} cannot be written where that of generation ${head.count} is due`,
      );
    }
    const losses = bytesOf(record.losses);
    const kept = keptOf(record, sha256(losses));
    const chain = chainRecord(head.chain, kept);
    const columns = ['run', ...RECORD_COLUMNS, 'chain'];
    this.#database.exec('SAVEPOINT record');
    try {
      const { lastInsertRowid } = this.#prepared(
        `INSERT INTO records (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ).run(head.id, ...rowOf(kept), chain);
      this.#prepared("INSERT INTO losses (record, form, bytes, checksum) VALUES (?, 'float32', ?, ?)").run(
        lastInsertRowid,
        losses,
        lossesChecksum(kept.lossesHash, 'float32', losses),
      );
      if (head.keepLosses !== null) this.#shrink(head.id, record.generation - head.keepLosses);
      this.#prepared('UPDATE runs SET records = ?, done = NULL, done_check = NULL WHERE id = ?').run(record.generation + 1, head.id);
      this.#database.exec('RELEASE record');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK TO record; RELEASE record');
      throw error;
    }
    head.count++;
    head.chain = chain;
    head.ended = false;
  }

  #shrink(run: number, generation: number): void {
    const row = this.#prepared(
      "SELECT record, bytes, losses_hash FROM losses JOIN records ON records.id = record WHERE run = ? AND generation = ? AND form = 'float32'",
    ).get(run, generation) as { record: number; bytes: Uint8Array; losses_hash: Uint8Array } | undefined;
    if (!row) return;
    const histogram = encodeHistogram(shrinkLosses(new Float32Array(Uint8Array.from(row.bytes).buffer)));
    this.#prepared("UPDATE losses SET form = 'histogram', bytes = ?, checksum = ? WHERE record = ?").run(
      histogram,
      lossesChecksum(row.losses_hash, 'histogram', histogram),
      row.record,
    );
  }

  /** Inside a transaction. */
  finish(run: string, done: DoneEvent): void {
    const head = this.#head(run);
    const text = encodeDone(done);
    this.#prepared('UPDATE runs SET done = ?, done_check = ? WHERE id = ?').run(text, doneCheck(head.chain, text), head.id);
    head.ended = true;
  }

  /** A piece of a snapshot, at most CHUNK_BYTES; the first one begins it. */
  addChunk(run: string, bytes: Uint8Array): void {
    this.#head(run);
    const list = this.#unfinished.get(run) ?? { bytes: 0, chunks: [] };
    this.#unfinished.set(run, list);
    list.chunks.push(this.#chunks.write(bytes));
    list.bytes += bytes.length;
  }

  /** Makes the pieces added since the last one a snapshot of the state at the start of `generation`, and prunes. */
  endSnapshot(run: string, generation: number, digest: string): ChunkList {
    const head = this.#head(run);
    const list = this.#unfinished.get(run) ?? { bytes: 0, chunks: [] };
    try {
      if (generation > head.count) {
        throw new JournalError(
          'order',
          `run ${run}: a snapshot of generation ${generation} cannot be kept where only ${head.count} records are`,
        );
      }
      this.#chunks.sync();
      this.transaction(() => insertSnapshot(this.#database, head, generation, digest, list));
    } finally {
      this.dropSnapshot(run);
    }
    return list;
  }

  /**
   * Drops the records from `generation` on and the snapshots of states that followed from them, and notes why; all of it or nothing. False
   * where there are no such records.
   */
  cut(run: string, generation: number, reason: CutReason): boolean {
    const head = this.#head(run);
    if (!Number.isSafeInteger(generation) || generation < 0)
      throw new JournalError('invalid', `run ${run}: a journal is cut at a generation, not at ${generation}`);
    if (generation >= head.count) return false;
    this.transaction(() => {
      insertCut(this.#database, head, { generation, records: head.count, at: new Date().toISOString(), ...reason });
      this.#prepared('DELETE FROM records WHERE run = ? AND generation >= ?').run(head.id, generation);
      this.#prepared('DELETE FROM snapshots WHERE run = ? AND generation > ?').run(head.id, generation);
      this.#prepared('UPDATE runs SET records = ?, done = NULL, done_check = NULL WHERE id = ?').run(generation, head.id);
      const last = this.#prepared('SELECT chain FROM records WHERE run = ? AND generation = ?').get(head.id, generation - 1);
      head.chain = (last as { chain: Uint8Array } | undefined)?.chain ?? head.root;
      head.count = generation;
      head.ended = false;
    });
    this.#sweep();
    return true;
  }

  /** Forgets the pieces added since the last snapshot, and deletes the files that nothing needs any more. */
  dropSnapshot(run: string): void {
    this.#unfinished.delete(run);
    this.#sweep();
  }

  #sweep(): void {
    const used = usedChunks(this.#database);
    if (!used) return;
    for (const { chunks } of this.#unfinished.values()) for (const hash of chunks) used.add(hash);
    this.#chunks.sweep((hash) => used.has(hash));
  }

  remove(run: string): void {
    this.transaction(() => {
      const { changes } = this.#prepared('DELETE FROM runs WHERE run = ?').run(run);
      if (changes === 0) throw new JournalError('missing', `the journal in ${this.#folder} holds no run ${run}`);
    });
    this.#heads.delete(run);
    this.dropSnapshot(run);
  }

  /** SQLite does so by itself only where nobody has the journal open for reading. */
  #emptyLog(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The disk is full, or fails: all is in the log, where the next one finds it.
    }
  }

  close(): void {
    try {
      this.#statements.clear();
      this.#emptyLog();
      this.#database.close();
    } finally {
      this.#lock.release();
    }
  }
}

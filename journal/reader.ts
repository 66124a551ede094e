// A journal as it is read: by a replay, an export, a dashboard, beside the process that writes it or long after.
import type { DatabaseSync } from 'node:sqlite';
import type { DoneEvent } from '../core/events.ts';
import { Chunks } from './chunks.ts';
import { type Cut, readCuts } from './cuts.ts';
import { readEngineFiles } from './engine-files.ts';
import { JournalError, journalError } from './error.ts';
import { journalPaths } from './folder.ts';
import type { EngineFile, RunHeader } from './header.ts';
import { decodeHistogram, type LossHistogram } from './histogram.ts';
import { lossesChecksum } from './losses.ts';
import type { JournalRecord } from './record.ts';
import { openForReading } from './schema.ts';
import { latestWhole, readChunks, type Snapshot } from './snapshot.ts';
import { chainedRecords, type Recovery, readEnd, readRun, runNames, type VerifiedRun, verifyRun } from './verify.ts';

/** What a journal tells, whoever writes it. */
export interface JournalContent {
  readonly folder: string;
  readonly run: RunHeader;
  /** Whole records. */
  readonly count: number;
  /** How the run ended; null while it goes on (a reader sees it change). */
  readonly end: DoneEvent | null;
  /** What was left out at the end when the journal was opened. */
  readonly recovery: Recovery | null;
  /** Records from generation `from` on (default 0), each checked against its chain. Throws JournalError `corrupt`, naming the generation. */
  records(from?: number): Iterable<JournalRecord>;
  /** A generation's losses, or their histogram once they are old. Throws JournalError `missing` or `corrupt`. */
  losses(generation: number): Float32Array | LossHistogram;
  /** The newest whole snapshot of generation `atMost` (default: any) or before; null where there is none. Reads every chunk once to be sure. */
  latestSnapshot(atMost?: number): Snapshot | null;
  /** Where the run went back to an earlier generation, oldest first. */
  cuts(): Cut[];
  /** The genome that the run started from (`--init`); null where there was none. */
  start(): Float32Array | null;
  /** The WebAssembly modules that the run was made with. */
  engineFiles(): EngineFile[];
}

export class JournalReader implements JournalContent {
  readonly folder: string;
  readonly #database: DatabaseSync;
  readonly #chunks: Chunks;
  readonly #verified: VerifiedRun;

  private constructor(folder: string, database: DatabaseSync, verified: VerifiedRun) {
    this.folder = folder;
    this.#database = database;
    this.#chunks = new Chunks(folder);
    this.#verified = verified;
  }

  /** Opens a journal without writing to it, and checks every record of the run (`run`: default, the only one). Throws JournalError. */
  static open(folder: string, run?: string): JournalReader {
    const database = openForReading(folder);
    try {
      // One view of it all: the run may be growing under our eyes.
      database.exec('BEGIN');
      const verified = verifyRun(database, folder, run);
      database.exec('COMMIT');
      return new JournalReader(folder, database, verified);
    } catch (error) {
      database.close();
      throw journalError(error, 'read', journalPaths(folder).database);
    }
  }

  /** How many records a run's journal says that it holds, without looking at any of them. Throws JournalError. */
  static recorded(folder: string, run: string): number {
    const database = openForReading(folder);
    try {
      return readRun(database, folder, run).records;
    } catch (error) {
      throw journalError(error, 'read', journalPaths(folder).database);
    } finally {
      database.close();
    }
  }

  /** Names of the runs in a folder, oldest first. */
  static runs(folder: string): string[] {
    const database = openForReading(folder);
    try {
      return runNames(database);
    } catch (error) {
      throw journalError(error, 'read', journalPaths(folder).database);
    } finally {
      database.close();
    }
  }

  get run(): RunHeader {
    return this.#verified.header;
  }

  get recovery(): Recovery | null {
    return this.#verified.recovery;
  }

  /** Records committed by now: grows while another process writes. */
  get count(): number {
    if (this.#verified.recovery) return this.#verified.count;
    return this.#read(() => readRun(this.#database, this.folder, this.run.run).records);
  }

  get end(): DoneEvent | null {
    if (this.#verified.recovery) return null;
    return this.#read(() => readEnd(this.#database, readRun(this.#database, this.folder, this.run.run)));
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw journalError(error, 'read', journalPaths(this.folder).database);
    }
  }

  *records(from = 0): Generator<JournalRecord, void> {
    const end = this.count;
    const rows = chainedRecords(this.#database, this.#verified, from);
    for (let next = from; next < end; next++) {
      const { value, done } = this.#read(() => rows.next());
      if (done || !value.whole) {
        throw new JournalError(
          'corrupt',
          `the journal in ${this.folder}, run ${this.run.run}: the record of generation ${next} is damaged or gone`,
        );
      }
      yield value.record;
    }
  }

  losses(generation: number): Float32Array | LossHistogram {
    const row = this.#read(() =>
      this.#database
        .prepare(
          'SELECT form, bytes, checksum, losses_hash FROM records JOIN losses ON record = records.id WHERE run = ? AND generation = ?',
        )
        .get(this.#verified.id, generation),
    ) as { form: string; bytes: Uint8Array; checksum: Uint8Array; losses_hash: Uint8Array } | undefined;
    if (!row)
      throw new JournalError(
        'missing',
        `the journal in ${this.folder}, run ${this.run.run}: there are no losses of generation ${generation}`,
      );
    const whole = Buffer.compare(row.checksum, lossesChecksum(row.losses_hash, row.form, row.bytes)) === 0;
    const content = row.form === 'float32' ? new Float32Array(Uint8Array.from(row.bytes).buffer) : decodeHistogram(row.bytes);
    if (!whole || !content) {
      throw new JournalError(
        'corrupt',
        `the journal in ${this.folder}, run ${this.run.run}: the losses of generation ${generation} are damaged`,
      );
    }
    return content;
  }

  latestSnapshot(atMost = Number.MAX_SAFE_INTEGER): Snapshot | null {
    return this.#read(() => latestWhole(this.#database, this.#chunks, this.#verified, Math.min(atMost, this.count)));
  }

  cuts(): Cut[] {
    return this.#read(() => readCuts(this.#database, this.#verified));
  }

  start(): Float32Array | null {
    const list = this.run.start;
    if (!list) return null;
    const bytes = new Uint8Array(list.bytes);
    let at = 0;
    for (const chunk of readChunks(this.#chunks, list)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return new Float32Array(bytes.buffer);
  }

  engineFiles(): EngineFile[] {
    return readEngineFiles(this.folder, this.run);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

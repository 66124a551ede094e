// One run's journal, open for writing: the truth about the run, durable before anyone is told of it.
import { randomBytes } from 'node:crypto';
import type { DoneEvent } from '../core/events.ts';
import { rechunk } from './chunks.ts';
import type { Cut, CutReason } from './cuts.ts';
import { JournalError } from './error.ts';
import type { EngineFile, RunHeader } from './header.ts';
import type { LossHistogram } from './histogram.ts';
import { type JournalContent, JournalReader } from './reader.ts';
import { checkDigest, checkRecord, type JournalRecord, type NewRecord } from './record.ts';
import type { Snapshot } from './snapshot.ts';
import { Store } from './store.ts';
import type { Recovery } from './verify.ts';

/** Losses of so many generations are kept as they are, unless told otherwise. */
export const LOSSES_KEPT = 100;

export interface CreateOptions {
  /** The experiment, every default filled in. */
  experiment: Record<string, unknown>;
  /** SHA-256 (hex) of its canonical JSON. */
  experimentHash: string;
  settingsVersion?: number;
  /** 64 bits, decimal. */
  seed: string;
  /** SHA-256 (hex) of the engine. */
  engine: string;
  engineFiles: EngineFile[];
  dataset: { name: string; hash: string };
  /** A genome to start from, [parameters]. */
  start?: Float32Array | null;
  /** Individuals a generation: refused at once where their losses are more than a record can hold. */
  population?: number;
  /** Keep the losses of the last so many generations (default LOSSES_KEPT), or all of them: 'all'. */
  keepLosses?: number | 'all';
  /** What the store calls the run; default: a random name. */
  run?: string;
}

/** Pieces of a snapshot on their way to the writer at a time. */
const CHUNKS_IN_FLIGHT = 2;

export class Journal implements JournalContent {
  readonly run: RunHeader;
  readonly recovery: Recovery | null;
  readonly #store: Store;
  /** The store goes with the journal where the journal opened it. */
  readonly #ownsStore: boolean;
  #count: number;
  #end: DoneEvent | null;
  #reader: JournalReader | undefined;
  #snapshotting: Promise<unknown> = Promise.resolve();

  private constructor(
    store: Store,
    ownsStore: boolean,
    header: RunHeader,
    count: number,
    end: DoneEvent | null,
    recovery: Recovery | null,
  ) {
    this.#store = store;
    this.#ownsStore = ownsStore;
    this.run = header;
    this.#count = count;
    this.#end = end;
    this.recovery = recovery;
  }

  /**
   * A new run: in a folder of its own, or in a store that is open. Engine files and start genome are on the disk when this resolves.
   * Throws JournalError, `exists` where the folder holds a run already.
   */
  static async create(where: string | Store, options: CreateOptions): Promise<Journal> {
    const {
      experiment,
      experimentHash,
      settingsVersion = 1,
      seed,
      engine,
      engineFiles,
      dataset,
      start,
      population,
      keepLosses = LOSSES_KEPT,
    } = options;
    const store = typeof where === 'string' ? await Store.open(where, { create: true }) : where;
    const ownsStore = store !== where;
    try {
      if (ownsStore && (await store.runs()).length > 0) {
        throw new JournalError('exists', `${where} already holds the journal of a run. Resume that one, or choose another folder`);
      }
      const header = await store.call('create', {
        run: options.run ?? randomBytes(8).toString('hex'),
        experiment,
        experimentHash,
        settingsVersion,
        seed,
        engine,
        engineFiles,
        dataset,
        start: start ? new Uint8Array(Float32Array.from(start).buffer) : null,
        keepLosses: keepLosses === 'all' ? null : keepLosses,
        created: new Date().toISOString(),
        ...(population === undefined ? {} : { population }),
      });
      return new Journal(store, ownsStore, header, 0, null, null);
    } catch (error) {
      if (ownsStore) await store.close();
      throw error;
    }
  }

  /**
   * A run that goes on: every record is checked. A damaged end is dropped, and `recovery` says what was; damage before whole records
   * throws JournalError `corrupt`, naming the generation. `run` may be left out where the folder holds one run.
   */
  static async open(where: string | Store, run?: string): Promise<Journal> {
    const store = typeof where === 'string' ? await Store.open(where) : where;
    try {
      const { header, count, end, recovery } = await store.call('open', { run });
      return new Journal(store, store !== where, header, count, end, recovery);
    } catch (error) {
      if (store !== where) await store.close();
      throw error;
    }
  }

  /** A run to look at, whoever writes it: takes no lock, changes nothing. */
  static read(folder: string, run?: string): JournalReader {
    return JournalReader.open(folder, run);
  }

  get folder(): string {
    return this.#store.folder;
  }

  /** Records that are durable. */
  get count(): number {
    return this.#count;
  }

  get end(): DoneEvent | null {
    return this.#end;
  }

  /**
   * Adds the next generation's record; resolves when it is on the disk. The record's arrays are copied before this returns, so that the
   * caller may go on computing with one append in flight. Records of all runs of a store that wait together share a commit.
   * Throws JournalError `order`, `too-large`, `invalid`, `disk-full` (all before is safe, and this record may be tried again), `io`.
   */
  async append(record: NewRecord): Promise<void> {
    checkRecord(record);
    const { generation, digest, best, mean, validation, champion, evaluations, seconds } = record;
    const losses = Float32Array.from(record.losses);
    const selection = Uint8Array.from(record.selection);
    const copy = { generation, digest, best, mean, validation, champion, evaluations, seconds, losses, selection };
    await this.#store.call('append', { run: this.run.run, record: copy }, [losses.buffer, selection.buffer]);
    this.#count = generation + 1;
    this.#end = null;
  }

  /**
   * Keeps the state that the losses of `generation` are measured on, in pieces of any size; resolves when it is on the disk. The last two
   * snapshots are kept. `generation` is at most the number of records, appends in flight included. Returns its bytes.
   */
  addSnapshot(generation: number, digest: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    checkDigest(digest, `snapshot of generation ${generation}`);
    const run = this.run.run;
    const write = async (): Promise<number> => {
      const inFlight: Promise<unknown>[] = [];
      try {
        for await (const bytes of rechunk(pieces)) {
          if (inFlight.length === CHUNKS_IN_FLIGHT) await inFlight.shift();
          const sent = this.#store.call('chunk', { run, bytes }, [bytes.buffer]);
          sent.catch(() => {});
          inFlight.push(sent);
        }
        await Promise.all(inFlight);
      } catch (error) {
        await this.#store.call('dropSnapshot', { run }).catch(() => {});
        throw error;
      }
      return (await this.#store.call('snapshot', { run, generation, digest })).bytes;
    };
    const written = this.#snapshotting.then(write);
    this.#snapshotting = written.catch(() => {});
    return written;
  }

  /**
   * Goes back to before `generation`: drops its record, all after it and the snapshots of states that followed, and keeps a note of why.
   * Resolves when that is on the disk; a crash leaves the journal as it was or as it is then. False where there is no such record.
   */
  cut(generation: number, { who, why }: CutReason): Promise<boolean> {
    // A snapshot on its way may be of what is dropped: it is finished first.
    const cut = this.#snapshotting.then(async () => {
      const dropped = await this.#store.call('cut', { run: this.run.run, generation, reason: { who, why } });
      if (dropped) {
        this.#count = generation;
        this.#end = null;
      }
      return dropped;
    });
    this.#snapshotting = cut.catch(() => {});
    return cut;
  }

  /** Notes how the run ended. A record that is appended later, after a resume, takes the note back. */
  async finish(done: DoneEvent): Promise<void> {
    await this.#store.call('finish', { run: this.run.run, done });
    this.#end = done;
  }

  /** Made when first needed: whoever only writes never loads SQLite in this thread. */
  get #content(): JournalReader {
    this.#reader ??= JournalReader.open(this.folder, this.run.run);
    return this.#reader;
  }

  records(from?: number): Iterable<JournalRecord> {
    return this.#content.records(from);
  }

  losses(generation: number): Float32Array | LossHistogram {
    return this.#content.losses(generation);
  }

  latestSnapshot(atMost?: number): Snapshot | null {
    return this.#content.latestSnapshot(atMost);
  }

  cuts(): Cut[] {
    return this.#content.cuts();
  }

  start(): Float32Array | null {
    return this.#content.start();
  }

  engineFiles(): EngineFile[] {
    return this.#content.engineFiles();
  }

  /** Writes what waits and lets go; of the whole folder, where the journal was opened by its path. */
  async close(): Promise<void> {
    this.#reader?.close();
    await this.#snapshotting;
    if (this.#ownsStore) await this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

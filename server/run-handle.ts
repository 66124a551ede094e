// A run as the connection's thread sees it: its state, its thread, the losses that come in.
//
//     created -> running -> done | diverged | failed
//                running <-> paused, stopped      (and failed -> running, to try again)
import { Worker } from 'node:worker_threads';
import type { DoneEvent } from '../core/events.ts';
import type { MeasuredRange } from '../core/ranges.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { runLimits } from './limits.ts';
import type { GenerationNumbers } from './read-messages.ts';
import type { Failure, FromRunThread, Opened, Recorded, RunThreadData, ToRunThread } from './run-messages.ts';
import { datasetsFolder, type RunRecord, type RunState, runFolder, writeRecord } from './run-record.ts';
import { sibling } from './sibling.ts';

/** A generation that waits for its losses. */
export interface Measured {
  generation: number;
  /** 32 hex digits. */
  digest: string;
  /** What made it of the generation before; null where the run's thread has just begun. */
  selection: Uint8Array | null;
  /** Whether the generation before is on the disk; until it is `recorded`, nobody outside of this process is told of this one. */
  durable: boolean;
}

/** Who follows a run. All are called on the connection's thread. */
export interface RunFollower {
  /** The journal is open: workers may build the run's state. */
  opened(run: RunHandle): void;
  begin(run: RunHandle, measured: Measured): void;
  recorded(run: RunHandle, record: Recorded): void;
  /** The thread ended, for whatever reason: no losses are wanted any more. */
  closed(run: RunHandle): void;
  /** State, failure or progress is another. */
  changed(run: RunHandle): void;
}

/** States in which `start` is possible. */
const STARTABLE: readonly RunState[] = ['created', 'paused', 'stopped', 'failed'];

/** Nothing is wrong with a run that found no room: it goes on once there is. */
const stateAfter = ({ code }: Failure): RunState => (['disk-full', 'ENOSPC', 'EDQUOT'].includes(code ?? '') ? 'paused' : 'failed');

export class RunHandle {
  readonly #data: string;
  readonly #threads: number;
  readonly #follower: RunFollower;
  #record: RunRecord;
  #thread: Worker | null = null;
  #ended: Promise<void> = Promise.resolve();
  #saving: Promise<void> = Promise.resolve();
  /** The state that a stop under way leads to. */
  #stopping: RunState | null = null;
  #losses: Float32Array<ArrayBuffer> | null = null;
  measured: Measured | null = null;
  /** What the run's own threads were asked to measure. */
  readonly #orders = new Map<number, { resolve(measured: MeasuredRange | null): void; reject(error: Error): void }>();
  #nextOrder = 1;
  /** Where a replay on the way is. */
  replaying: number | null = null;
  /** Generations recorded. */
  generations = 0;
  best: number | null = null;
  /** Of the latest validated champion. */
  champion: Recorded['champion'] = null;
  /** The latest generations, oldest first. */
  readonly history: GenerationNumbers[] = [];
  /** Milliseconds that the last record took to be durable. */
  commitMs: number | null = null;

  /** `threads`: of this machine, that may measure as well. */
  constructor(data: string, record: RunRecord, follower: RunFollower, threads: number) {
    this.#data = data;
    this.#threads = threads;
    this.#record = record;
    this.#follower = follower;
    if (record.end) {
      this.generations = record.end.generations;
      this.best = record.end.best;
      this.champion = record.end.champion;
    }
  }

  get record(): Readonly<RunRecord> {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  get state(): RunState {
    return this.#record.state;
  }

  get folder(): string {
    return runFolder(this.#data, this.id);
  }

  get population(): number {
    return this.#record.experiment.population as number;
  }

  /** What became known when the journal was opened, now or before. */
  get opened(): Opened | null {
    return this.#record.opened ?? null;
  }

  get active(): boolean {
    return this.#thread !== null;
  }

  /** Begins, or goes on. Resolves once that is on the disk. Throws ProtocolError `conflict`. */
  async start(): Promise<void> {
    // A run that its minutes ended gets as many again.
    const startable = STARTABLE.includes(this.state) || (this.state === 'done' && this.#record.end?.reason === 'minutes');
    if (this.#thread || !startable) throw this.#conflict('started');
    await this.#set({ state: 'running', failure: null, started: new Date().toISOString() });
    this.open();
  }

  /** Opens the thread of a run that is `running`: also what a server does for those that ran when it ended. */
  open(): void {
    if (this.#thread) return;
    const { experiment, seed } = this.#record;
    const datasets = datasetsFolder(this.#data);
    const workerData: RunThreadData = { folder: this.folder, datasets, run: this.id, experiment, seed, threads: this.#threads };
    const thread = new Worker(sibling('run-thread', import.meta.url), { name: `run ${this.id}`, workerData, execArgv: [] });
    this.#thread = thread;
    this.#stopping = null;
    let last: DoneEvent | Failure | null = null;
    thread.on('message', (message: FromRunThread) => {
      if (message.type === 'done') last = message.done;
      else if (message.type === 'failed') last = message.failure;
      else this.#hear(message);
    });
    thread.on('error', (error: unknown) => {
      const { name, message } = error as Error;
      last = { name, message, code: null };
    });
    this.#ended = new Promise((resolve) => {
      thread.on('exit', () => {
        this.#closed(last).finally(resolve);
      });
    });
  }

  #hear(message: Exclude<FromRunThread, { type: 'done' | 'failed' }>): void {
    switch (message.type) {
      case 'opened':
        this.#record = { ...this.#record, opened: message.opened };
        this.generations = message.opened.generations;
        this.replaying = null;
        this.#follower.opened(this);
        break;
      case 'replaying':
        this.replaying = message.generation;
        break;
      case 'recorded': {
        const { record } = message;
        this.generations = record.generation + 1;
        this.best = record.best;
        this.champion = record.champion ?? this.champion;
        this.commitMs = record.commitMs;
        this.history.push(record);
        if (this.history.length > runLimits.history) this.history.splice(0, this.history.length - runLimits.history);
        this.#follower.recorded(this, record);
        break;
      }
      case 'begin': {
        const { generation, digest, selection, durable } = message;
        this.measured = { generation, digest, selection, durable };
        this.#losses = new Float32Array(this.population);
        this.#follower.begin(this, this.measured);
        break;
      }
      case 'measured': {
        const { order, losses, ms } = message;
        this.#ordered(order)?.resolve(losses && { losses, ms });
        return;
      }
      case 'broken':
        this.#ordered(message.order)?.reject(new Error(message.message));
        return;
    }
    this.#follower.changed(this);
  }

  #ordered(order: number) {
    const waiting = this.#orders.get(order);
    this.#orders.delete(order);
    return waiting;
  }

  /**
   * Measures individuals of the generation in progress on a thread of this machine. Null where that generation is left by then. Rejects where
   * the evaluator fails.
   */
  measure(generation: number, first: number, count: number): Promise<MeasuredRange | null> {
    if (this.measured?.generation !== generation) return Promise.resolve(null);
    const order = this.#nextOrder++;
    return new Promise((resolve, reject) => {
      this.#orders.set(order, { resolve, reject });
      this.#thread?.postMessage({ type: 'measure', order, generation, first, count } satisfies ToRunThread);
    });
  }

  /** Keeps losses of the generation in progress. */
  keep(first: number, losses: Float32Array): void {
    this.#losses?.set(losses, first);
  }

  /** What is kept of an individual's loss in the generation in progress. */
  loss(individual: number): number | undefined {
    return this.#losses?.[individual];
  }

  /** The generation has all its losses: the run's thread selects. */
  complete(): void {
    const { measured } = this;
    if (!measured || !this.#losses) return;
    const message: ToRunThread = { type: 'losses', generation: measured.generation, losses: this.#losses };
    this.#losses = null;
    this.measured = null;
    this.#thread?.postMessage(message, [message.losses.buffer]);
  }

  /** Resolves when the run's thread has ended and its journal is closed. Throws ProtocolError `conflict` where it does not run. */
  async stop(state: 'paused' | 'stopped', failure: Failure | null = null): Promise<void> {
    if (state === 'stopped' && this.state === 'paused') return this.#set({ state });
    if (!this.#thread || this.#stopping) throw this.#conflict(state);
    this.#stopping = state;
    if (failure) this.#record = { ...this.#record, failure };
    await this.#end();
  }

  /** Ends the thread and leaves the run `running`: the next server goes on with it. */
  async suspend(): Promise<void> {
    if (!this.#thread) return this.#ended;
    this.#stopping ??= 'running';
    await this.#end();
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    thread?.postMessage({ type: 'stop' } satisfies ToRunThread);
    const late = setTimeout(() => void thread?.terminate(), runLimits.stopMs);
    await this.#ended;
    clearTimeout(late);
    await this.#saving;
  }

  async #closed(last: DoneEvent | Failure | null): Promise<void> {
    this.#thread = null;
    this.#losses = null;
    this.measured = null;
    this.replaying = null;
    for (const { resolve } of this.#orders.values()) resolve(null);
    this.#orders.clear();
    this.#follower.closed(this);
    const asked = this.#stopping;
    this.#stopping = null;
    try {
      if (last && 'event' in last) {
        this.generations = last.generations;
        const state: RunState = last.reason === 'diverged' ? 'diverged' : last.reason === 'stopped' ? (asked ?? 'paused') : 'done';
        await this.#set({ state, end: last });
      } else {
        const failure = last ?? { name: 'Error', code: null, message: "the run's thread ended without a word" };
        await this.#set(asked ? { state: asked } : { state: stateAfter(failure), failure });
      }
    } catch (error) {
      // The disk does not take run.json: what was there before still stands, and the journal knows all.
      const { name, message, code } = error as NodeJS.ErrnoException;
      const said = last && !('event' in last) ? last : null;
      const failure = this.#record.failure ?? said ?? { name, message, code: code ?? null };
      this.#record = { ...this.#record, state: stateAfter(failure), failure };
      this.#follower.changed(this);
    }
  }

  async #set(changes: Partial<RunRecord>): Promise<void> {
    const record = { ...this.#record, ...changes };
    this.#saving = this.#saving.catch(() => {}).then(() => writeRecord(this.#data, record));
    await this.#saving;
    this.#record = record;
    this.#follower.changed(this);
  }

  #conflict(what: string): ProtocolError {
    return new ProtocolError('conflict', `run ${this.id} is ${this.#stopping ? 'stopping' : this.state}: it cannot be ${what} now`);
  }
}

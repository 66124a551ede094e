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
import type { Back, Failure, FromRunThread, Opened, Recorded, RunThreadData, ToRunThread } from './run-messages.ts';
import { datasetsFolder, type RunRecord, type RunState, runFolder, writeRecord } from './run-record.ts';
import { sibling } from './sibling.ts';
import type { Verdict } from './trust/index.ts';

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
  /** A selection waits for these individuals' losses to be found right: `audited`. */
  audit(run: RunHandle, individuals: number[]): void;
  recorded(run: RunHandle, record: Recorded): void;
  /** Where it has to go back to before it goes on; null: it may go on from where its journal ends. */
  doubt(run: RunHandle): Back | null;
  /** The run is at an earlier generation than it was. */
  wentBack(run: RunHandle): void;
  /** Whoever was caught with a wrong loss in it. */
  verdicts(run: RunHandle): Verdict[];
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
  /** The losses of the generation in progress are with the run's thread. */
  #selecting = false;
  /** The state of a run that is about to be opened is on its way to the disk. */
  #starting = false;
  /** While it ends its thread in order to go back: resolves when it is open again. */
  #back: Promise<void> | null = null;
  #suspended = false;
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
  /** The latest generations that were recorded since its thread began, oldest first. */
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

  get verdicts(): Verdict[] {
    return this.#follower.verdicts(this);
  }

  /** Where it has to go back to: it holds results of someone who was caught since. A run that is over stays as it is. */
  get doubt(): Back | null {
    return this.#follower.doubt(this);
  }

  /** It has a thread, or is about to. */
  get active(): boolean {
    return this.#thread !== null || this.#starting || this.goingBack;
  }

  /** It ends its thread in order to go back: it is opened again at once. */
  get goingBack(): boolean {
    return this.#back !== null;
  }

  /** Begins, or goes on. Resolves once that is on the disk. Throws ProtocolError `conflict`. */
  async start(): Promise<void> {
    // A run that its minutes ended gets as many again.
    const startable = STARTABLE.includes(this.state) || (this.state === 'done' && this.#record.end?.reason === 'minutes');
    if (this.active || !startable) throw this.#conflict('started');
    this.#starting = true;
    try {
      await this.#set({ state: 'running', failure: null, started: new Date().toISOString() });
    } finally {
      this.#starting = false;
    }
    this.open();
  }

  /** Opens the thread of a run that is `running`: also what a server does for those that ran when it ended. */
  open(): void {
    if (this.#thread || this.#suspended) return;
    const { experiment, seed } = this.#record;
    const datasets = datasetsFolder(this.#data);
    const { id, folder, doubt } = this;
    const workerData: RunThreadData = { folder, datasets, run: id, experiment, seed, threads: this.#threads, back: doubt };
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
      case 'opened': {
        const { generations } = message.opened;
        const back = generations < this.generations;
        this.#record = { ...this.#record, opened: message.opened };
        this.generations = generations;
        this.best = message.best;
        this.champion = message.champion;
        this.replaying = null;
        const gone = this.history.findIndex(({ generation }) => generation >= generations);
        if (gone >= 0) this.history.splice(gone);
        this.#follower.opened(this);
        if (back) this.#follower.wentBack(this);
        break;
      }
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
        this.#selecting = false;
        this.#follower.begin(this, this.measured);
        break;
      }
      case 'audit':
        if (this.measured?.generation === message.generation) this.#follower.audit(this, message.individuals);
        return;
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
    if (!this.#selecting) this.#losses?.set(losses, first);
  }

  /** What is kept of a range's losses in the generation in progress: a view. */
  losses(first: number, count: number): Float32Array | null {
    return this.#losses?.subarray(first, first + count) ?? null;
  }

  /** The generation has all its losses: the run's thread selects. `audit`: it is to ask about what matters most before that is recorded. */
  complete(audit: boolean): void {
    const { measured } = this;
    if (!measured || !this.#losses || this.#selecting) return;
    this.#selecting = true;
    // They are kept here to be compared with what a check says.
    const losses = audit ? this.#losses.slice() : this.#losses;
    if (!audit) this.#losses = null;
    const message: ToRunThread = { type: 'losses', generation: measured.generation, losses, audit };
    this.#thread?.postMessage(message, [losses.buffer]);
  }

  /** The answer to `audit`. */
  audited(generation: number): void {
    this.#thread?.postMessage({ type: 'audited', generation } satisfies ToRunThread);
  }

  /** Ends the thread and opens it again, with whatever `doubt` says by then. Where it ends anyway, the next opening does so. */
  async goBack(): Promise<void> {
    if (!this.#thread || this.#stopping) return;
    this.#stopping = 'running';
    this.#back = this.#end().finally(() => {
      this.#back = null;
      if (this.state === 'running') this.open();
    });
    await this.#back;
  }

  /** Resolves when the run's thread has ended and its journal is closed. Throws ProtocolError `conflict` where it does not run. */
  async stop(state: 'paused' | 'stopped', failure: Failure | null = null): Promise<void> {
    // It stops from where it goes back to.
    if (this.#back) await this.#back.catch(() => {});
    if (state === 'stopped' && this.state === 'paused') return this.#set({ state });
    if (!this.#thread || this.#stopping) throw this.#conflict(state);
    this.#stopping = state;
    if (failure) this.#record = { ...this.#record, failure };
    await this.#end();
  }

  /** Ends the thread and leaves the run `running`: the next server goes on with it. */
  async suspend(): Promise<void> {
    this.#suspended = true;
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
    this.#selecting = false;
    this.measured = null;
    this.replaying = null;
    for (const { resolve } of this.#orders.values()) resolve(null);
    this.#orders.clear();
    // From now on viewers read them in the journal: there are many runs that are over.
    this.history.length = 0;
    this.#follower.closed(this);
    const asked = this.#stopping;
    this.#stopping = null;
    try {
      if (last && 'event' in last) {
        this.generations = last.generations;
        const state: RunState = last.reason === 'diverged' ? 'diverged' : last.reason === 'stopped' ? (asked ?? 'paused') : 'done';
        if ((state === 'done' || state === 'diverged') && this.doubt) {
          // Someone was caught in the last moment: what came out of it is not the end.
          await this.#set({ state: asked ?? 'running', end: null });
          if (this.state === 'running') this.open();
        } else await this.#set({ state, end: last });
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
    const state = this.#stopping ? 'stopping' : this.#starting ? 'starting' : this.state;
    return new ProtocolError('conflict', `run ${this.id} is ${state}: it cannot be ${what} now`);
  }
}

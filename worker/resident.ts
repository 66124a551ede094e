// One run in this machine's memory: its state is built and followed from the server's selections, and measured a range at a time.
import { loadEngine } from '../core/engine.ts';
import type { Plan } from '../core/plan.ts';
import { type Crew, SeparateThreads } from '../core/separate-threads.ts';
import { Threads } from '../core/threads.ts';
import { parseExperiment } from '../experiments/parse.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import { type DatasetStore, obtainDataset } from './datasets.ts';
import { hexOf } from './digest.ts';
import { WorkerError } from './error.ts';
import type { Source } from './source.ts';

export type RunMessage = Extract<ServerMessage, { type: 'run' }>;
export type CommitMessage = Extract<ServerMessage, { type: 'commit' }>;

/** A state's place in the run, as the server tells it. */
export interface Target {
  generation: number;
  /** 32 hex digits. */
  digest: string;
}

export interface ResidentOptions {
  threads: number;
  /** Whether threads share a memory; else each has its own. */
  shared: boolean;
  source: Source;
  store: DatasetStore;
  /** Called before memory is taken: throws MemoryError where there is too little left. */
  onPlan(plan: Plan): void;
  /** The state that the server asked for is there: to be told to it. */
  onReady(target: Target): void;
  /** The state is the target, whether that has to be told or not. */
  onSettled(): void;
  onProgress(generation: number, target: number): void;
  onRefused(code: ErrorCode, message: string): void;
}

export interface Measured {
  losses: Float32Array<ArrayBuffer>;
  /** 32 hex digits: of the state that they were measured on. */
  digest: string;
  /** Of one thread. */
  ms: number;
}

/** Ways to a state, each tried when the one before did not lead there. */
const WAYS = ['held', 'snapshot', 'seed'] as const;

export class Resident {
  readonly run: string;
  readonly name: string;
  /** Bytes of memory that it was given. */
  bytes = 0;
  /** Whether the server has spoken of it since the connection was made. */
  confirmed = true;
  readonly #message: RunMessage;
  readonly #options: ResidentOptions;
  #threads: Crew | null = null;
  /** The threads hold some generation's state. */
  #held = false;
  #target: Target | null = null;
  readonly #selections = new Map<number, Uint8Array>();
  readonly #running = new Set<Promise<unknown>>();
  #abort = new AbortController();
  #busy = false;
  #closed = false;
  /** The server waits for `ready`. */
  #announce = false;
  /** How often the server has said where the run is: what was begun before the last time may be of no use. */
  #calls = 0;
  #digest = '';
  #settled = false;

  constructor(message: RunMessage, options: ResidentOptions) {
    this.run = message.run;
    this.#message = message;
    this.name = typeof message.experiment.name === 'string' ? message.experiment.name : message.run;
    this.#options = options;
  }

  /** The generation that the server is at, as far as known. */
  get generation(): number {
    return this.#target?.generation ?? -1;
  }

  /** Individuals of a generation; 0 where the experiment does not say. */
  get population(): number {
    return Number(this.#message.experiment.population) || 0;
  }

  /** Whether tasks of `generation` can be evaluated now. */
  measures(generation: number): boolean {
    return this.#settled && this.#target?.generation === generation;
  }

  /** Whether both speak of the same run: one that was deleted and made again under its name is another. */
  describes({ seed, dataset, started, experiment }: RunMessage): boolean {
    const own = this.#message;
    return (
      own.seed === seed &&
      own.dataset === dataset &&
      own.started === started &&
      JSON.stringify(own.experiment) === JSON.stringify(experiment)
    );
  }

  /** Goes to the state that the server is at, and says so when it is there. That may be an earlier one: a run can go back. */
  follow(target: Target): void {
    this.confirmed = true;
    this.#announce = true;
    this.#calls += 1;
    // They may be of what the run went back from.
    this.#selections.clear();
    this.#aim(target);
  }

  /** The selection of a generation: what is measured on its state is of no use any more. */
  commit({ generation, selection, digest }: CommitMessage): void {
    this.#selections.set(generation, selection.slice());
    this.#aim({ generation: generation + 1, digest: hexOf(digest) });
  }

  #aim(target: Target): void {
    this.#target = target;
    if (this.#abort.signal.aborted && !this.#closed) this.#abort = new AbortController();
    if (!this.#reached()) {
      this.#settled = false;
      this.#threads?.stop();
    }
    void this.#go();
  }

  /** The connection is gone: keeps what it has, and asks the server for nothing. */
  suspend(): void {
    this.confirmed = false;
    this.#target = null;
    this.#settled = false;
    this.#announce = false;
    this.#selections.clear();
    this.#threads?.stop();
    this.#abort.abort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.suspend();
    const threads = this.#threads;
    this.#threads = null;
    this.bytes = 0;
    await threads?.close();
  }

  /**
   * Measures a range on a thread that has nothing else to do. Null where the state was left meanwhile. Throws where the evaluator fails;
   * the state is then built anew.
   */
  async evaluate(thread: number, first: number, count: number): Promise<Measured | null> {
    const threads = this.#threads;
    const target = this.#target;
    if (!threads || !target || !this.#settled) return null;
    const running = threads.evaluateOn(thread, first, count);
    const ended = running.then(
      () => {},
      () => {},
    );
    this.#running.add(ended);
    try {
      const measured = await running;
      return measured && this.#target === target ? { ...measured, digest: target.digest } : null;
    } catch (error) {
      if (this.#closed || this.#threads !== threads) return null;
      this.#settled = false;
      this.#announce = true;
      await this.#discard();
      void this.#go();
      throw error;
    } finally {
      this.#running.delete(ended);
    }
  }

  #reached(): boolean {
    const { host } = this.#threads ?? {};
    return this.#held && host?.generation === this.#target?.generation && this.#digest === this.#target?.digest;
  }

  /** Goes to the target, and on to the next where there is one by then. One at a time. */
  async #go(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#target && !this.#closed && !(this.#settled && this.#reached())) {
        const calls = this.#calls;
        try {
          await this.#approach();
        } catch (error) {
          if (calls === this.#calls) throw error;
        }
      }
      if (this.#target && !this.#closed) this.#settle();
    } catch (error) {
      if (!this.#closed && this.#target) {
        const { code, message } = asRefusal(error);
        await this.close();
        this.#options.onRefused(code, message);
      }
    } finally {
      this.#busy = false;
      // Suspended and called back meanwhile.
      if (this.#target && !this.#closed && !this.#settled) void this.#go();
    }
  }

  #settle(): void {
    const target = this.#target as Target;
    if (this.#announce) {
      this.#announce = false;
      this.#options.onReady(target);
    }
    this.#options.onSettled();
  }

  async #approach(): Promise<void> {
    const { signal } = this.#abort;
    await Promise.all(this.#running);
    try {
      if (!this.#reached()) await this.#arrive(signal);
      const threads = this.#threads as Crew;
      if (signal.aborted) return;
      const target = this.#target;
      threads.go();
      await threads.collectBatch();
      // Another target by now: its batch is another.
      if (target && this.#target === target) this.#settled = true;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Makes the target's state. Throws WorkerError `digest` where no way leads there. */
  async #arrive(signal: AbortSignal): Promise<void> {
    let reason = '';
    for (const way of WAYS) {
      const { target } = this.#here(signal);
      if (way === 'held' && !(this.#held && (this.#threads?.host.generation ?? 0) < target.generation)) continue;
      if (way !== 'held') this.#announce = true;
      try {
        const threads = await this.#open(signal);
        if (way !== 'held') await this.#begin(threads, way, signal);
        await this.#advance(threads, signal);
        this.#digest = threads.host.digest();
        if (this.#reached()) return;
        const { generation, digest } = this.#here(signal).target;
        reason = `generation ${threads.host.generation}: this machine's state has digest ${this.#digest}, the server's of ${generation} ${digest}`;
      } catch (error) {
        if (signal.aborted || !isOfTheState(error)) throw error;
        reason = (error as Error).message;
        if (!(error instanceof Error && REPLAYABLE.has(error.name))) await this.#discard();
      }
    }
    throw new WorkerError('digest', reason);
  }

  #here(signal: AbortSignal): { target: Target } {
    if (signal.aborted || !this.#target) throw new Error('suspended');
    return { target: this.#target };
  }

  async #open(signal: AbortSignal): Promise<Crew> {
    if (this.#threads) return this.#threads;
    const { seed, started, dataset: hash } = this.#message;
    const settings = parseExperiment(this.#message.experiment, `run ${this.run}`);
    if (!settings.evaluators.includes('wasm')) {
      throw new WorkerError('evaluator', `the run allows ${settings.evaluators.join(', ')}; this worker has wasm`);
    }
    const { store, source, threads: count, shared } = this.#options;
    const dataset = await obtainDataset(hash, store, source, signal);
    const threads = await (shared ? Threads : SeparateThreads).open({
      engine: await loadEngine(),
      settings,
      dataset,
      seed: BigInt(seed),
      threads: count,
      started,
      onPlan: (plan) => {
        this.#options.onPlan(plan);
        this.bytes = plan.bytes + plan.outsideBytes;
      },
    });
    if (this.#closed) {
      await threads.close();
      throw new Error('closed');
    }
    this.#threads = threads;
    return threads;
  }

  /** Makes a state to go on from: a snapshot's, or that of generation 0. */
  async #begin(threads: Crew, way: 'snapshot' | 'seed', signal: AbortSignal): Promise<void> {
    const { source } = this.#options;
    this.#held = false;
    const snapshot = way === 'snapshot' && this.generation > 0 ? await source.snapshot(this.run, signal) : null;
    if (snapshot) await threads.restore([snapshot]);
    else {
      const bytes = this.#message.started ? await source.start(this.run, signal) : null;
      await threads.init(bytes && new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2));
    }
    this.#held = true;
  }

  /** Applies selections until the target's generation: those that the socket brought, and those that it did not from the server's journal. */
  async #advance(threads: Crew, signal: AbortSignal): Promise<void> {
    const { host } = threads;
    const behind = () => host.generation < this.#here(signal).target.generation;
    const step = async (selection: Uint8Array) => {
      this.#held = false;
      await threads.advance(selection);
      this.#held = true;
      this.#digest = host.digest();
      this.#selections.delete(host.generation - 1);
    };
    while (behind()) {
      const before = host.generation;
      const brought = this.#selections.get(before);
      if (brought) {
        await step(brought);
        continue;
      }
      for await (const selection of this.#options.source.selections(this.run, before, signal)) {
        await step(selection);
        this.#options.onProgress(host.generation, this.generation);
        if (!behind()) break;
      }
      if (host.generation === before) throw new WorkerError('internal', `the server has no selection of generation ${before}`);
    }
    for (const generation of this.#selections.keys()) if (generation < host.generation) this.#selections.delete(generation);
  }

  async #discard(): Promise<void> {
    const threads = this.#threads;
    this.#threads = null;
    this.#held = false;
    this.bytes = 0;
    await threads?.close();
  }
}

/** What a state from elsewhere may turn out to be: another way may lead to the right one, over the same threads. */
const REPLAYABLE = new Set(['SelectionError', 'SnapshotError']);

/** A refusal stays one; a thread that died may not do so again. */
function isOfTheState(error: unknown): boolean {
  return !(error instanceof WorkerError) && !REFUSALS[(error as Error).name];
}

const REFUSALS: Record<string, ErrorCode> = {
  MemoryError: 'memory',
  ExperimentError: 'invalid',
  NetworkError: 'invalid',
  SettingsError: 'invalid',
  EngineError: 'engine-mismatch',
};

function asRefusal(error: unknown): { code: ErrorCode; message: string } {
  const { name, message } = error as Error;
  return { code: error instanceof WorkerError ? error.code : (REFUSALS[name] ?? 'internal'), message };
}

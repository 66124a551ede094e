// What a worker does with each message, and what it answers. It computes nothing itself: its threads do.
import type { ErrorCode } from '../protocol/errors.ts';
import { LIST_LENGTH, TEXT_LENGTH } from '../protocol/limits.ts';
import type { ServerMessage, WorkerMessage } from '../protocol/messages.ts';
import type { DatasetStore } from './datasets.ts';
import { bytesOf, hexOf } from './digest.ts';
import type { WorkerEvent, WorkerStatus } from './events.ts';
import { Residency } from './residency.ts';
import { Resident, type RunMessage } from './resident.ts';
import type { Source } from './source.ts';

type Task = Extract<ServerMessage, { type: 'task' }>;
type WorkMessage = Extract<ServerMessage, { type: 'run' | 'task' | 'cancel' | 'commit' | 'forget' }>;

export interface SessionOptions {
  threads: number;
  /** Whether threads share a memory; else each has its own. */
  shared: boolean;
  /** Bytes that runs may take in all. */
  memory: number;
  source: Source;
  store: DatasetStore;
  on(event: WorkerEvent): void;
}

/** Milliseconds that a task may still take when the worker leaves; longer ones are given back. */
const GRACE_MS = 500;

export class Session {
  readonly #options: SessionOptions;
  readonly #residency: Residency;
  #send: ((message: WorkerMessage) => void) | null = null;
  /** In the order they came. */
  #queue: Task[] = [];
  readonly #running = new Map<Task, Promise<void>>();
  readonly #idle: number[];
  #leaving = false;
  readonly #counts = { tasks: 0, evaluations: 0, ms: 0, followed: 0, late: 0 };

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#residency = new Residency(options.memory);
    this.#idle = Array.from({ length: options.threads }, (_, thread) => thread).reverse();
  }

  get status(): WorkerStatus {
    const runs = [...this.#residency].map((resident) => {
      const { run, name, generation, bytes } = resident;
      return { run, experiment: name, generation, bytes, ready: resident.measures(generation) };
    });
    return { connected: this.#send !== null, runs, running: this.#running.size, queued: this.#queue.length, ...this.#counts };
  }

  /** The server knows us: what it sends is answered through `send`. */
  attach(send: (message: WorkerMessage) => void): void {
    this.#send = send;
  }

  /** The connection is gone, and with it all leases. States stay. */
  detach(): void {
    this.#send = null;
    this.#queue = [];
    this.#running.clear();
    for (const resident of this.#residency) resident.suspend();
  }

  receive(message: WorkMessage): void {
    switch (message.type) {
      case 'run':
        // What it had to do for it is void: the run may have gone back.
        this.#queue = this.#queue.filter(({ run }) => run !== message.run);
        void this.#take(message);
        break;
      case 'task':
        this.#queue.push(message);
        if (this.#leaving || !this.#residency.get(message.run)) this.#return(this.#queue.splice(-1));
        else this.#pump();
        break;
      case 'cancel': {
        const cancelled = new Set(message.tasks);
        this.#queue = this.#queue.filter(({ task }) => !cancelled.has(task));
        for (const task of this.#running.keys()) if (cancelled.has(task.task)) this.#running.delete(task);
        break;
      }
      case 'commit': {
        const { run, generation } = message;
        const resident = this.#residency.get(run);
        this.#queue = this.#queue.filter((task) => task.run !== run || task.generation > generation);
        this.#counts.followed += resident?.population ?? 0;
        resident?.commit(message);
        break;
      }
      case 'forget':
        void this.#forget(message.run);
    }
  }

  async #forget(run: string): Promise<void> {
    this.#queue = this.#queue.filter((task) => task.run !== run);
    if (await this.#residency.drop(run)) this.#options.on({ event: 'forgotten', run });
  }

  /** Gives back what it has not begun, ends or gives back the rest, and says goodbye. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#return(this.#queue.splice(0));
    await Promise.race([Promise.all(this.#running.values()), new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref?.())]);
    this.#return([...this.#running.keys()]);
    this.#running.clear();
    this.#tell({ type: 'leave' });
  }

  /** Back from a pause. */
  stay(): void {
    this.#leaving = false;
  }

  /** Lets all runs go. */
  async close(): Promise<void> {
    this.detach();
    await this.#residency.clear();
  }

  #tell(message: WorkerMessage): void {
    this.#send?.(message);
  }

  #return(tasks: Task[]): void {
    for (let at = 0; at < tasks.length; at += LIST_LENGTH) {
      this.#tell({ type: 'return', tasks: tasks.slice(at, at + LIST_LENGTH).map(({ task }) => task) });
    }
  }

  async #take(message: RunMessage): Promise<void> {
    const target = { generation: message.generation, digest: hexOf(message.digest) };
    const held = this.#residency.get(message.run);
    if (held?.describes(message)) return held.follow(target);
    const resident = this.#host(message);
    this.#residency.add(resident);
    await held?.close();
    resident.follow(target);
  }

  #host(message: RunMessage): Resident {
    const { run } = message;
    const { threads, shared, source, store, on } = this.#options;
    const current = () => this.#residency.get(run) === resident;
    const resident: Resident = new Resident(message, {
      threads,
      shared,
      source,
      store,
      onPlan: (plan) => this.#residency.admit(resident, plan),
      onProgress: (generation, of) => on({ event: 'building', run, experiment: resident.name, generation, of }),
      onReady: ({ generation, digest }) => {
        if (!current()) return;
        this.#tell({ type: 'ready', run, generation, digest: bytesOf(digest) });
        on({ event: 'ready', run, experiment: resident.name, generation, digest });
      },
      onSettled: () => this.#pump(),
      onRefused: (code, text) => {
        if (!current()) return;
        void this.#residency.drop(run);
        this.#queue = this.#queue.filter((task) => task.run !== run);
        this.#tell({ type: 'refuse', run, code, message: text.slice(0, TEXT_LENGTH) });
        on({ event: 'refused', run, code, message: text });
      },
    });
    on({ event: 'building', run, experiment: resident.name, generation: 0, of: message.generation });
    return resident;
  }

  /** Gives idle threads the first tasks whose state is there. */
  #pump(): void {
    while (this.#idle.length && this.#queue.length) {
      const at = this.#queue.findIndex(({ run, generation }) => this.#residency.get(run)?.measures(generation));
      if (at < 0) return;
      const [task] = this.#queue.splice(at, 1);
      const thread = this.#idle.pop() as number;
      this.#running.set(
        task,
        this.#evaluate(task, thread).finally(() => {
          this.#idle.push(thread);
          this.#running.delete(task);
          this.#pump();
        }),
      );
    }
  }

  async #evaluate(task: Task, thread: number): Promise<void> {
    const { run, generation, first, count } = task;
    const resident = this.#residency.get(run) as Resident;
    const wanted = () => this.#running.has(task) && this.#residency.get(run) === resident;
    try {
      const measured = await resident.evaluate(thread, first, count);
      if (!wanted()) this.#counts.late++;
      else if (measured) {
        const { losses, digest, ms } = measured;
        const bytes = new Uint8Array(losses.buffer);
        this.#tell({ type: 'result', task: task.task, losses: bytes, digest: bytesOf(digest), ms });
        this.#counts.tasks++;
        this.#counts.evaluations += count;
        this.#counts.ms += ms;
      } else if (resident.generation > generation) this.#counts.late++;
      else this.#return([task]);
    } catch (error) {
      if (wanted()) this.#fail(task, 'evaluation', (error as Error).message);
    }
  }

  #fail({ run, task }: Task, code: ErrorCode, message: string): void {
    this.#tell({ type: 'fail', run, task, code, message: message.slice(0, TEXT_LENGTH) });
    this.#options.on({ event: 'warning', code, message: `a task of run ${run}: ${message}` });
  }
}

// A run's state machine over several threads: each phase of a generation is shared out by a counter, and ends when every thread has
// answered. `advance` therefore starts only when nobody reads the old generation any more.
import { CONTROL, controlOf } from './control.ts';
import type { SplitName } from './dataset.ts';
import type { Score } from './events.ts';
import { Evolution } from './evolution.ts';
import { type Ground, type GroundOptions, prepareGround } from './ground.ts';
import { startThread, type ThreadModule, type ThreadPort } from './ports.ts';
import type { Answer, Phase, Restored } from './thread.ts';

/** Individuals that the fast path should have together: their noise is one product. */
const LEAST_FAST = 8;

const MODULE: ThreadModule = {
  url: import.meta.url.replace(/threads(\.[jt]s)$/, 'thread$1'),
  start: () => new Worker(new URL('./thread.js', import.meta.url), { type: 'module' }),
};

export class Threads {
  /** The host's own instance: for what takes no time. */
  readonly host: Evolution;
  private readonly ground: Ground;
  private readonly ports: ThreadPort[];
  private readonly control: Int32Array;

  private constructor(ground: Ground, ports: ThreadPort[]) {
    this.ground = ground;
    this.ports = ports;
    this.host = new Evolution(ground, ports.length);
    this.control = controlOf(ground.memory, ground.plan.control);
  }

  /** Plans, takes the memory and starts `options.threads` threads over it. Throws as `prepareGround` does. */
  static async open(options: Omit<GroundOptions, 'shared'>): Promise<Threads> {
    const ground = prepareGround({ ...options, shared: true });
    const ports: ThreadPort[] = [];
    try {
      for (let i = 0; i < options.threads; ++i) ports.push(await startThread(MODULE));
      const threads = new Threads(ground, ports);
      await Promise.all(ports.map((port, thread) => threads.ask(port, { phase: 'ground', ground, thread })));
      return threads;
    } catch (error) {
      await Promise.all(ports.map((port) => port.end()));
      throw error;
    }
  }

  get count(): number {
    return this.ports.length;
  }

  private async ask(port: ThreadPort, phase: Phase): Promise<unknown> {
    const answer = (await port.ask(phase)) as Answer;
    if (!answer.ok) throw new Error(`a compute thread failed: ${answer.error}`);
    return answer.value;
  }

  private async all(phase: Phase): Promise<unknown[]> {
    Atomics.store(this.control, CONTROL.next, 0);
    return Promise.all(this.ports.map((port) => this.ask(port, phase)));
  }

  /** Makes the state of generation 0 on a thread: for a caller that must not be kept waiting. `start`: [parameters] float32 to begin at. */
  async init(start: Float32Array | null = null): Promise<void> {
    const { outside } = this.ground;
    this.host.outside((await this.ask(this.ports[0], { phase: 'init', generation: 0, start, outside })) as Ground['outside']);
    this.host.generation = 0;
  }

  /** Takes the state of a snapshot on a thread; false where its weights are not finite. Throws where it cannot be read. */
  async restore(snapshot: Uint8Array[]): Promise<boolean> {
    const { outside } = this.ground;
    const restored = (await this.ask(this.ports[0], { phase: 'restore', generation: 0, snapshot, outside })) as Restored;
    this.host.outside(restored.outside);
    this.host.generation = restored.generation;
    return restored.finite;
  }

  /** Collects the present generation's batch. */
  async collectBatch(): Promise<void> {
    await this.all({ phase: 'batch', generation: this.host.generation, outside: this.ground.outside });
  }

  /** Evaluates individuals; their losses then lie in `host.losses`. False where `stop` was called meanwhile. */
  async evaluate(first: number, count: number): Promise<boolean> {
    Atomics.store(this.control, CONTROL.stop, 0);
    Atomics.store(this.control, CONTROL.done, 0);
    // A block's children share their parents' work, antithetic pairs their noise: neither is worth cutting.
    const grain = this.host.config.fast ? Math.max(this.host.block, LEAST_FAST) : 1;
    const done = await this.all({ phase: 'evaluate', generation: this.host.generation, first, count, grain, threads: this.count });
    return done.every((whole) => whole === true);
  }

  /**
   * Evaluates one range on one thread, while others may do others: a worker's way of sharing out. The batch is collected. Resolves with a
   * copy of the losses and the thread's milliseconds; null where `stop` was called meanwhile.
   */
  async evaluateOn(thread: number, first: number, count: number): Promise<{ losses: Float32Array<ArrayBuffer>; ms: number } | null> {
    const ms = (await this.ask(this.ports[thread], { phase: 'task', generation: this.host.generation, first, count })) as number | null;
    return ms === null ? null : { losses: new Float32Array(this.host.losses.subarray(first, first + count)), ms };
  }

  /** Takes a `stop` back: `evaluateOn` may be asked again. */
  go(): void {
    Atomics.store(this.control, CONTROL.stop, 0);
  }

  /** Individuals evaluated so far in the phase in progress. */
  get evaluated(): number {
    return Atomics.load(this.control, CONTROL.done);
  }

  /** Ends an `evaluate` at the next individual of each thread. */
  stop(): void {
    Atomics.store(this.control, CONTROL.stop, 1);
  }

  /** The selection from `host.losses`. */
  async select(): Promise<Uint8Array<ArrayBuffer>> {
    const answers = await this.all({ phase: 'select', generation: this.host.generation });
    return answers.find((answer) => answer !== undefined) as Uint8Array<ArrayBuffer>;
  }

  /** Scores an individual of the present generation (-1: the centre), or given weights, on a split. */
  async score(split: SplitName, individual: number, weights: Float32Array | null = null): Promise<{ score: Score; weights: Float32Array }> {
    const answers = await this.all({ phase: 'score', generation: this.host.generation, individual, weights, split });
    return { score: this.host.scored(split), weights: answers.find((answer) => answer !== undefined) as Float32Array };
  }

  /** Advances to the next generation; false where weights are no longer finite. Throws SelectionError. */
  async advance(selection: Uint8Array): Promise<boolean> {
    this.host.beginAdvance(selection);
    const answers = await this.all({ phase: 'advance', generation: this.host.generation, outside: this.ground.outside });
    this.host.endAdvance();
    return answers.every((finite) => finite === true);
  }

  async close(): Promise<void> {
    await Promise.all(this.ports.map((port) => port.end()));
  }
}

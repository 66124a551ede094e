// A run's state machine over threads that cannot share memory (pages without cross-origin isolation): each holds the whole state and
// advances it by itself, so that they agree without exchanging anything but what they are told.
import { type GroundOptions, planGround } from './ground.ts';
import type { Plan } from './plan.ts';
import { startThread, type ThreadModule, type ThreadPort } from './ports.ts';
import type { Held, Measurement, Order, Reply } from './separate-thread.ts';
import type { Threads } from './threads.ts';

/** What a worker needs of threads, whether they share their memory or not. */
export type Crew = Pick<Threads, 'init' | 'restore' | 'advance' | 'collectBatch' | 'evaluateOn' | 'stop' | 'go' | 'close'> & {
  readonly host: { readonly generation: number; digest(): string };
};

const MODULE: ThreadModule = {
  url: import.meta.url.replace(/separate-threads(\.[jt]s)$/, 'separate-thread$1'),
  start: () => new Worker(new URL('./separate-thread.js', import.meta.url), { type: 'module' }),
};

export class SeparateThreads implements Crew {
  readonly host: Crew['host'];
  readonly #ports: ThreadPort[];
  #held: Held = { generation: 0, digest: '', finite: true };
  #stopped = false;

  private constructor(ports: ThreadPort[]) {
    this.#ports = ports;
    const held = () => this.#held;
    this.host = {
      get generation() {
        return held().generation;
      },
      digest: () => held().digest,
    };
  }

  /** Plans, and starts `options.threads` threads, each of which takes a memory. Throws as `prepareGround` does. */
  static async open(options: Omit<GroundOptions, 'shared'>): Promise<SeparateThreads> {
    const { engine, settings, dataset, seed, started, limit, onPlan } = options;
    // The thread itself is the one that prepares its ground.
    const alone = { engine: { own: engine.own, shared: engine.shared }, settings, dataset, seed, started, limit, threads: 0 };
    const { plan } = planGround(alone);
    onPlan?.(times(plan, options.threads));
    const ports: ThreadPort[] = [];
    try {
      for (let i = 0; i < options.threads; ++i) ports.push(await startThread(MODULE));
      const threads = new SeparateThreads(ports);
      await threads.#all({ order: 'open', options: { ...alone, shared: false } });
      return threads;
    } catch (error) {
      await Promise.all(ports.map((port) => port.end()));
      throw error;
    }
  }

  async #ask(port: ThreadPort, order: Order): Promise<unknown> {
    const reply = (await port.ask(order)) as Reply;
    if (reply.ok) return reply.value;
    throw Object.assign(new Error(`a compute thread failed: ${reply.error}`), { name: reply.name });
  }

  /** Every thread has answered when this ends, one way or the other: only then may they be asked again. */
  async #all(order: Order): Promise<unknown[]> {
    const replies = await Promise.allSettled(this.#ports.map((port) => this.#ask(port, order)));
    return replies.map((reply) => {
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    });
  }

  /** Brings every thread to the same state. Returns whether its weights are finite. */
  async #move(order: Order): Promise<boolean> {
    const [first, ...others] = (await this.#all(order)) as Held[];
    const other = others.find(({ generation, digest }) => generation !== first.generation || digest !== first.digest);
    if (other) throw new Error(`threads came to different states: ${JSON.stringify(first)} and ${JSON.stringify(other)}`);
    this.#held = first;
    return first.finite;
  }

  /** Makes the state of generation 0. `start`: [parameters] float32 to begin at. */
  async init(start: Float32Array | null = null): Promise<void> {
    await this.#move({ order: 'init', start });
  }

  /** Takes the state of a snapshot; false where its weights are not finite. Throws SnapshotError. */
  restore(snapshot: Uint8Array[]): Promise<boolean> {
    return this.#move({ order: 'restore', snapshot });
  }

  /** Advances to the next generation; false where weights are no longer finite. Throws SelectionError. */
  advance(selection: Uint8Array): Promise<boolean> {
    return this.#move({ order: 'advance', selection });
  }

  /** Collects the present generation's batch. */
  async collectBatch(): Promise<void> {
    await this.#all({ order: 'batch' });
  }

  /** Evaluates one range on one thread. Resolves with the losses and the thread's milliseconds; null where `stop` was called meanwhile. */
  async evaluateOn(thread: number, first: number, count: number): Promise<Measurement | null> {
    const measured = (await this.#ask(this.#ports[thread], { order: 'task', first, count })) as Measurement;
    return this.#stopped ? null : measured;
  }

  /** Makes what is being evaluated void. A thread that computes hears nothing: it ends its range first. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes a `stop` back. */
  go(): void {
    this.#stopped = false;
  }

  async close(): Promise<void> {
    await Promise.all(this.#ports.map((port) => port.end()));
  }
}

/** What so many threads need. */
function times(plan: Plan, threads: number): Plan {
  const regions = plan.regions.map((region) => ({ ...region, bytes: region.bytes * threads }));
  return { ...plan, regions, bytes: plan.bytes * threads, outsideBytes: plan.outsideBytes * threads };
}

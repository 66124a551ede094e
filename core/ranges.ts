// Ranges of a generation on this machine's threads, while others measure others elsewhere.
import type { Threads } from './threads.ts';

export interface MeasuredRange {
  /** [count] float32. */
  losses: Float32Array<ArrayBuffer>;
  /** Milliseconds of one thread. */
  ms: number;
}

interface Order {
  first: number;
  count: number;
  resolve(measured: MeasuredRange | null): void;
  reject(error: unknown): void;
}

export class Ranges {
  readonly #threads: Threads;
  readonly #idle: number[];
  /** In the order they came. */
  #orders: Order[] = [];
  readonly #running = new Set<Promise<void>>();
  /** The generation's batch; collected when its first range is asked for. */
  #batch: Promise<void> | null = null;
  #open = false;

  constructor(threads: Threads) {
    this.#threads = threads;
    this.#idle = Array.from({ length: threads.count }, (_, thread) => thread).reverse();
  }

  /** The threads hold a generation's state and have nothing else to do: until `end` they are for ranges. */
  begin(): void {
    this.#open = true;
    this.#batch = null;
  }

  /** Measures a range on one thread, as soon as there is one. Null outside of `begin` and `end`. Rejects where the evaluator fails. */
  measure(first: number, count: number): Promise<MeasuredRange | null> {
    if (!this.#open) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#orders.push({ first, count, resolve, reject });
      this.#batch ??= this.#collect();
      void this.#batch.then(() => this.#pump(), reject);
    });
  }

  async #collect(): Promise<void> {
    this.#threads.go();
    await this.#threads.collectBatch();
  }

  #pump(): void {
    while (this.#open && this.#idle.length && this.#orders.length) {
      const order = this.#orders.shift() as Order;
      const thread = this.#idle.pop() as number;
      const running = this.#threads
        .evaluateOn(thread, order.first, order.count)
        .then(order.resolve, order.reject)
        .then(() => {
          this.#running.delete(running);
          this.#idle.push(thread);
          this.#pump();
        });
      this.#running.add(running);
    }
  }

  /** Drops what was asked for; resolves when no thread is at a range any more. */
  async end(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    for (const { resolve } of this.#orders.splice(0)) resolve(null);
    await this.#batch?.catch(() => {});
    if (!this.#running.size) return;
    this.#threads.stop();
    await Promise.all(this.#running);
  }
}

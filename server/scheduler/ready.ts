// Workers that are ready for a run's current generation, and how many there are of each owner.
import type { Worker } from './state.ts';

export class Ready {
  readonly #workers = new Set<Worker>();
  readonly #owners = new Map<string, number>();

  add(worker: Worker): void {
    if (this.#workers.has(worker)) return;
    this.#workers.add(worker);
    this.#owners.set(worker.owner, (this.#owners.get(worker.owner) ?? 0) + 1);
  }

  delete(worker: Worker): void {
    if (!this.#workers.delete(worker)) return;
    const left = (this.#owners.get(worker.owner) as number) - 1;
    if (left) this.#owners.set(worker.owner, left);
    else this.#owners.delete(worker.owner);
  }

  clear(): void {
    this.#workers.clear();
    this.#owners.clear();
  }

  has(worker: Worker): boolean {
    return this.#workers.has(worker);
  }

  /** Whether a worker of another owner is among them. */
  another(owner: string): boolean {
    return this.#owners.size > (this.#owners.has(owner) ? 1 : 0);
  }

  [Symbol.iterator](): IterableIterator<Worker> {
    return this.#workers.values();
  }
}

// Of one generation: who gave how many losses, and which of them are confirmed.
import type { Range } from '../scheduler/index.ts';

interface Share {
  kept: number;
  confirmed: number;
}

export class Tally {
  /** A byte an individual. */
  readonly #confirmed: Uint8Array;
  readonly #owners = new Map<string, Share>();

  constructor(population: number) {
    this.#confirmed = new Uint8Array(population);
  }

  #share(owner: string): Share {
    const share = this.#owners.get(owner) ?? { kept: 0, confirmed: 0 };
    this.#owners.set(owner, share);
    return share;
  }

  /** A generation begins. */
  clear(): void {
    this.#confirmed.fill(0);
    this.#owners.clear();
  }

  /** Losses of an owner are kept. */
  keep(owner: string, { count }: Range): void {
    this.#share(owner).kept += count;
  }

  /** Losses of an owner were computed again with the same outcome. Returns how many of them were not confirmed before. */
  confirm(owner: string, { first, count }: Range): number {
    let fresh = 0;
    for (let i = first; i < first + count; ++i) {
      if (this.#confirmed[i]) continue;
      this.#confirmed[i] = 1;
      fresh += 1;
    }
    this.#share(owner).confirmed += fresh;
    return fresh;
  }

  isConfirmed(individual: number): boolean {
    return this.#confirmed[individual] === 1;
  }

  /** What an owner gave is undone. */
  drop(owner: string, ranges: readonly Range[]): void {
    this.#owners.delete(owner);
    for (const { first, count } of ranges) this.#confirmed.fill(0, first, first + count);
  }

  /** Whose losses count. */
  get owners(): string[] {
    return [...this.#owners.keys()];
  }

  /** Owners of which a loss counts that nobody confirmed. */
  unconfirmed(): string[] {
    return [...this.#owners].filter(([, { kept, confirmed }]) => kept > confirmed).map(([owner]) => owner);
  }
}

// A course of events that can be had again: numbers by a seed (the generator of Numerical Recipes; nothing here needs a better one).

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0;
  }

  /** 0 to below `n`. */
  readonly below = (n: number): number => {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * n);
  };

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  /** In another order. */
  shuffled<T>(from: readonly T[]): T[] {
    const list = [...from];
    for (let at = list.length - 1; at > 0; --at) {
      const other = this.below(at + 1);
      [list[at], list[other]] = [list[other], list[at]];
    }
    return list;
  }
}

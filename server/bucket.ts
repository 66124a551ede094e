// A token bucket: so many at once, then so many a second.

export class Bucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #level: number;
  #at: number;

  constructor(burst: number, perSecond: number, now = performance.now()) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#level = burst;
    this.#at = now;
  }

  /** Takes one; false where there is none. */
  take(now = performance.now()): boolean {
    this.#level = Math.min(this.#burst, this.#level + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** Whether it is as if nobody had ever taken any. */
  isFull(now = performance.now()): boolean {
    return this.#level + ((now - this.#at) / 1000) * this.#perSecond >= this.#burst;
  }
}

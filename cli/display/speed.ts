// How fast a count grows, from looking at it now and then.

/** Seconds that the speed is taken over. */
const WINDOW = 10;

export class Speed {
  readonly #samples: [seconds: number, count: number][] = [];

  /** So many a second, over the last ten seconds. */
  measure(count: number, now = performance.now() / 1000): number {
    this.#samples.push([now, count]);
    while (this.#samples.length > 2 && this.#samples[0][0] < now - WINDOW) this.#samples.shift();
    const [then, before] = this.#samples[0];
    return now > then ? (count - before) / (now - then) : 0;
  }
}

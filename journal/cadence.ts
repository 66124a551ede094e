// When to take a snapshot. It only decides how much of a run is replayed after a crash, never what the run does: so it may read a clock.
//
// Replaying a generation takes less time than running it did, most of which went into evaluation. So a replay never takes longer than the
// run has gone on since its last snapshot, and usually a small part of that. A snapshot is due when that time exceeds the largest of
// - MINIMUM_SECONDS: what a user waits for without a thought;
// - SHARE times what the last snapshot took: snapshots cost at most 1 / SHARE of the run;
// - the last snapshot's bytes at BYTES_PER_SECOND: a run of months does not wear out its disk.

const MINIMUM_SECONDS = 10;
const SHARE = 20;
const BYTES_PER_SECOND = 1_000_000;
/** After a snapshot that failed the next try waits so many times longer. */
const PATIENCE = 10;

/** Seconds on any clock that only goes forward. */
export type Clock = () => number;

export class Cadence {
  readonly #every: number | undefined;
  readonly #clock: Clock;
  #last: number;
  #wait = MINIMUM_SECONDS;

  /** `every`: a snapshot every so many generations, whatever it costs; undefined: by the rule above. */
  constructor(every: number | undefined, clock: Clock = () => performance.now() / 1000) {
    this.#every = every;
    this.#clock = clock;
    this.#last = clock();
  }

  /** Is one due at this generation? Generation 0 comes from the seed. */
  due(generation: number): boolean {
    if (generation === 0) return false;
    if (this.#every !== undefined) return this.#every > 0 && generation % this.#every === 0;
    return this.#clock() - this.#last >= this.#wait;
  }

  /** One of `bytes` was taken, begun at `from` seconds on the clock. */
  taken(bytes: number, from: number): void {
    this.#last = this.#clock();
    this.#wait = Math.max(MINIMUM_SECONDS, SHARE * (this.#last - from), bytes / BYTES_PER_SECOND);
  }

  failed(): void {
    this.#last = this.#clock();
    this.#wait *= PATIENCE;
  }

  now(): number {
    return this.#clock();
  }
}

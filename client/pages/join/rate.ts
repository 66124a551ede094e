// How fast it goes, from counts that come now and then.

/** Milliseconds that the present rate is taken over. */
const WINDOW_MS = 5_000;
/** Milliseconds of one entry of the past, and how many are kept. */
const STEP_MS = 1_000;
export const STEPS = 90;

export interface Sample {
  /** Milliseconds. */
  at: number;
  /** Evaluations so far. */
  count: number;
  /** Milliseconds of threads so far. */
  busy: number;
}

export interface Pace {
  /** Evaluations a second: now, and second by second. */
  now: number;
  past: number[];
  /** Threads that compute, on average. */
  threads: number;
}

export const STILL: Pace = { now: 0, past: [], threads: 0 };

export class Rate {
  readonly #window: Sample[] = [];
  readonly #past: number[] = [];
  #step: Sample | null = null;

  add(sample: Sample): Pace {
    this.#window.push(sample);
    while (this.#window.length > 2 && sample.at - this.#window[1].at >= WINDOW_MS) this.#window.shift();
    this.#step ??= sample;
    if (sample.at - this.#step.at >= STEP_MS) {
      this.#past.push(perSecond(this.#step, sample));
      if (this.#past.length > STEPS) this.#past.shift();
      this.#step = sample;
    }
    const [first] = this.#window;
    const ms = sample.at - first.at;
    return { now: perSecond(first, sample), past: [...this.#past], threads: ms > 0 ? (sample.busy - first.busy) / ms : 0 };
  }
}

function perSecond(from: Sample, to: Sample): number {
  return to.at > from.at ? ((to.count - from.count) * 1000) / (to.at - from.at) : 0;
}

// How long to wait before the next attempt: twice as long each time, with jitter so that a thousand workers do not return in one instant.

export interface BackoffOptions {
  /** Milliseconds. */
  first: number;
  most: number;
  /** In [0, 1). */
  random?: () => number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait now: between half and the whole of what the attempts so far ask for. */
  next(): number {
    const { first, most, random = Math.random } = this.#options;
    const whole = Math.min(most, first * 2 ** Math.min(this.#attempts++, 30));
    return Math.round(whole * (0.5 + random() / 2));
  }

  reset(): void {
    this.#attempts = 0;
  }
}

/** Resolves after so many milliseconds, or at once when `signal` aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

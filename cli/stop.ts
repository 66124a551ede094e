// Ctrl-C: the first asks for a clean stop, the second ends the process.

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export class Stop {
  readonly #controller = new AbortController();
  readonly #on: [NodeJS.Signals, () => void][];
  #interrupts = 0;
  /** What a process that was stopped by the signal ends with: 128 and the signal's number. */
  exitCode = 0;

  constructor() {
    this.#on = Object.entries(SIGNALS).map(([signal, code]) => [signal as NodeJS.Signals, () => this.#receive(signal, code)]);
    for (const [signal, listener] of this.#on) process.on(signal, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    for (const [signal, listener] of this.#on) process.removeListener(signal, listener);
  }

  #receive(signal: string, code: number): void {
    // Only a repeated Ctrl-C is impatience: a SIGTERM may come beside it, from a parent that passes signals on.
    if (signal === 'SIGINT' && this.#interrupts++ > 0) process.exit(code);
    if (this.exitCode !== SIGNALS.SIGINT) this.exitCode = code;
    this.#controller.abort();
  }
}

// One line on a terminal that says what goes on, and is gone when it is over.
import type { WriteStream } from 'node:tty';

const REDRAW_MILLISECONDS = 100;
const CLEAR_LINE = '\r\x1b[K';

export class Note {
  readonly #stream: WriteStream;
  #drawn = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    const now = performance.now();
    if (!this.#stream.isTTY || (this.#drawn && now - this.#drawn < REDRAW_MILLISECONDS)) return;
    this.#drawn = now;
    this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns || 80) - 1));
  }

  close(): void {
    if (this.#drawn) this.#stream.write(CLEAR_LINE);
    this.#drawn = 0;
  }
}

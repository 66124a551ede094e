// The display of a run on a terminal: drawn in place, at most ten times a second.
import type { WriteStream } from 'node:tty';
import type { RunEvent } from '../../core/events.ts';
import { frame } from './frame.ts';
import type { Display } from './index.ts';
import type { PastGeneration, Progress } from './progress.ts';
import { Screen } from './screen.ts';

const REDRAW_MILLISECONDS = 100;

export class LiveDisplay implements Display {
  readonly #progress: Progress;
  readonly #stream: WriteStream;
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  #note: string | null = 'starting';
  #closed = false;
  readonly #draw = () => this.#screen.draw(frame(this.#progress, this.#screen.columns - 1, this.#note));

  constructor(progress: Progress, stream: WriteStream) {
    this.#progress = progress;
    this.#stream = stream;
    this.#screen = new Screen(stream);
    // The timer alone draws: events may come a thousand times a second, and a long generation still shows the time.
    this.#timer = setInterval(this.#draw, REDRAW_MILLISECONDS).unref();
    stream.on('resize', this.#draw);
    this.#draw();
  }

  note(text: string | null): void {
    this.#note = text;
  }

  recall(past: Iterable<PastGeneration>): void {
    for (const generation of past) this.#progress.recall(generation);
  }

  within(part: () => number): void {
    this.#note = null;
    this.#progress.part = part;
  }

  on(event: RunEvent): void {
    this.#note = null;
    this.#progress.add(event);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stream.removeListener('resize', this.#draw);
    this.#draw();
    this.#screen.close();
  }
}

// The display of a run where there is no terminal: a plain line now and then.
import type { RunEvent } from '../../core/events.ts';
import type { Display } from './index.ts';
import { counted, duration, loss, percent } from './numbers.ts';
import type { PastGeneration, Progress } from './progress.ts';

const LINE_EVERY_SECONDS = 5;

export class LineDisplay implements Display {
  readonly #progress: Progress;
  readonly #write: (line: string) => void;
  #next = 0;
  #unwritten = false;
  #begun = false;

  constructor(progress: Progress, write: (line: string) => void) {
    this.#progress = progress;
    this.#write = write;
  }

  note(text: string | null): void {
    this.#begin();
    if (text && this.#due()) this.#write(`${text}\n`);
  }

  recall(past: Iterable<PastGeneration>): void {
    for (const generation of past) this.#progress.recall(generation);
  }

  within(): void {
    this.#begin();
  }

  on(event: RunEvent): void {
    this.#begin();
    this.#progress.add(event);
    // However the run ends, its last generation has a line.
    if (event.event === 'done' ? this.#unwritten : this.#due()) this.#write(`${this.#line()}\n`);
    else if (event.event === 'generation') this.#unwritten = true;
  }

  close(): void {}

  /** Not before the run is open: an error until then stands alone. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { name, algorithm, population, generations, seed, threads } = this.#progress.title;
    const size = `population ${counted(population)}, ${counted(generations)} generations`;
    this.#write(`${name}: ${algorithm}, ${size}, seed ${seed}, ${threads} ${threads === 1 ? 'thread' : 'threads'}\n`);
  }

  #due(): boolean {
    const { elapsed } = this.#progress;
    if (elapsed < this.#next) return false;
    this.#next = elapsed + LINE_EVERY_SECONDS;
    this.#unwritten = false;
    return true;
  }

  #line(): string {
    const { finished, title, best, mean, validation, speed, remaining } = this.#progress;
    const parts = [`generation ${counted(finished)}/${counted(title.generations)}`];
    if (best !== null && mean !== null) parts.push(`best ${loss(best)}`, `mean ${loss(mean)}`);
    if (validation) parts.push(`validation ${validation.accuracy === null ? loss(validation.loss) : percent(validation.accuracy)}`);
    if (speed !== null) parts.push(`${counted(speed)}/s`);
    if (remaining !== null && finished < title.generations) parts.push(`${duration(remaining)} left`);
    return parts.join('  ');
  }
}

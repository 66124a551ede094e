// What a display knows of a run at a moment: gathered from its events, drawn by the frame and the plain lines alike.
import type { Champion, GenerationEvent, RunEvent, Score } from '../../core/events.ts';
import { History } from './sparkline.ts';

/** What does not change while a run goes. */
export interface RunTitle {
  name: string;
  algorithm: string;
  seed: bigint;
  population: number;
  generations: number;
  threads: number;
  metric: 'accuracy' | 'loss';
  /** Time limit. */
  minutes: number | null;
}

/** What is left of a generation in a journal. */
export type PastGeneration = Pick<GenerationEvent, 'generation' | 'best' | 'mean' | 'validation' | 'champion'> &
  Partial<Pick<GenerationEvent, 'train'>>;

/** Speed and remaining time are judged by the last so many seconds. */
const WINDOW_SECONDS = 10;

export class Progress {
  readonly title: RunTitle;
  /** Generations that are over. */
  finished = 0;
  /** Part of the next one that is done. */
  part: () => number = () => 0;
  /** The run has ended, for whatever reason. */
  over = false;
  best: number | null = null;
  mean: number | null = null;
  /** The latest there is, and whose generation it is of. */
  validation: (Score & { generation: number }) | null = null;
  /** Of the same individual; a journal does not tell it. */
  train: Score | null = null;
  champion: Champion | null = null;
  readonly history = new History();
  readonly #now: () => number;
  readonly #started: number;
  /** [seconds, generations, evaluations], oldest first. */
  #window: [number, number, number][] = [];

  /** @param now seconds on any clock that only goes forward */
  constructor(title: RunTitle, now: () => number = () => performance.now() / 1000) {
    this.title = title;
    this.#now = now;
    this.#started = now();
  }

  /** Takes in a generation that is over, whenever that was. */
  recall({ generation, best, mean, validation, train = null, champion }: PastGeneration): void {
    this.finished = generation + 1;
    this.best = best;
    this.mean = mean;
    this.history.push(best);
    if (validation) {
      this.validation = { ...validation, generation };
      this.train = train;
    }
    if (champion) this.champion = champion;
  }

  add(event: RunEvent): void {
    if (event.event === 'done') {
      this.over = true;
      this.part = () => 0;
      this.finished = event.generations;
      this.champion = event.champion;
      return;
    }
    this.recall(event);
    const now = this.#now();
    this.#window.push([now, this.finished, event.evaluations]);
    while (this.#window.length > 2 && this.#window[1][0] < now - WINDOW_SECONDS) this.#window.shift();
  }

  /** Part of the run that is done, 0 to 1. */
  get share(): number {
    return Math.min(1, (this.finished + this.part()) / this.title.generations);
  }

  get elapsed(): number {
    return this.#now() - this.#started;
  }

  /** Evaluations per second; null until two generations are over. */
  get speed(): number | null {
    return this.#rate(2);
  }

  /** Seconds to the end; null while nobody knows, and when it is reached. */
  get remaining(): number | null {
    if (this.over) return null;
    const rate = this.#rate(1);
    const { generations, minutes } = this.title;
    const byTime = minutes === null ? Number.POSITIVE_INFINITY : Math.max(0, minutes * 60 - this.elapsed);
    if (rate === null) return Number.isFinite(byTime) ? byTime : null;
    const sinceLast = this.#now() - (this.#window.at(-1)?.[0] ?? 0);
    return Math.min(byTime, Math.max(0, (generations - this.finished) / rate - sinceLast));
  }

  #rate(column: 1 | 2): number | null {
    const first = this.#window[0];
    const last = this.#window.at(-1);
    if (!first || !last || last[0] <= first[0]) return null;
    return (last[column] - first[column]) / (last[0] - first[0]);
  }
}

// `--json`: one object a line, for programs.
import type { Champion, RunEvent, Score } from '../core/events.ts';
import type { Listener } from './listener.ts';

/** Writes each event as one line. Nothing else may write to the same stream. */
export class JsonLines implements Listener {
  readonly #write: (line: string) => void;
  readonly #seed: bigint;

  constructor(write: (line: string) => void, seed: bigint) {
    this.#write = write;
    this.#seed = seed;
  }

  on(event: RunEvent): void {
    this.#write(`${JSON.stringify(plain(event, this.#seed))}\n`);
  }
}

function plain(event: RunEvent, seed: bigint): object {
  if (event.event === 'generation') {
    return finite({
      event: 'generation',
      generation: event.generation,
      best: event.best,
      mean: event.mean,
      validation: score(event.validation),
      train: score(event.train),
      evaluations: event.evaluations,
      seconds: event.seconds,
    });
  }
  return finite({
    event: 'done',
    generations: event.generations,
    digest: event.digest,
    best: event.best,
    validation: score(event.validation),
    test: score(event.test),
    evaluations: event.evaluations,
    seconds: event.seconds,
    evaluationsPerSecond: event.evaluationsPerSecond,
    reason: event.reason,
    seed: String(seed),
    champion: champion(event.champion),
  });
}

function score(value: Score | null): object | null {
  return value && finite({ loss: value.loss, accuracy: value.accuracy });
}

function champion(value: Champion | null): object | null {
  return value && { generation: value.generation, individual: value.individual, digest: value.digest };
}

/** JSON has no infinity: such a number becomes null, and the object says that something diverged. */
function finite(object: Record<string, unknown>): object {
  const entries = Object.entries(object);
  const lost = ([, value]: [string, unknown]) => typeof value === 'number' && !Number.isFinite(value);
  if (!entries.some(lost)) return object;
  return { ...Object.fromEntries(entries.map((entry) => (lost(entry) ? [entry[0], null] : entry))), diverged: true };
}

// Who computed what: seconds by worker, turned into strips by worker.
import type { WorkSecond } from '../../entries.ts';
import { count, percent } from '../../format.ts';

/** Seconds that a strip shows. */
export const SECONDS = 120;
/** Strips shown; what the others computed is one strip more. */
const MOST_STRIPS = 16;

export interface Strip {
  /** Null: all the others together. */
  worker: string | null;
  /** How many workers it stands for. */
  workers: number;
  /** [SECONDS] individuals, the newest second last. */
  individuals: Float64Array;
  sum: number;
  /** 0 to 1, of all that was computed. */
  share: number;
  /** Seconds in which it computed something. */
  busy: number;
}

export interface Work {
  /** The busiest first. */
  strips: Strip[];
  sum: number;
  workers: number;
  /** The largest share of a second that one strip has, 0 to 1. */
  largest: number;
  /** [SECONDS] individuals of all. */
  all: Float64Array;
}

export function workOf(seconds: readonly WorkSecond[]): Work {
  const last = seconds.at(-1)?.at ?? 0;
  const all = new Float64Array(SECONDS);
  const byWorker = new Map<string, Float64Array>();
  for (const { at, workers } of seconds) {
    const second = SECONDS - 1 - (last - at);
    if (second < 0) continue;
    for (const [worker, individuals] of Object.entries(workers)) {
      const row = byWorker.get(worker) ?? new Float64Array(SECONDS);
      byWorker.set(worker, row);
      row[second] += individuals;
      all[second] += individuals;
    }
  }
  const sum = total(all);
  const made = [...byWorker].map(([worker, individuals]) => strip(worker, 1, individuals, sum)).filter(({ sum }) => sum > 0);
  made.sort((a, b) => b.sum - a.sum);
  const strips = made.slice(0, MOST_STRIPS);
  const others = made.slice(MOST_STRIPS);
  if (others.length) {
    const together = new Float64Array(SECONDS);
    for (const { individuals } of others) for (let i = 0; i < SECONDS; i++) together[i] += individuals[i];
    strips.push(strip(null, others.length, together, sum));
  }
  let largest = 0;
  for (const { individuals } of strips) for (let i = 0; i < SECONDS; i++) if (all[i]) largest = Math.max(largest, individuals[i] / all[i]);
  return { strips, sum, workers: made.length, largest, all };
}

function strip(worker: string | null, workers: number, individuals: Float64Array, of: number): Strip {
  const sum = total(individuals);
  return { worker, workers, individuals, sum, share: of ? sum / of : 0, busy: individuals.filter((n) => n > 0).length };
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** One sentence. */
export function summaryOf({ strips, sum, workers }: Work, nameOf: (worker: string) => string): string {
  if (!sum) return 'Nothing was computed in the last two minutes.';
  const first = strips.filter(({ worker }) => worker !== null).slice(0, 3);
  const shares = first.map(({ worker, share }) => `${nameOf(worker as string)} ${percent(share)}`).join(', ');
  const who = workers === 1 ? 'one worker' : `${count(workers)} workers`;
  return `In the last two minutes ${who} computed ${count(sum)} individuals${workers === 1 ? '' : workers > 3 ? ', most of all' : ''}: ${shares}.`;
}

// How fast a run goes, and how long it has to go.
import type { RunEntry } from '../../entries.ts';
import type { Generations } from '../../generations.ts';

/** Generations that the pace is taken from. */
const ROWS = 50;

/** Evaluations a second: as the server says, or of the latest generations; null: not known. */
export function rateOf(run: RunEntry, generations: Generations): number | null {
  if (run.end) return run.end.evaluationsPerSecond;
  if (run.state !== 'running') return null;
  if (typeof run.rate === 'number') return run.rate;
  const last = generations.length - 1;
  const first = Math.max(0, last - ROWS);
  if (last <= first) return null;
  const seconds = generations.column('seconds');
  const evaluations = generations.column('evaluations');
  const took = seconds[last] - seconds[first];
  return took > 0 ? (evaluations[last] - evaluations[first]) / took : null;
}

/** Seconds until the last generation, at this pace; null: not known, or it does not go on. */
export function timeLeft(run: RunEntry, rate: number | null): number | null {
  if (run.state !== 'running' || !rate) return null;
  return ((run.horizon - run.generations) * run.population) / rate;
}

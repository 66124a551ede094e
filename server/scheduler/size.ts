// How long the next range is. Guided self-scheduling (Polychronopoulos and Kuck, 1987: a fraction of what remains, so that ranges shrink
// towards the end), weighted by each thread's measured speed, and aimed at the moment when all threads would finish together.
import type { SchedulerLimits } from '../limits.ts';

export interface Situation {
  /** Individuals that nobody holds. */
  unleased: number;
  population: number;
  grain: number;
  /** Milliseconds per individual on this thread. */
  pace: number;
  /** The pace is a guess. */
  unmeasured: boolean;
  /** Round trip to the worker, milliseconds. */
  roundTrip: number;
  /** When this thread could begin. */
  start: number;
  /** When the run's threads would all finish, sharing what remains. */
  finish: number;
  /** Individuals a millisecond of all the run's threads, this one included. */
  speed: number;
  /** Longest range, milliseconds. */
  ceiling: number;
  /** Individuals to leave for threads that wait for their first range. */
  reserve: number;
}

/** Individuals to lease: a multiple of the grain (the generation's last range may be shorter when it is taken). */
export function rangeSize(at: Situation, limits: SchedulerLimits): number {
  const { pace, grain } = at;
  const floor = limits.floorMs / pace;
  let size: number;
  if (at.unmeasured)
    size = floor; // a probe: its length is a guess
  else {
    const share = (at.finish - at.start) / pace;
    // Halving down to ranges shorter than a round trip would leave the thread waiting between them: the last one is the whole rest.
    const last = share * pace <= 2 * Math.max(limits.floorMs, at.roundTrip);
    const part = at.population / (at.speed * pace) / limits.rangesPerThread;
    size = Math.max(floor, Math.min(last ? share : share / 2, part));
  }
  size = Math.min(size, at.ceiling / pace, at.unleased - at.reserve, limits.individuals);
  return Math.max(1, Math.floor(size / grain)) * grain;
}

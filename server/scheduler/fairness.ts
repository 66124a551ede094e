// Which run a worker works for. Runs share the workers' compute time by weight; a worker moves only where moving evens the shares out, or
// where the run that it would leave is ahead by more than a worker's stickiness (with fewer workers than runs they take turns).
import type { SchedulerLimits } from '../limits.ts';
import type { Run, Worker } from './state.ts';

/** The evaluator class that the worker would use for the run: the first that both know. */
export function evaluatorFor(run: Run, worker: Worker): string | null {
  return run.spec.evaluators.find((evaluator) => worker.spec.evaluators.includes(evaluator)) ?? null;
}

export function fits(run: Run, worker: Worker): boolean {
  return worker.spec.memory >= run.spec.memory && evaluatorFor(run, worker) !== null;
}

/** The run that the worker should work for now; null where none fits. */
export function chooseHome(worker: Worker, runs: Iterable<Run>, limits: SchedulerLimits): Run | null {
  const threads = worker.threads.length;
  let home = worker.home?.active && fits(worker.home, worker) ? worker.home : null;
  if (home) {
    const stay = home;
    for (const run of runs) {
      if (run === stay || !run.active || !fits(run, worker)) continue;
      const here = stay.homeThreads / stay.spec.weight;
      const after = { here: (stay.homeThreads - threads) / stay.spec.weight, there: (run.homeThreads + threads) / run.spec.weight };
      const shared = (stay.homeThreads + run.homeThreads) / (stay.spec.weight + run.spec.weight);
      const evens = after.here >= after.there;
      const turn = here >= run.homeThreads / run.spec.weight && stay.used - run.used > limits.stickinessMs * shared;
      if ((evens || turn) && (home === stay || run.used < home.used)) home = run;
    }
    return home;
  }
  const load = (run: Run) => (run.homeThreads + threads) / run.spec.weight;
  for (const run of runs) {
    if (!run.active || !fits(run, worker)) continue;
    if (!home || load(run) < load(home) || (load(run) === load(home) && run.used < home.used)) home = run;
  }
  return home;
}

/** A run that had nothing to do meanwhile, or is new, may claim one turn and no more. */
export function forgetIdleTime(run: Run, runs: Iterable<Run>, limits: SchedulerLimits): void {
  let least = Number.POSITIVE_INFINITY;
  let threads = run.homeThreads;
  let weight = run.spec.weight;
  for (const other of runs) {
    if (other === run || !other.active || !other.generation?.coverage.open) continue;
    least = Math.min(least, other.used);
    threads += other.homeThreads;
    weight += other.spec.weight;
  }
  if (least === Number.POSITIVE_INFINITY) return;
  const lift = (least - (limits.stickinessMs * threads) / weight) * run.spec.weight - run.charged;
  if (lift <= 0) return;
  run.charged += lift;
  run.lifted += lift;
}

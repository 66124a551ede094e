// What a dashboard and the metrics endpoint show of the scheduler. Work proportional to workers and runs: for a few times a second.
import type { SchedulerLimits } from '../limits.ts';
import { idleReason } from './idle.ts';
import { speedOf } from './speed.ts';
import type { Run, Worker } from './state.ts';
import type { Counts, Statistics, WorkerStatistics } from './types.ts';

export const noCounts = (): Counts => ({
  issued: 0,
  copies: 0,
  checks: 0,
  results: 0,
  expired: 0,
  lost: 0,
  returned: 0,
  duplicate: 0,
  late: 0,
  unknown: 0,
});

/** Individuals that the workers present did first. */
export function individualsOf(workers: Iterable<Worker>): number {
  let sum = 0;
  for (const { individuals } of workers) sum += individuals;
  return sum;
}

/** Of one worker; `individuals`: of all that are present. */
export function workerStatistics(worker: Worker, individuals: number, runs: readonly Run[]): WorkerStatistics {
  return {
    worker: worker.spec.id,
    individuals: worker.individuals,
    results: worker.results,
    computeMs: worker.computeMs,
    share: individuals ? worker.individuals / individuals : 0,
    leases: worker.leases,
    expired: worker.expired,
    duplicate: worker.duplicate,
    late: worker.late,
    run: worker.home?.spec.id ?? null,
    millisecondsPerIndividual: worker.home ? worker.paceOf(worker.home) : null,
    roundTripMs: worker.roundTrip.value,
    idle: idleReason(worker, runs),
  };
}

export function statistics(counts: Counts, workers: Worker[], runs: Run[], limits: SchedulerLimits): Statistics {
  const individuals = individualsOf(workers);
  return {
    counts: { ...counts },
    workers: workers.map((worker) => workerStatistics(worker, individuals, runs)),
    runs: runs.map((run) => ({
      run: run.spec.id,
      generation: run.generation?.spec.generation ?? null,
      population: run.generation?.spec.population ?? 0,
      done: run.generation ? run.generation.spec.population - run.generation.coverage.open : 0,
      unleased: run.generation?.coverage.open ? run.generation.pool.size : 0,
      checks: run.generation?.checks.pending ?? 0,
      computeMs: run.charged - run.lifted,
      speed: speedOf(run, limits) * 1000,
      workers: workers.filter((worker) => worker.home === run).length,
      paused: run.paused,
    })),
  };
}

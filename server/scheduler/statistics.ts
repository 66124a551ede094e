// What a dashboard and the metrics endpoint show of the scheduler. Work proportional to workers and runs: for a few times a second.
import type { SchedulerLimits } from '../limits.ts';
import { idleReason } from './idle.ts';
import { speedOf } from './speed.ts';
import type { Run, Worker } from './state.ts';
import type { Counts, Statistics } from './types.ts';

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

export function statistics(counts: Counts, workers: Worker[], runs: Run[], limits: SchedulerLimits): Statistics {
  const individuals = workers.reduce((sum, worker) => sum + worker.individuals, 0);
  return {
    counts: { ...counts },
    workers: workers.map((worker) => ({
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
    })),
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

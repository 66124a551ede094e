// Why a worker computes nothing, in words for the dashboard.
import { evaluatorFor } from './fairness.ts';
import type { Run, Worker } from './state.ts';

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GiB`;

/** Null while any of its threads has a lease. */
export function idleReason(worker: Worker, runs: readonly Run[]): string | null {
  if (worker.threads.some((thread) => thread.queue.length > 0)) return null;
  if (worker.threads.every((thread) => thread.lapsed.length > 0 || thread.silent))
    return 'it let its lease expire and has not answered since';
  if (worker.slow) return 'it reads messages too slowly; nothing new is sent until it catches up';
  if (!runs.length) return 'no run is running';
  const reasons = runs.map((run) => whyNot(run, worker));
  return reasons.length === 1 ? reasons[0] : reasons.map((reason, i) => `${runs[i].spec.id}: ${reason}`).join('; ');
}

function whyNot(run: Run, worker: Worker): string {
  if (run.paused) return 'the run is paused';
  if (evaluatorFor(run, worker) === null)
    return `the run allows ${run.spec.evaluators.join(', ')}; the worker has ${worker.spec.evaluators.join(', ') || 'no evaluator'}`;
  if (worker.spec.memory < run.spec.memory)
    return `the run needs ${gibibytes(run.spec.memory)} of memory; the worker lends ${gibibytes(worker.spec.memory)}`;
  const generation = run.generation;
  if (!generation) return 'the run has not begun a generation';
  const number = generation.spec.generation;
  if (!generation.coverage.open && !generation.checks.pending) return `generation ${number} is complete and the next has not begun`;
  if (!run.ready.has(worker)) return `it is preparing generation ${number}`;
  if (generation.checks.size && !generation.pool.size) return 'results wait for a check by another owner than this one';
  return `all of generation ${number} is leased, and it would not finish any of it sooner`;
}

// Workers as viewers and the API see them: what they said of themselves, and what the scheduler knows. Those that were caught lying stay.
import { describeWorker } from './describe.ts';
import type { Dispatch } from './dispatch.ts';
import type { Work } from './work.ts';

export function workerEntries(dispatch: Dispatch, work: Work): Record<string, unknown> {
  const known = new Map(
    dispatch.scheduler.statistics().workers.map(({ worker, ...statistics }) => [worker, { ...statistics, ...work.worker(worker) }]),
  );
  const present = Object.fromEntries(
    [...dispatch.workers.values()].map((worker) => [
      worker.id,
      { ...describeWorker(worker), trust: dispatch.trustOf(worker), ...known.get(worker.id) },
    ]),
  );
  return { ...present, ...Object.fromEntries(dispatch.outcasts) };
}

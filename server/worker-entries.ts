// Workers as viewers and the API see them: what they said of themselves, and what the scheduler knows. Those that were caught lying stay.
import { describeWorker } from './describe.ts';
import type { Dispatch } from './dispatch.ts';
import type { Work } from './work.ts';

/**
 * Of each worker, whatever is not a mere count, in few characters: whoever watches hears of another standing at once, of counts now and then.
 * Cheap, for many times a second.
 */
export function workerStandings(dispatch: Dispatch): Map<string, string> {
  const standings = new Map<string, string>();
  for (const worker of dispatch.workers.values()) {
    let standing = `${worker.leaving} ${dispatch.levelOf(worker)}`;
    for (const [run, { state }] of worker.parts) standing += ` ${run} ${state}`;
    standings.set(worker.id, standing);
  }
  for (const id of dispatch.outcasts.keys()) standings.set(id, 'sent away');
  return standings;
}

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

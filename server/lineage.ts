// Whom a run's champion descends from, worked out in a thread of its own.
import { ProtocolError } from '../protocol/errors.ts';
import { lineageLimits } from './limits.ts';
import type { Family, LineageData } from './lineage-thread.ts';
import { Answers, oneShot } from './one-shot.ts';

const families = new Answers<Family>(lineageLimits);

/** Throws ThreadError `missing` where there is no champion yet; ProtocolError `too-many`, `invalid` for a run that is too long to follow. */
export const lineageOf = (workerData: LineageData): Promise<Family> =>
  families.of(`${workerData.folder} ${workerData.generations}`, () => follow(workerData));

function follow(workerData: LineageData): Promise<Family> {
  const late = () => new ProtocolError('invalid', `run ${workerData.run} is too long for its champion's ancestors to be followed`);
  const limit = { ms: lineageLimits.ms, late };
  return oneShot({ module: 'lineage-thread', name: `lineage ${workerData.run}`, workerData, limit });
}

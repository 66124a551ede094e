// Whom a run's champion descends from, worked out in a thread of its own: several who ask at once get one answer.
import { ProtocolError } from '../protocol/errors.ts';
import { lineageLimits } from './limits.ts';
import type { Family, LineageData } from './lineage-thread.ts';
import { oneShot } from './one-shot.ts';

const asked = new Map<string, Promise<Family>>();

/** Throws ThreadError `missing` where there is no champion yet; ProtocolError `too-many`, `invalid` for a run that is too long to follow. */
export async function lineageOf(workerData: LineageData): Promise<Family> {
  const key = `${workerData.folder} ${workerData.generations}`;
  const same = asked.get(key);
  if (same) return same;
  if (asked.size >= lineageLimits.threads) throw new ProtocolError('too-many', 'others have asked so much just now: ask again');
  const family = follow(workerData).finally(() => asked.delete(key));
  asked.set(key, family);
  return family;
}

function follow(workerData: LineageData): Promise<Family> {
  const late = () => new ProtocolError('invalid', `run ${workerData.run} is too long for its champion's ancestors to be followed`);
  const limit = { ms: lineageLimits.ms, late };
  return oneShot({ module: 'lineage-thread', name: `lineage ${workerData.run}`, workerData, limit });
}

// The champion of a run in a folder: from the file beside its journal, or by replay where that file is missing or behind.
import type { Champion } from '../core/events.ts';
import { compileNetwork } from '../core/network.ts';
import { Run } from '../core/run.ts';
import { type KeptChampion, readChampion } from '../journal/champion-file.ts';
import { type JournalContent, resumePoint } from '../journal/index.ts';
import { UsageError } from './mistake.ts';
import { engineOf, openRun } from './run-folder.ts';

/** The last champion that a journal tells of; null before the first validation. */
export function lastChampion(journal: JournalContent): Champion | null {
  let champion: Champion | null = null;
  for (const record of journal.records()) champion = record.champion ?? champion;
  return champion;
}

/** The champion of the run in a folder: from its file, else by replaying the run. Throws UsageError where there is none yet. */
export async function championOf(journal: JournalContent, onProgress?: (generation: number) => void): Promise<KeptChampion> {
  const { folder, run: header } = journal;
  const { experiment, seed, dataset } = await openRun(header, folder);
  const network = compileNetwork(experiment.network, dataset.shape);
  const champion = lastChampion(journal);
  if (!champion) throw new UsageError(`${folder}: the run has no champion yet; it was not validated once`);
  const source = { network, champion, experiment: experiment.name, experimentHash: header.experimentHash, seed: header.seed };
  const kept = readChampion(folder, network, champion);
  if (kept) return { ...source, weights: kept };
  const engine = await engineOf(journal);
  const resume = { ...resumePoint(journal), onProgress };
  const run = await Run.open({ settings: experiment, dataset, seed, engine, start: journal.start(), resume });
  try {
    const weights = run.championWeights();
    if (!weights) throw new UsageError(`${folder}: the replay ends without a champion`);
    return { ...source, weights };
  } finally {
    await run.close();
  }
}

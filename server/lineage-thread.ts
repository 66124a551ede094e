// A thread that follows a run's champion back through its ancestors, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { ancestorsOf, type FamilyGeneration } from '../core/ancestors.ts';
import { engineFrom } from '../core/engine.ts';
import type { Champion } from '../core/events.ts';
import { parseExperiment } from '../experiments/index.ts';
import { JournalError, JournalReader, type JournalRecord } from '../journal/index.ts';
import { findDataset } from './dataset-files.ts';
import { lineageLimits } from './limits.ts';

export interface LineageData {
  folder: string;
  datasets: string;
  run: string;
  /** To go back at most. */
  generations: number;
}

/** The champion's own generation first. */
export interface Family {
  champion: Champion;
  generations: FamilyGeneration[];
}

const { folder, datasets, run: id, generations } = workerData as LineageData;

function* selectionsOf(records: Iterable<JournalRecord>): Generator<Uint8Array> {
  for (const { selection } of records) yield selection;
}

async function familyOf(journal: JournalReader): Promise<Family> {
  let champion: Champion | null = null;
  for (const record of journal.records()) champion = record.champion ?? champion;
  if (!champion) throw new JournalError('missing', `run ${id} has no champion yet: it was not validated once`);
  const files = journal.engineFiles().map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
  const family = ancestorsOf({
    engine: await engineFrom(files, journal.run.engine),
    settings: parseExperiment(journal.run.experiment, id),
    dataset: await findDataset(datasets, `sha256:${journal.run.dataset.hash}`),
    seed: BigInt(journal.run.seed),
    started: journal.start() !== null,
    selections: selectionsOf(journal.records()),
    generation: champion.generation,
    individual: champion.individual,
    generations,
    members: lineageLimits.members,
  });
  return { champion, generations: family };
}

try {
  using journal = JournalReader.open(folder, id);
  parentPort?.postMessage({ value: await familyOf(journal) });
} catch (error) {
  const { name, message, code } = error as Error & { code?: unknown };
  parentPort?.postMessage({ error: { name, message, code: typeof code === 'string' ? code : null } });
}

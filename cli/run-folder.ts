// The folder of a run: its journal (journal/folder.ts), and beside it for people
//     experiment.json       the experiment, every default filled in
//     champion.safetensors  the champion's weights, once the run has ended or was stopped
import { existsSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/dataset.ts';
import { type Engine, engineFrom } from '../core/engine.ts';
import { DataError, loadDataset } from '../data/index.ts';
import { type Experiment, experimentHash, parseExperiment, parseSeed } from '../experiments/index.ts';
import { type JournalContent, JournalReader, type RunHeader } from '../journal/index.ts';
import { UsageError } from './mistake.ts';

const EXPERIMENT_FILE = 'experiment.json';
const JOURNAL_FILE = 'journal.sqlite';
/** What SQLite writes before the first table. */
const HEADER_BYTES = 4096;
const REMAINS = /^(journal\.(sqlite(-journal|-wal|-shm)?|lock|writer)|chunks|engines)$/;

/** @throws UsageError where a new run could overwrite something */
export function checkNewFolder(folder: string): void {
  if (!existsSync(folder)) return;
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    throw new UsageError(`--out ${folder}: cannot be used as a folder (${(error as Error).message})`);
  }
  if (files.includes(JOURNAL_FILE) && !isUnbegun(folder)) {
    throw new UsageError(
      `--out ${folder}: already holds a run. To go on with it: germline run --resume ${folder}. For a new one choose another folder`,
    );
  }
  if (!files.every((file) => REMAINS.test(file)))
    throw new UsageError(`--out ${folder}: is not empty. Choose a new folder, or an empty one`);
}

/** A process that was killed before its run had begun leaves a journal without tables, or without a run: that may be used. */
function isUnbegun(folder: string): boolean {
  const bytes = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  if (bytes(JOURNAL_FILE) <= HEADER_BYTES && bytes(`${JOURNAL_FILE}-wal`) === 0) return true;
  return JournalReader.runs(folder).length === 0;
}

/** @throws UsageError where there is a journal, but nothing in it to go on with */
export function checkBegun(folder: string): void {
  if (existsSync(join(folder, JOURNAL_FILE)) && isUnbegun(folder)) {
    throw new UsageError(`--resume ${folder}: the run there was ended before it had begun. Start it again with --out ${folder}`);
  }
}

/** For people; the journal has its own copy. Left alone where it is there. */
export async function writeExperiment(folder: string, experiment: Experiment): Promise<void> {
  const file = join(folder, EXPERIMENT_FILE);
  if (existsSync(file)) return;
  await writeFile(file, `${JSON.stringify(experiment, null, 2)}\n`);
}

/** What a journal's header says the run was made of. Throws where it is not what this version would run, or the dataset is not here. */
export async function openRun(header: RunHeader, folder: string): Promise<{ experiment: Experiment; seed: bigint; dataset: Dataset }> {
  const experiment = parseExperiment(header.experiment, folder);
  if (experimentHash(experiment) !== header.experimentHash) {
    throw new UsageError(
      `${folder}: this version of germline reads the run's experiment differently from the one that made it; use that version`,
    );
  }
  return { experiment, seed: parseSeed(header.seed, folder), dataset: await sameDataset(header, folder) };
}

async function sameDataset({ dataset }: RunHeader, folder: string): Promise<Dataset> {
  try {
    return await loadDataset(`sha256:${dataset.hash}`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new UsageError(
      `${folder}: the run needs the dataset "${dataset.name}" with exactly the content it was made with. ${error.message}`,
    );
  }
}

/** The engine that a run was made with, as its journal keeps it. */
export function engineOf(journal: JournalContent): Promise<Engine> {
  const files = journal.engineFiles().map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
  return engineFrom(files, journal.run.engine);
}

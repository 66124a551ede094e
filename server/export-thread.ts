// A thread that makes one model file of a run's champion, and ends. The weights come from the file beside the journal, else from a replay.
import { parentPort, workerData } from 'node:worker_threads';
import { zipSync } from 'fflate';
import { engineFrom } from '../core/engine.ts';
import type { Champion } from '../core/events.ts';
import { writeNpz } from '../core/formats/npz.ts';
import { writeSafetensors } from '../core/formats/safetensors.ts';
import { writeTfjs } from '../core/formats/tfjs.ts';
import { compileNetwork, type Network } from '../core/network.ts';
import { Run } from '../core/run.ts';
import { parseExperiment } from '../experiments/index.ts';
import { type KeptChampion, metadataOf, readChampion } from '../journal/champion-file.ts';
import { JournalError, JournalReader, resumePoint } from '../journal/index.ts';
import { keepDataset } from './dataset-files.ts';
import type { ExportFormat } from './read-messages.ts';

export interface ExportData {
  folder: string;
  datasets: string;
  run: string;
  format: ExportFormat;
}

const { folder, datasets, run: id, format } = workerData as ExportData;

async function weightsOf(journal: JournalReader, network: Network, champion: Champion): Promise<Float32Array> {
  const kept = readChampion(folder, network, champion);
  if (kept) return kept;
  const { dataset } = await keepDataset(datasets, `sha256:${journal.run.dataset.hash}`);
  const files = journal.engineFiles().map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
  const run = await Run.open({
    settings: parseExperiment(journal.run.experiment, id),
    dataset,
    seed: BigInt(journal.run.seed),
    threads: 1,
    engine: await engineFrom(files, journal.run.engine),
    start: journal.start(),
    resume: resumePoint(journal),
  });
  try {
    return run.championWeights() as Float32Array;
  } finally {
    await run.close();
  }
}

const WRITE: Record<ExportFormat, (kept: KeptChampion) => Uint8Array> = {
  safetensors: (kept) => writeSafetensors(kept.network, kept.weights, metadataOf(kept)),
  npz: ({ network, weights }) =>
    writeNpz(network.tensors.map(({ name, shape, offset, size }) => ({ name, shape, data: weights.subarray(offset, offset + size) }))),
  tfjs: ({ network, weights }) => zipSync(writeTfjs(network, weights), { level: 0 }),
};

try {
  using journal = JournalReader.open(folder, id);
  const experiment = parseExperiment(journal.run.experiment, id);
  const { dataset } = await keepDataset(datasets, `sha256:${journal.run.dataset.hash}`);
  const network = compileNetwork(experiment.network, dataset.shape);
  let champion: Champion | null = null;
  for (const record of journal.records()) champion = record.champion ?? champion;
  if (!champion) throw new JournalError('missing', `run ${id} has no champion yet: it was not validated once`);
  const weights = await weightsOf(journal, network, champion);
  const { experimentHash, seed } = journal.run;
  const bytes = Uint8Array.from(WRITE[format]({ network, weights, champion, experiment: experiment.name, experimentHash, seed }));
  parentPort?.postMessage({ value: bytes }, [bytes.buffer]);
} catch (error) {
  const { name, message, code } = error as Error & { code?: unknown };
  parentPort?.postMessage({ error: { name, message, code: typeof code === 'string' ? code : null } });
}

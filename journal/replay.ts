// A run again from its seed and its journal: every state's digest compared, and the champion's weights rebuilt.
import type { Dataset } from '../core/dataset.ts';
import type { Champion } from '../core/events.ts';
import { ReplayError } from '../core/replay-error.ts';
import type { ReplayRecord, Run, RunOptions } from '../core/run.ts';
import type { WeightsSettings } from '../core/settings.ts';
import type { JournalContent } from './reader.ts';

export { ReplayError };

/** What a replay asks of a run. */
export type ReplayedRun = Pick<Run, 'engine' | 'generation' | 'champion' | 'championWeights' | 'digest' | 'close'>;

export interface ReplayOptions {
  settings: WeightsSettings;
  dataset: Dataset;
  threads?: number;
  /** Begin at the newest snapshot instead of the seed: faster, and only what comes after it is proved. */
  fromSnapshot?: boolean;
  /** The champion's weights as they were kept: compared bit for bit with the rebuilt ones. */
  championWeights?: Float32Array | null;
  /** Called after a generation is replayed. */
  onProgress?: (generation: number, generations: number) => void;
  /** Opens the run; default: on the engine that the journal keeps. */
  open?: (options: RunOptions) => Promise<ReplayedRun>;
}

export interface Replayed {
  /** Generation that the replay began at: 0, or a snapshot's. */
  from: number;
  /** Generations whose selections are in the journal. */
  generations: number;
  /** Of the state after the last of them. */
  digest: string;
  champion: Champion | null;
  /** [parameters] */
  weights: Float32Array | null;
  /** What was compared and found equal. What there was nothing to compare with is false. */
  matches: {
    /** States compared with their records. */
    records: number;
    /** The last state, with the digest that the run ended with, or that of a snapshot of it. */
    final: boolean;
    champion: boolean;
    weights: boolean;
  };
}

/** Where a run goes on: its newest whole snapshot (null: the seed), and the records from there. */
export interface ResumePoint {
  generation: number;
  snapshot: Iterable<Uint8Array> | null;
  records: Iterable<ReplayRecord>;
}

/** `RunOptions.resume` of a journal. `atMost`: use no snapshot of a later generation; -1: none at all. */
export function resumePoint(journal: JournalContent, atMost?: number): ResumePoint {
  const snapshot = atMost === -1 ? null : journal.latestSnapshot(atMost);
  const generation = snapshot?.generation ?? 0;
  return { generation, snapshot: snapshot ? snapshot.chunks() : null, records: journal.records(generation) };
}

/** On the engine that the run was made with, as its journal keeps it. */
async function openRun(journal: JournalContent, options: RunOptions): Promise<ReplayedRun> {
  // Loaded here, so that whoever only keeps or reads journals never loads the engine.
  const [{ Run }, { engineFrom }] = await Promise.all([import('../core/run.ts'), import('../core/engine.ts')]);
  const files = journal.engineFiles().map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
  return Run.open({ ...options, engine: await engineFrom(files, journal.run.engine) });
}

function lastChampion(journal: JournalContent): Champion | null {
  let champion: Champion | null = null;
  for (const record of journal.records()) champion = record.champion ?? champion;
  return champion;
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const bits = (values: Float32Array): Uint32Array => new Uint32Array(Float32Array.from(values).buffer);
  const right = bits(b);
  return a.length === b.length && bits(a).every((word, i) => word === right[i]);
}

/**
 * Rebuilds a run's states from its seed and its selections and compares them with what the journal says, last the champion.
 * Throws ReplayError naming the first generation that differs, JournalError where the journal is damaged.
 */
export async function replay(journal: JournalContent, options: ReplayOptions): Promise<Replayed> {
  const { settings, dataset, threads, fromSnapshot = false, championWeights, onProgress } = options;
  const open = options.open ?? ((given: RunOptions) => openRun(journal, given));
  const where = `run ${journal.run.run} in ${journal.folder}`;
  if (dataset.hash !== journal.run.dataset.hash) {
    throw new ReplayError(
      0,
      `${where} was made with the dataset ${journal.run.dataset.name} of hash ${journal.run.dataset.hash}; the one given is ${dataset.name}, ${dataset.hash}`,
    );
  }
  const generations = journal.count;
  const point = resumePoint(journal, fromSnapshot ? undefined : -1);
  let run: ReplayedRun;
  try {
    run = await open({
      settings,
      dataset,
      seed: BigInt(journal.run.seed),
      threads,
      start: journal.start(),
      resume: { snapshot: point.snapshot, records: point.records, onProgress: (generation) => onProgress?.(generation, generations) },
    });
  } catch (error) {
    // A replay that differs says at which generation. What else goes wrong (memory, damage, a dataset that does not fit) is not its finding.
    if (!(error instanceof ReplayError)) throw error;
    throw new ReplayError(error.generation, `the replay of ${where} differs: ${error.message}`, { cause: error });
  }
  try {
    const differs = (generation: number, what: string, mine: unknown, its: unknown): never => {
      const engine = run.engine === journal.run.engine ? '' : `; it was made with engine ${journal.run.engine}, and this is ${run.engine}`;
      throw new ReplayError(
        generation,
        `the replay of ${where} differs at generation ${generation}: ${what} is ${mine}, the journal says ${its}${engine}`,
      );
    };
    if (run.generation !== generations) differs(run.generation, 'the number of generations', run.generation, generations);
    const digest = run.digest();
    const ended = journal.end?.generations === generations ? journal.end.digest : null;
    const snapshot = ended ? null : journal.latestSnapshot();
    const final = ended ?? (snapshot?.generation === generations ? snapshot.digest : null);
    if (final !== null && final !== digest) differs(generations, "the last state's digest", digest, final);
    const champion = lastChampion(journal);
    if (champion && run.champion?.digest !== champion.digest) {
      differs(champion.generation, "the champion's digest", run.champion?.digest ?? 'missing', champion.digest);
    }
    const weights = run.championWeights();
    if (championWeights && !(weights && sameBits(weights, championWeights))) {
      differs(champion?.generation ?? generations, "the champion's weights", 'another genome', 'what was kept');
    }
    return {
      from: point.generation,
      generations,
      digest,
      champion: run.champion,
      weights,
      matches: { records: generations - point.generation, final: final !== null, champion: champion !== null, weights: !!championWeights },
    };
  } finally {
    await run.close();
  }
}

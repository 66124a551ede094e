// The thread of one active run: its engine, its journal, its champion's validation. It runs core's own loop and asks the connection's
// thread for each generation's losses, so that a served run is bit for bit the run that `germline run` makes.
//
// Journal before effect: nobody outside of this process is told of a selection before the generation's record is durable. This machine's own
// threads may measure the state that follows from it while the record is on its way to the disk: should it not arrive, nothing was said.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Dataset } from '../core/dataset.ts';
import { type Engine, EngineError, engineFrom, loadEngine } from '../core/engine.ts';
import type { RunEvent } from '../core/events.ts';
import { planGround } from '../core/ground.ts';
import { checkAvailable } from '../core/plan.ts';
import { Run } from '../core/run.ts';
import { survivorsOf } from '../core/survivors.ts';
import { type Experiment, experimentHash, parseExperiment } from '../experiments/index.ts';
import { CHAMPION_FILE, writeChampion } from '../journal/champion-file.ts';
import { Journal, journalListener, resumePoint, Store } from '../journal/index.ts';
import { crashPoint } from './crash.ts';
import { keepDataset } from './dataset-files.ts';
import { runLimits } from './limits.ts';
import type { FromRunThread, Recorded, RunThreadData, ToRunThread } from './run-messages.ts';
import { START_FILE } from './run-record.ts';
import { type Looked, Track } from './track/index.ts';

const port = parentPort as NonNullable<typeof parentPort>;
const data = workerData as RunThreadData;
const stop = new AbortController();

let waiting: { generation: number; resolve: (losses: Float32Array | null) => void } | null = null;
/** Whether the present generation's losses are others' word. */
let doubtful = false;
let auditing: { generation: number; resolve: (right: boolean) => void } | null = null;
/** Individuals of a generation, where that is the present one. */
let measureRange: (generation: number, first: number, count: number) => ReturnType<Run['measureRange']> = async () => null;

function tell(message: FromRunThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

port.on('message', (message: ToRunThread) => {
  if (message.type === 'stop') stop.abort();
  else if (message.type === 'measure') void measure(message);
  else if (message.type === 'audited') {
    if (auditing?.generation === message.generation) auditing.resolve(true);
  } else if (waiting?.generation === message.generation) {
    doubtful = message.audit;
    waiting.resolve(message.losses);
    waiting = null;
  }
});

stop.signal.addEventListener('abort', () => {
  waiting?.resolve(null);
  auditing?.resolve(false);
});

async function measure({ order, generation, first, count }: Extract<ToRunThread, { type: 'measure' }>): Promise<void> {
  try {
    const measured = await measureRange(generation, first, count);
    const losses = measured?.losses ?? null;
    tell({ type: 'measured', order, losses, ms: measured?.ms ?? 0 }, losses ? [losses.buffer] : []);
  } catch (error) {
    tell({ type: 'broken', order, message: (error as Error).message });
  }
}

/** Opens the run's journal, or makes it: a folder whose first record was never begun counts as none. */
async function openJournal(experiment: Experiment, make: () => Promise<{ engine: Engine; dataset: Dataset }>): Promise<Journal> {
  const { folder, run, seed } = data;
  if (existsSync(join(folder, 'journal.sqlite')) && (await holdsRun(folder))) return Journal.open(folder, run);
  const { engine, dataset } = await make();
  return Journal.create(folder, {
    run,
    experiment,
    experimentHash: experimentHash(experiment),
    seed,
    engine: engine.sha256,
    engineFiles: engine.files,
    dataset: { name: dataset.name, hash: dataset.hash },
    start: readStart(folder),
    population: experiment.population,
  });
}

/** To be asked of the writer: one whose making was cut off has to be mended first, which is not for a reader to do. */
async function holdsRun(folder: string): Promise<boolean> {
  const store = await Store.open(folder, { create: true });
  try {
    return (await store.runs()).length > 0;
  } finally {
    await store.close();
  }
}

function readStart(folder: string): Float32Array | null {
  const path = join(folder, START_FILE);
  return existsSync(path) ? new Float32Array(Uint8Array.from(readFileSync(path)).buffer) : null;
}

async function conduct(): Promise<void> {
  const experiment = parseExperiment(data.experiment, data.run);
  let kept: { dataset: Dataset; bytes: number } | undefined;
  await using journal = await openJournal(experiment, async () => {
    kept = await keepDataset(data.datasets, experiment.dataset);
    return { engine: await loadEngine(), dataset: kept.dataset };
  });
  if (data.back) await journal.cut(data.back.generation, data.back);
  kept ??= await keepDataset(data.datasets, `sha256:${journal.run.dataset.hash}`);
  const { dataset } = kept;
  const files = journal.engineFiles().map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
  const engine = await engineFrom(files, journal.run.engine);
  const ours = (await loadEngine()).sha256;
  if (engine.sha256 !== ours) {
    const message = `the run was made with engine ${engine.sha256}, and workers of this version have ${ours}: go on with the version that made it`;
    throw Object.assign(new EngineError(message), { code: 'engine-mismatch' });
  }
  const [last] = journal.count ? journal.records(journal.count - 1) : [];
  // It met its target, and the process died before the end was noted: there is nothing left to measure.
  const reached = last !== undefined && experiment.stop.loss !== null && last.best <= experiment.stop.loss;
  const start = journal.start();
  let selection: Uint8Array<ArrayBuffer> | null = null;
  /** A record on its way to the disk, and since when. */
  let unsaid: { record: Omit<Recorded, 'commitMs'>; looked: Looked; from: number } | null = null;
  let settle = async (): Promise<void> => {};

  const evaluate = async (generation: number): Promise<Float32Array | null> => {
    if (stop.signal.aborted) return null;
    crashPoint('before-begin', generation);
    const losses = new Promise<Float32Array | null>((resolve) => {
      waiting = { generation, resolve };
    });
    tell({ type: 'begin', generation, digest: run.digest(), selection, durable: !unsaid }, selection ? [selection.buffer] : []);
    selection = null;
    await settle();
    const all = await losses;
    crashPoint('before-commit', generation);
    return all;
  };

  const ground = { settings: experiment, dataset, seed: BigInt(journal.run.seed), engine };
  const run = await Run.open({
    ...ground,
    threads: Math.max(1, data.threads),
    target: experiment.stop.loss,
    minutes: reached ? 0 : experiment.stop.minutes,
    signal: stop.signal,
    start,
    resume: {
      ...resumePoint(journal),
      onProgress: (generation) => {
        if (generation % 100 === 0) tell({ type: 'replaying', generation, generations: journal.count });
      },
    },
    evaluate,
    onPlan: (plan) => checkAvailable(plan, process.availableMemory()),
  });
  try {
    const { network } = run;
    const { plan } = planGround({ ...ground, threads: 1, started: start !== null });
    const memory = plan.bytes + plan.outsideBytes;
    measureRange = async (generation, first, count) => (generation === run.generation ? run.measureRange(first, count) : null);
    const { name, hash } = journal.run.dataset;
    const opened = {
      engine: engine.sha256,
      dataset: { name, hash, bytes: kept.bytes },
      parameters: network.parameters,
      started: start !== null,
      memory,
      generations: journal.count,
      cuts: journal.cuts(),
    };
    tell({ type: 'opened', opened, best: last?.best ?? null, champion: run.champion });
    const records = journalListener(journal, run, { inFlight: 1 });
    using track = new Track(data.folder, run, experiment.generations - 1);
    let championAt = Number.NEGATIVE_INFINITY;
    const keepChampion = () => {
      const { champion } = run;
      const weights = run.championWeights();
      const source = { experiment: experiment.name, experimentHash: journal.run.experimentHash, seed: journal.run.seed };
      if (champion && weights) writeChampion(data.folder, { network, weights, champion, ...source });
    };

    settle = async () => {
      await records.settled();
      if (!unsaid) return;
      const { record, looked, from } = unsaid;
      unsaid = null;
      track.keep(looked);
      crashPoint('after-commit', record.generation);
      tell({ type: 'recorded', record: { ...record, commitMs: performance.now() - from } });
    };

    const record = async (event: Extract<RunEvent, { event: 'generation' }>): Promise<void> => {
      const { event: _, losses: __, selection: made, ...numbers } = event;
      const looked = track.look(event);
      unsaid = { record: { ...numbers, ...looked.numbers }, looked, from: performance.now() };
      await records.on(event);
      selection = Uint8Array.from(made);
      if (!event.champion || performance.now() - championAt <= runLimits.championMs) return;
      keepChampion();
      championAt = performance.now();
    };

    /** Whether the losses that matter most are right, as far as they are not known to be. False where the run was stopped meanwhile. */
    const audit = async ({ generation, selection, losses, best }: Extract<RunEvent, { event: 'generation' }>): Promise<boolean> => {
      const individuals = new Set(survivorsOf(selection));
      // The best one may be the champion, and ends a run that has a target.
      const ends = experiment.stop.loss !== null && best <= experiment.stop.loss;
      if (individuals.size || ends) individuals.add(losses.indexOf(best));
      if (!individuals.size) return true;
      const answer = new Promise<boolean>((resolve) => {
        auditing = { generation, resolve };
      });
      if (stop.signal.aborted) return false;
      tell({ type: 'audit', generation, individuals: [...individuals] });
      return answer;
    };

    // Of what was gone back from.
    if (data.back) rmSync(join(data.folder, CHAMPION_FILE), { force: true });
    if (data.back) keepChampion();
    for await (const event of run.events()) {
      if (event.event === 'generation') {
        if (doubtful && !(await audit(event))) run.withdraw();
        else await record(event);
        continue;
      }
      await settle();
      // Stopped before its replay was through: the journal knows more than this run, and its note stays as it is.
      if (event.generations < journal.count) return tell({ type: 'done', done: { ...event, generations: journal.count } });
      const best = event.best === Number.POSITIVE_INFINITY && last ? last.best : event.best;
      const done = { ...event, best, reason: reached && event.reason === 'minutes' ? 'target' : event.reason };
      await records.on(done as typeof event);
      keepChampion();
      tell({ type: 'done', done: done as typeof event });
    }
  } finally {
    await run.close();
  }
}

try {
  await conduct();
} catch (error) {
  const { name, message, code } = error as Error & { code?: unknown };
  tell({ type: 'failed', failure: { name, message, code: typeof code === 'string' ? code : null } });
}
port.close();

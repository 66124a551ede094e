// `germline run`: an experiment from its start, or a run that goes on, with everyone who follows it.
import { availableParallelism } from 'node:os';
import type { Dataset } from '../../core/dataset.ts';
import { type Engine, loadEngine } from '../../core/engine.ts';
import type { DoneEvent, RunEvent } from '../../core/events.ts';
import { compileNetwork } from '../../core/network.ts';
import { checkAvailable } from '../../core/plan.ts';
import { Run } from '../../core/run.ts';
import { loadDataset } from '../../data/index.ts';
import { type Experiment, experimentHash, parseOverride, parseSeed, randomSeed, resolveExperiment } from '../../experiments/index.ts';
import { Journal, resumePoint } from '../../journal/index.ts';
import { type Display, display, summary } from '../display/index.ts';
import { readModel } from '../initial-model.ts';
import { JsonLines } from '../json-lines.ts';
import { follow, type Listener } from '../listener.ts';
import { UsageError } from '../mistake.ts';
import { Recorder } from '../recorder.ts';
import { checkBegun, checkNewFolder, engineOf, openRun, writeExperiment } from '../run-folder.ts';
import { Stop } from '../stop.ts';
import { MAX_THREADS, wholeNumber } from '../whole-number.ts';

export interface RunFlags {
  seed?: string;
  generations?: string;
  population?: string;
  minutes?: string;
  threads?: string;
  set?: string[];
  init?: string;
  json?: boolean;
  out?: string;
  resume?: string;
}

/** What a run starts from, whether it is new or goes on. */
interface Start {
  experiment: Experiment;
  seed: bigint;
  dataset: Dataset;
  /** From `--init`. */
  genome: Float32Array | null;
  /** Of a run that goes on. */
  journal: Journal | null;
  /** Where the run is kept. */
  folder: string | null;
  /** How to name the experiment on a command line. */
  asked: string;
}

/** Returns the exit code: 0, 1 where the weights diverged, 128 and the signal's number where one stopped the run. */
export async function run(nameOrFile: string | undefined, flags: RunFlags): Promise<number> {
  const threads = flags.threads === undefined ? availableParallelism() : wholeNumber(flags.threads, '--threads', 1, MAX_THREADS);
  const start = flags.resume === undefined ? await begin(nameOrFile, flags) : await goOn(nameOrFile, flags, flags.resume);
  const stop = new Stop();
  try {
    const done = await conduct(start, { threads, json: flags.json === true, minutes: minutesOf(start, flags), stop });
    if (done.reason === 'stopped') return stop.exitCode;
    return done.reason === 'diverged' ? 1 : 0;
  } finally {
    stop.close();
    await start.journal?.close();
  }
}

async function begin(nameOrFile: string | undefined, flags: RunFlags): Promise<Start> {
  if (nameOrFile === undefined)
    throw new UsageError('run: which experiment? Give its name (germline experiments lists them) or a JSON file');
  const fields = { generations: flags.generations, population: flags.population, 'stop.minutes': flags.minutes };
  const sets = Object.entries(fields).flatMap(([path, value]) => (value === undefined ? [] : [`${path}=${value}`]));
  const experiment = await resolveExperiment(nameOrFile, [...sets, ...(flags.set ?? [])].map(parseOverride));
  checkEvaluators(experiment, nameOrFile);
  const seed = flags.seed === undefined ? randomSeed() : parseSeed(flags.seed, '--seed');
  if (flags.out !== undefined) checkNewFolder(flags.out);
  const dataset = await loadDataset(experiment.dataset);
  const network = compileNetwork(experiment.network, dataset.shape);
  const genome = flags.init === undefined ? null : await readModel(flags.init, network);
  return { experiment, seed, dataset, genome, journal: null, folder: flags.out ?? null, asked: nameOrFile };
}

/** Everything that decides about a run is in its journal; only how it is computed and shown may be chosen again. */
async function goOn(nameOrFile: string | undefined, flags: RunFlags, folder: string): Promise<Start> {
  if (nameOrFile !== undefined) throw new UsageError(`run: --resume takes the experiment from ${folder}; leave "${nameOrFile}" out`);
  for (const flag of ['seed', 'generations', 'population', 'init', 'out'] as const) {
    if (flags[flag] !== undefined) throw new UsageError(`run: --${flag} cannot be changed with --resume; start a new run with it instead`);
  }
  if (flags.set?.length) throw new UsageError('run: --set cannot be changed with --resume; start a new run with it instead');
  checkBegun(folder);
  const journal = await Journal.open(folder);
  if (journal.recovery) process.stderr.write(`${journal.recovery.message}\n`);
  try {
    const { experiment, seed, dataset } = await openRun(journal.run, folder);
    await writeExperiment(folder, experiment);
    return { experiment, seed, dataset, genome: journal.start(), journal, folder, asked: experiment.name };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function minutesOf({ experiment, journal }: Start, { minutes }: RunFlags): number | null {
  if (minutes === undefined || !journal) return experiment.stop.minutes;
  const value = Number(minutes);
  if (minutes.trim() === '' || !(value > 0 && Number.isFinite(value))) {
    throw new UsageError(`--minutes: must be a number above 0, not ${JSON.stringify(minutes)}`);
  }
  return value;
}

interface Conditions {
  threads: number;
  json: boolean;
  minutes: number | null;
  stop: Stop;
}

async function conduct(start: Start, { threads, json, minutes, stop }: Conditions): Promise<DoneEvent> {
  const { seed, folder, asked } = start;
  const screen = json ? null : shown(start, threads, minutes);
  const view: Listener = screen ?? new JsonLines((line) => void process.stdout.write(line), seed);
  const stopping = () => screen?.note('stopping');
  stop.signal.addEventListener('abort', stopping);
  let done: DoneEvent;
  try {
    done = await evolve(start, { threads, minutes, stop, view, screen });
  } finally {
    stop.signal.removeEventListener('abort', stopping);
    screen?.close();
  }
  if (!json) process.stdout.write(`\n${summary(done, { seed, folder, experiment: asked }, process.stdout.columns).join('\n')}\n`);
  return done;
}

function shown({ experiment, seed }: Start, threads: number, minutes: number | null): Display {
  const { name, algorithm, population, generations, metric } = experiment;
  return display({ name, algorithm: algorithm.name, seed, population, generations, threads, metric, minutes }, process.stdout);
}

async function evolve(
  start: Start,
  { threads, minutes, stop, view, screen }: Omit<Conditions, 'json'> & { view: Listener; screen: Display | null },
): Promise<DoneEvent> {
  const { experiment, seed, dataset, genome, journal } = start;
  if (journal) screen?.recall(journal.records());
  if (journal && isOver(journal.end)) return follow(only(journal.end), [view]);
  const last = journal && lastRecord(journal, experiment);
  const engine = journal ? await engineOf(journal) : await loadEngine();
  const onProgress = (generation: number) => screen?.note(`replaying generation ${generation} of ${journal?.count}`);
  const run = await Run.open({
    settings: experiment,
    dataset,
    seed,
    threads,
    engine,
    target: experiment.stop.loss,
    minutes: last?.reachedTarget ? 0 : minutes,
    signal: stop.signal,
    start: genome,
    resume: journal && { ...resumePoint(journal), onProgress },
    onPlan: (plan) => checkAvailable(plan, process.availableMemory()),
  });
  try {
    screen?.within(() => run.progress);
    if (start.folder === null) return await follow(run.events(), [view]);
    start.journal ??= await createJournal(start, start.folder, engine);
    return await follow(goingOn(run.events(), last), [new Recorder(start.journal, run, experiment), view]);
  } finally {
    await run.close();
  }
}

/** What of a journal's last record the end of a run may need: the run itself does not remember losses of before. */
interface LastRecord {
  best: number;
  /** It met the target, and the process died before the run's end was noted: there is nothing left to do. */
  reachedTarget: boolean;
}

function lastRecord(journal: Journal, { stop }: Experiment): LastRecord | null {
  if (journal.count === 0) return null;
  const [{ best }] = journal.records(journal.count - 1);
  return { best, reachedTarget: stop.loss !== null && best <= stop.loss };
}

/** The events of a run that goes on, whose end speaks of the last record where no generation came after it. */
async function* goingOn(events: AsyncIterable<RunEvent>, last: LastRecord | null): AsyncGenerator<RunEvent, void> {
  let idle = true;
  for await (const event of events) {
    if (event.event === 'generation') idle = false;
    if (event.event !== 'done' || !idle || !last) yield event;
    else yield { ...event, best: last.best, reason: last.reachedTarget && event.reason === 'minutes' ? 'target' : event.reason };
  }
}

async function createJournal({ experiment, seed, dataset, genome }: Start, folder: string, engine: Engine): Promise<Journal> {
  const journal = await Journal.create(folder, {
    experiment,
    experimentHash: experimentHash(experiment),
    seed: String(seed),
    engine: engine.sha256,
    engineFiles: engine.files,
    dataset: { name: dataset.name, hash: dataset.hash },
    start: genome,
    population: experiment.population,
  });
  await writeExperiment(folder, experiment);
  return journal;
}

function isOver(end: DoneEvent | null): end is DoneEvent {
  return end !== null && end.reason !== 'stopped' && end.reason !== 'minutes';
}

async function* only(event: RunEvent): AsyncGenerator<RunEvent, void> {
  yield event;
}

function checkEvaluators({ evaluators }: Experiment, source: string): void {
  if (!evaluators.includes('wasm')) {
    throw new UsageError(
      `${source}: evaluators: this machine runs "wasm", and the experiment allows only ${evaluators.map((name) => `"${name}"`).join(', ')}`,
    );
  }
}

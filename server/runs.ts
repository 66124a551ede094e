// Every run of the server: made, listed, changed, deleted.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import {
  builtIn,
  type Experiment,
  ExperimentError,
  experimentHash,
  type Override,
  parseExperiment,
  parseSeed,
  randomSeed,
  withOverrides,
} from '../experiments/index.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { runLimits } from './limits.ts';
import { oversize } from './oversize.ts';
import type { Reading } from './read.ts';
import { type RunFollower, RunHandle } from './run-handle.ts';
import { newRunId, type RunRecord, readRecords, removeRun, runFolder, START_FILE, writeDurably, writeRecord } from './run-record.ts';
import { problemsHere } from './servable.ts';

export interface NewRun {
  /** The name of a built-in experiment, or the experiment itself. */
  experiment: string | Record<string, unknown>;
  /** Fields set on top of it. */
  set?: Override[];
  seed?: string | number;
  /** Start it at once. */
  start?: boolean;
  /** Float32, little-endian: where generation 0 begins. */
  genome?: Uint8Array | null;
  clonedFrom?: string | null;
}

export class Runs {
  readonly #data: string;
  readonly #threads: number;
  readonly #reading: Reading;
  readonly #follower: RunFollower;
  readonly #log: FastifyBaseLogger;
  readonly #runs = new Map<string, RunHandle>();
  /** Runs that cannot be read count as well. */
  #damaged = 0;
  /** Runs on their way to the disk, and how many of them will be started then. */
  #making = 0;
  #beginning = 0;
  /** Told when a run is there, or gone. */
  onListed: (id: string, run: RunHandle | null) => void = () => {};

  /** `threads`: of this machine, that each run's thread may measure with beside the workers; 0: none. */
  constructor(data: string, reading: Reading, follower: RunFollower, threads: number, log: FastifyBaseLogger) {
    this.#data = data;
    this.#threads = threads;
    this.#reading = reading;
    this.#follower = follower;
    this.#log = log;
  }

  /** Takes up what the data folder holds; runs that ran go on. */
  async load(): Promise<void> {
    const { records, damaged } = await readRecords(this.#data);
    this.#damaged = damaged.length;
    for (const { folder, message } of damaged) this.#log.error(`${folder}: run.json cannot be read, and the run is left alone: ${message}`);
    for (const record of records) {
      const run = this.#add(record);
      await this.#count(run);
      if (record.state === 'running') run.open();
    }
  }

  /** Until its journal is open, which may take long, a run is known by its end: where it went on since, or has none, its journal knows better. */
  async #count(run: RunHandle): Promise<void> {
    if (run.state !== 'running' && !run.record.failure) return;
    // Not begun yet, or damaged: that is said where the run is opened.
    const known = () => run.generations;
    run.generations = await this.#reading.ask('recorded', { run: run.id }).catch(known);
  }

  #add(record: RunRecord): RunHandle {
    const run = new RunHandle(this.#data, record, this.#follower, this.#threads);
    this.#runs.set(record.id, run);
    this.onListed(record.id, run);
    return run;
  }

  /** Whether the folder holds no run at all. */
  get none(): boolean {
    return this.#runs.size + this.#damaged === 0;
  }

  all(): Iterable<RunHandle> {
    return this.#runs.values();
  }

  find(id: string): RunHandle | undefined {
    return this.#runs.get(id);
  }

  /** Throws ProtocolError `not-found`. */
  get(id: string): RunHandle {
    const run = this.#runs.get(id);
    if (!run) throw new ProtocolError('not-found', `there is no run ${JSON.stringify(id)}`);
    return run;
  }

  /** Resolves when the run is on the disk. Throws ProtocolError `invalid`, `too-many`. */
  async create(wanted: NewRun): Promise<RunHandle> {
    const start = wanted.start ?? true;
    if (this.#runs.size + this.#making >= runLimits.runs)
      throw new ProtocolError('too-many', `there are ${runLimits.runs} runs already: delete some`);
    if (start) this.#checkRunning();
    this.#making += 1;
    if (start) this.#beginning += 1;
    let run: RunHandle;
    try {
      run = await this.#make(wanted);
    } finally {
      this.#making -= 1;
      if (start) this.#beginning -= 1;
    }
    if (start) await run.start();
    return run;
  }

  async #make({ experiment: given, set = [], seed, genome = null, clonedFrom = null }: NewRun): Promise<RunHandle> {
    const { experiment, number } = checked(given, set, seed);
    const record: RunRecord = {
      version: 1,
      id: this.#freeId(experiment.name),
      created: new Date().toISOString(),
      state: 'created',
      experiment: experiment as unknown as Record<string, unknown>,
      experimentHash: experimentHash(experiment),
      seed: String(number),
      clonedFrom,
      failure: null,
      opened: null,
      end: null,
    };
    await writeRecord(this.#data, record);
    const run = this.#add(record);
    if (genome) await this.setStart(run, genome);
    return run;
  }

  /** The few digits of an id may come twice among thousands. */
  #freeId(name: string): string {
    for (;;) {
      const id = newRunId(name);
      if (!this.#runs.has(id) && !existsSync(runFolder(this.#data, id))) return id;
    }
  }

  async start(id: string): Promise<RunHandle> {
    this.#checkRunning();
    const run = this.get(id);
    await run.start();
    return run;
  }

  /** The genome that a run begins at, begun or not; null where that is its seed's. */
  async startOf(run: RunHandle): Promise<Uint8Array | null> {
    try {
      return await readFile(join(run.folder, START_FILE));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Throws ProtocolError `conflict` once it has begun. */
  async setStart(run: RunHandle, genome: Uint8Array): Promise<void> {
    if (run.state !== 'created') throw new ProtocolError('conflict', `run ${run.id} has begun: its start cannot be changed`);
    if (genome.length === 0 || genome.length % 4 !== 0)
      throw new ProtocolError('invalid', 'a genome is float32 numbers: a multiple of 4 bytes');
    await writeDurably(run.folder, START_FILE, genome);
  }

  /** Deletes a run that does not run. Throws ProtocolError `conflict`. */
  async remove(id: string): Promise<void> {
    const run = this.get(id);
    if (run.active || run.state === 'running') throw new ProtocolError('conflict', `run ${id} is running: stop it first`);
    this.#runs.delete(id);
    this.onListed(id, null);
    // A reading thread that died has let go of it.
    await this.#reading.ask('forget', { run: id }).catch(() => {});
    await removeRun(this.#data, id);
  }

  #checkRunning(): void {
    let running = this.#beginning;
    for (const run of this.#runs.values()) if (run.active) running += 1;
    if (running >= runLimits.running) throw new ProtocolError('too-many', `${running} runs are running already: pause or stop one first`);
  }

  /** Ends every run's thread; those that run go on with the next server. */
  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.suspend()));
  }
}

function checked(given: NewRun['experiment'], set: Override[], seed: NewRun['seed']): { experiment: Experiment; number: bigint } {
  const much = oversize([given, set]);
  if (much) throw new ProtocolError('invalid', `experiment: ${much}`);
  try {
    const source = typeof given === 'string' ? given : 'experiment';
    const form = typeof given === 'string' ? builtIn.get(given) : given;
    if (!form)
      throw new ProtocolError(
        'invalid',
        `there is no built-in experiment ${JSON.stringify(given)}; there are ${[...builtIn.keys()].join(', ')}`,
      );
    const experiment = parseExperiment(withOverrides(form, set, source), source);
    const [problem] = problemsHere(experiment);
    if (problem) throw new ProtocolError('invalid', `${source}: ${problem.path} ${problem.message}`);
    return { experiment, number: seed === undefined ? randomSeed() : parseSeed(seed) };
  } catch (error) {
    if (error instanceof ExperimentError) throw new ProtocolError('invalid', error.message);
    throw error;
  }
}

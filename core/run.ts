// One run of an experiment on this machine: the loop evaluate -> select -> advance over threads, as a stream of events.
import type { Dataset } from './dataset.ts';
import { type Engine, loadEngine } from './engine.ts';
import type { Champion, DoneEvent, GenerationEvent, RunEvent, Score } from './events.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';
import { type MeasuredRange, Ranges } from './ranges.ts';
import { ReplayError } from './replay-error.ts';
import type { WeightsSettings } from './settings.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { Threads } from './threads.ts';

/** What of a journal's record a replay needs. */
export interface ReplayRecord {
  generation: number;
  /** Of the state that the record's losses were measured on: compared as the replay goes. */
  digest: string;
  selection: Uint8Array;
  /** Where this generation made a new champion. */
  champion: Champion | null;
}

export interface RunOptions {
  settings: WeightsSettings;
  dataset: Dataset;
  /** 64 bits. */
  seed: bigint;
  /** Compute threads; default: one per core. */
  threads?: number;
  /** Ends the run when the best loss of a generation is at most this. */
  target?: number | null;
  /** Ends the run at the first generation boundary after so many minutes. */
  minutes?: number | null;
  /** Ends the run at once: the generation in progress is dropped. */
  signal?: AbortSignal;
  /** A genome to start from: generation 0's only founder (ga), or the first centre (es). [parameters] float32. */
  start?: Float32Array | null;
  /** A snapshot to begin at (as `Run.snapshot` gave it), and the records from its generation on, which are applied before the first event. */
  resume?: { snapshot: Iterable<Uint8Array> | null; records: Iterable<ReplayRecord>; onProgress?: (generation: number) => void } | null;
  /** Default: the one that this package carries. A replay passes the one that the run was made with. */
  engine?: Engine;
  /**
   * Evaluates elsewhere: the losses ([population] float32) of the present generation, or null where the run was stopped meanwhile. This
   * machine then only selects, validates and advances, and measures what `Run.measureRange` asks for meanwhile, and until the generation's
   * event is dealt with.
   */
  evaluate?: (generation: number, signal: AbortSignal | undefined) => Promise<Float32Array | null>;
  /** Called with the memory plan before anything is allocated; throws where it asks for too much. */
  onPlan?: (plan: Plan) => void;
}

/** The individual of a centre (es), which is none of the population. */
export const CENTRE = -1;

export class Run {
  /** SHA-256 (hex) of the WebAssembly engine. */
  readonly engine: string;
  private readonly threads: Threads;
  private readonly ranges: Ranges;
  private readonly options: RunOptions;
  private best_ = Number.POSITIVE_INFINITY;
  private champion_: Champion | null = null;
  private weights: Float32Array | null = null;
  /** Champion and its weights before the generation whose event is out. */
  private before: [Champion | null, Float32Array | null] = [null, null];
  private withdrawn = false;
  /** Best individual of the generation that was measured last. */
  private bestAt = 0;
  private finite = true;
  private busy = false;

  private constructor(threads: Threads, options: RunOptions, engine: string) {
    this.threads = threads;
    this.ranges = new Ranges(threads);
    this.options = options;
    this.engine = engine;
  }

  /** Loads the engine, plans and takes the memory, starts the threads, replays `resume`. Throws ReplayError where a record does not fit. */
  static async open(options: RunOptions): Promise<Run> {
    const engine = options.engine ?? (await loadEngine());
    const threads = await Threads.open({
      engine,
      settings: options.settings,
      dataset: options.dataset,
      seed: options.seed,
      threads: options.threads ?? globalThis.navigator?.hardwareConcurrency ?? 1,
      started: options.start != null,
      onPlan: options.onPlan,
    });
    const run = new Run(threads, options, engine.sha256);
    try {
      await run.begin();
      return run;
    } catch (error) {
      await threads.close();
      throw error;
    }
  }

  /** The generation that comes next. */
  get generation(): number {
    return this.threads.host.generation;
  }

  get network(): Network {
    return this.threads.host.config.network;
  }

  get plan(): Plan {
    return this.threads.host.plan;
  }

  get champion(): Champion | null {
    return this.champion_;
  }

  /** Train examples that `GenerationEvent.train` is a score of. */
  get scored(): number {
    return this.threads.host.scoredCount('train');
  }

  /** Digest (32 hex digits) of the present state. */
  digest(): string {
    return this.threads.host.digest();
  }

  /** [parameters] float32 copy; null before the first validation. */
  championWeights(): Float32Array | null {
    return this.weights?.slice() ?? null;
  }

  /** Mutation strength of the present generation: the parents' mean where each has its own. Null where nothing mutates. */
  get sigma(): number | null {
    return this.threads.host.sigma;
  }

  /**
   * While whoever reads the events holds a generation's: weights of its candidate for champion (es: the centre; else the best individual) by
   * their positions in the genome, and how far the parents lie apart in those (`Evolution.diversity`). For people: nothing of it reaches
   * state. Costs about what it takes to make one individual's weights.
   */
  sample(positions: ArrayLike<number>): { weights: Float32Array<ArrayBuffer>; diversity: number | null } {
    const { host } = this.threads;
    return { weights: host.sample(this.candidate, positions), diversity: host.diversity(positions) };
  }

  /** Whom a validation would score. */
  private get candidate(): number {
    return this.options.settings.algorithm.name === 'es' ? CENTRE : this.bestAt;
  }

  /** Part of the generation in progress that is evaluated: 0 to 1. */
  get progress(): number {
    return this.busy ? this.threads.evaluated / this.options.settings.population : 0;
  }

  /**
   * While `evaluate` is at work, and while whoever reads the events holds the generation's: individuals of the present generation, measured
   * on one thread of this machine. Null at any other time, or where the generation was left meanwhile. Rejects where the evaluator fails.
   */
  measureRange(first: number, count: number): Promise<MeasuredRange | null> {
    return this.ranges.measure(first, count);
  }

  /** For whoever holds a generation's event, in place of letting the run go on: it is as if never measured, and the run stops before it. */
  withdraw(): void {
    this.withdrawn = true;
  }

  private async begin(): Promise<void> {
    const { host } = this.threads;
    const { resume } = this.options;
    if (resume?.snapshot) {
      const { champion, weights, finite } = readSnapshot(resume.snapshot, host);
      this.champion_ = champion;
      this.weights = weights;
      this.finite = finite;
    } else host.init(this.options.start ?? null);
    if (!resume) return;
    for (const record of resume.records) {
      if (this.options.signal?.aborted) return;
      await this.replay(record);
      resume.onProgress?.(this.generation);
    }
  }

  private async replay(record: ReplayRecord): Promise<void> {
    const { host } = this.threads;
    if (record.generation !== host.generation) {
      throw new ReplayError(host.generation, `the journal goes on at generation ${record.generation}, but ${host.generation} comes next`);
    }
    if (record.digest !== host.digest()) {
      throw new ReplayError(
        record.generation,
        `generation ${record.generation}: replay gives digest ${host.digest()}, the journal holds ${record.digest}`,
      );
    }
    if (record.champion) {
      const weights = host.candidate(record.champion.individual);
      const digest = host.digestOf(weights);
      if (digest !== record.champion.digest) {
        throw new ReplayError(
          record.generation,
          `generation ${record.generation}: replay gives a champion of digest ${digest}, the journal holds ${record.champion.digest}`,
        );
      }
      this.champion_ = record.champion;
      this.weights = weights;
    }
    this.finite = await this.threads.advance(record.selection);
  }

  /** Runs until the end: one GenerationEvent each, last a DoneEvent. The loop waits for whoever reads. */
  async *events(): AsyncGenerator<RunEvent, void> {
    const { settings, target, minutes, signal } = this.options;
    const { host } = this.threads;
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    const firstGeneration = this.generation;
    const evaluations = () => this.generation * settings.population;
    const stop = () => this.threads.stop();
    signal?.addEventListener('abort', stop);
    let reason: DoneEvent['reason'] = 'generations';
    try {
      while (this.generation < settings.generations) {
        if (!this.finite) {
          reason = 'diverged';
          break;
        }
        if (minutes != null && seconds() >= minutes * 60) {
          reason = 'minutes';
          break;
        }
        const event = signal?.aborted ? null : await this.step(signal);
        if (!event) {
          reason = 'stopped';
          break;
        }
        if (this.options.evaluate) this.ranges.begin();
        try {
          yield { ...event, evaluations: (this.generation + 1) * settings.population, seconds: seconds() };
        } finally {
          await this.ranges.end();
        }
        if (this.withdrawn) {
          [this.champion_, this.weights] = this.before;
          reason = 'stopped';
          break;
        }
        this.best_ = event.best;
        this.finite = await this.threads.advance(event.selection);
        if (target != null && event.best <= target) {
          reason = 'target';
          break;
        }
      }
      if (reason === 'generations' && !this.finite) reason = 'diverged';
      // Ctrl-C ends at once: the test split is read when the run has really come to its end.
      const test = this.weights && reason !== 'stopped' ? (await this.threads.score('test', CENTRE, this.weights)).score : null;
      const took = seconds();
      yield {
        event: 'done',
        generations: this.generation,
        reason,
        digest: host.digest(),
        best: this.best_,
        champion: this.champion_,
        validation: this.champion_?.validation ?? null,
        test,
        evaluations: evaluations(),
        seconds: took,
        evaluationsPerSecond: took > 0 ? ((this.generation - firstGeneration) * settings.population) / took : 0,
      };
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Puts the losses of the present generation into the engine's memory; false where it was stopped. */
  private async measure(signal: AbortSignal | undefined): Promise<boolean> {
    const { threads } = this;
    const { evaluate, settings } = this.options;
    if (evaluate) {
      this.ranges.begin();
      const losses = await evaluate(this.generation, signal).finally(() => this.ranges.end());
      if (!losses || signal?.aborted) return false;
      threads.host.losses.set(losses);
      return true;
    }
    await threads.collectBatch();
    // A stop that came meanwhile would be lost: evaluation begins by taking stops back.
    if (signal?.aborted) return false;
    this.busy = true;
    const whole = await threads.evaluate(0, settings.population);
    this.busy = false;
    return whole && !signal?.aborted;
  }

  /** Measures the present generation and makes its selection; null where it was stopped. */
  private async step(signal: AbortSignal | undefined): Promise<Omit<GenerationEvent, 'evaluations' | 'seconds'> | null> {
    const { settings } = this.options;
    const { threads } = this;
    const { host } = threads;
    const { generation } = host;
    if (!(await this.measure(signal))) return null;
    this.before = [this.champion_, this.weights];
    const selection = await threads.select();
    const { best, at, mean } = summary(host.losses);
    this.bestAt = at;
    let validation: Score | null = null;
    let train: Score | null = null;
    let champion: Champion | null = null;
    if (generation % settings.validateEvery === 0 || generation === settings.generations - 1) {
      const individual = this.candidate;
      const { score, weights } = await threads.score('validation', individual);
      validation = score;
      // Lower validation loss, then the earlier generation; a generation that is measured again makes its champion again.
      if (!this.champion_ || score.loss < this.champion_.validation.loss || this.champion_.generation === generation) {
        champion = { generation, individual, validation: score, digest: host.digestOf(weights) };
        this.champion_ = champion;
        this.weights = weights;
      }
      train = (await threads.score('train', individual)).score;
    }
    return {
      event: 'generation',
      generation,
      digest: host.digest(),
      losses: host.losses,
      selection,
      best,
      mean,
      validation,
      train,
      champion,
    };
  }

  /** The present state between two generations, champion included, in chunks of any size (a file of 4 MiB pieces is the journal's affair). */
  async *snapshot(): AsyncIterable<Uint8Array> {
    yield* writeSnapshot(this.threads.host, this.champion_, this.weights);
  }

  /** Stops the threads and lets the memory go. */
  async close(): Promise<void> {
    await this.threads.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Best loss, its first index, and the mean of the finite ones (Infinity where there is none). For people: nothing of it reaches state. */
function summary(losses: Float32Array): { best: number; at: number; mean: number } {
  let best = Number.POSITIVE_INFINITY;
  let at = 0;
  let total = 0;
  let finite = 0;
  for (let i = 0; i < losses.length; ++i) {
    const loss = losses[i];
    if (loss < best) {
      best = loss;
      at = i;
    }
    if (Number.isFinite(loss)) {
      total += loss;
      finite += 1;
    }
  }
  return { best, at, mean: finite ? total / finite : Number.POSITIVE_INFINITY };
}

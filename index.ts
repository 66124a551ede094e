// Germline as a library: experiments and the engine, without a server.
import type { Dataset } from './core/dataset.ts';
import type { DoneEvent, RunEvent } from './core/events.ts';
import { Run } from './core/run.ts';
import { loadDataset } from './data/index.ts';
import { type Experiment, type ExperimentInput, parseSeed, randomSeed, resolveExperiment } from './experiments/index.ts';

export type { Dataset, Split, SplitName } from './core/dataset.ts';
export type { Champion, DoneEvent, GenerationEvent, RunEvent, Score } from './core/events.ts';
export { compileNetwork, type Network, NetworkError, type WeightTensor } from './core/network.ts';
export { type ReplayRecord, Run, type RunOptions } from './core/run.ts';
export type * from './core/settings.ts';
export { DataError, listDatasets, loadDataset } from './data/index.ts';
export {
  builtIn,
  canonicalJson,
  type Experiment,
  ExperimentError,
  type ExperimentInput,
  experimentHash,
  experimentSchema,
  parseExperiment,
  resolveExperiment,
} from './experiments/index.ts';

/** How to run an experiment. Any other field is one of the experiment's, and takes the place of what stands there. */
export interface EvolveOptions extends Partial<Omit<ExperimentInput, 'kind' | 'dataset'>> {
  /** 64 bits; a number where it is exact, else a decimal string or a bigint. The same seed gives the same run. Default: a random one. */
  seed?: number | string | bigint;
  /** Compute threads; default: one a core. */
  threads?: number;
  /** Ends the run at once, with the reason `stopped`. */
  signal?: AbortSignal;
  /** A genome to start from, [parameters] float32. */
  start?: Float32Array;
  /** Examples, or the name of a dataset, instead of the experiment's own. */
  dataset?: Dataset | string;
}

/** A run that is over. */
export interface EvolveResult extends DoneEvent {
  experiment: Experiment;
  seed: bigint;
  /** The champion's, [parameters] float32; null where nothing was validated. */
  weights: Float32Array | null;
}

/**
 * Evolves a network: the events of the run as they come, or, awaited, its result. Nothing starts before one of the two is asked for.
 *
 * ```ts
 * import { evolve } from 'germline';
 *
 * const { test, weights } = await evolve('mnist', { seed: 7, generations: 50 });
 *
 * for await (const event of evolve('xor', { seed: 1 })) {
 *   if (event.event === 'generation') console.log(event.generation, event.best);
 * }
 * ```
 *
 * @param experiment the name of a built-in one, a JSON file, or the experiment itself
 * @throws ExperimentError, DataError, NetworkError: from the iteration or the await, never from this call
 */
export function evolve(experiment: string | ExperimentInput, options: EvolveOptions = {}): Evolving {
  return new Evolving(experiment, options);
}

/** A run of `evolve`: iterate it once, await it as often as you like, or both. */
export class Evolving implements AsyncIterable<RunEvent>, PromiseLike<EvolveResult> {
  readonly #experiment: string | ExperimentInput;
  readonly #options: EvolveOptions;
  readonly #outcome = Promise.withResolvers<EvolveResult>();
  #started = false;

  constructor(experiment: string | ExperimentInput, options: EvolveOptions) {
    this.#experiment = experiment;
    this.#options = options;
    // An iteration reports its errors itself: without an await as well, they must not count as unhandled.
    this.#outcome.promise.catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void> {
    if (this.#started) throw new Error('evolve: this run has begun already; call evolve again for another one');
    this.#started = true;
    try {
      yield* this.#events();
    } catch (error) {
      this.#outcome.reject(error);
      throw error;
    } finally {
      this.#outcome.reject(new Error('evolve: the iteration was left before the run was over'));
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited
  then<Fulfilled = EvolveResult, Rejected = never>(
    onFulfilled?: ((result: EvolveResult) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    if (!this.#started) void this.#drain();
    return this.#outcome.promise.then(onFulfilled, onRejected);
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // The outcome has it.
    }
  }

  async *#events(): AsyncGenerator<RunEvent, void> {
    const { seed: givenSeed, threads, signal, start, dataset: givenDataset, ...fields } = this.#options;
    const datasetName = typeof givenDataset === 'object' ? givenDataset.name : givenDataset;
    const sets = Object.entries({ ...fields, dataset: datasetName }).filter(([, value]) => value !== undefined);
    const experiment = await resolveExperiment(
      this.#experiment,
      sets.map(([path, value]) => ({ path, value })),
    );
    const seed = givenSeed === undefined ? randomSeed() : parseSeed(givenSeed);
    const dataset = typeof givenDataset === 'object' ? givenDataset : await loadDataset(experiment.dataset);
    const { loss: target, minutes } = experiment.stop;
    const run = await Run.open({ settings: experiment, dataset, seed, threads, target, minutes, signal, start });
    try {
      for await (const event of run.events()) {
        if (event.event === 'done') this.#outcome.resolve({ ...event, experiment, seed, weights: run.championWeights() });
        yield event;
      }
    } finally {
      await run.close();
    }
  }
}

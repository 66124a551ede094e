// Settings, network and dataset as the words of assembly/layout.ts's config.
import * as L from '../assembly/layout.ts';
import type { Dataset } from './dataset.ts';
import type { Network } from './network.ts';
import type { Algorithm, Crossover, GeneticAlgorithm, Init, Loss, Mating, Mutation, Schedule, Sigma, WeightsSettings } from './settings.ts';

/** Settings that do not go together; the message names the field. The schema in experiments/ finds most of them earlier. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const MATINGS: Record<Mating['name'], number> = {
  uniform: L.MATING_UNIFORM,
  tournament: L.MATING_TOURNAMENT,
  rank: L.MATING_RANK,
  roulette: L.MATING_ROULETTE,
};
const CROSSOVERS: Record<Crossover['name'], number> = {
  none: L.CROSSOVER_NONE,
  uniform: L.CROSSOVER_UNIFORM,
  neuron: L.CROSSOVER_NEURON,
  layer: L.CROSSOVER_LAYER,
  'single-point': L.CROSSOVER_SINGLE_POINT,
  intermediate: L.CROSSOVER_INTERMEDIATE,
};
const MUTATIONS: Record<Mutation['name'], number> = {
  none: L.MUTATION_NONE,
  gaussian: L.MUTATION_GAUSSIAN,
  sparse: L.MUTATION_SPARSE,
  'low-rank': L.MUTATION_LOW_RANK,
  set: L.MUTATION_SET,
};
const SIGMAS: Record<Sigma['name'], number> = {
  constant: L.SIGMA_CONSTANT,
  exponential: L.SIGMA_EXPONENTIAL,
  adaptive: L.SIGMA_ADAPTIVE,
  'self-adaptive': L.SIGMA_SELF_ADAPTIVE,
};
const INITS: Record<Init['name'], number> = {
  zeros: L.INIT_ZEROS,
  normal: L.INIT_NORMAL,
  uniform: L.INIT_UNIFORM,
  glorot: L.INIT_GLOROT,
  he: L.INIT_HE,
};
const LOSSES: Record<Loss['name'], number> = {
  'cross-entropy': L.LOSS_CROSS_ENTROPY,
  'error-rate': L.LOSS_ERROR_RATE,
  'mean-squared-error': L.LOSS_SQUARED_ERROR,
};
const ALGORITHMS: Record<Algorithm['name'], number> = { ga: L.GA, es: L.ES, random: L.RANDOM };

/** What of a run never changes, pointers aside (the memory plan fills those in). */
export interface Config {
  words: Uint32Array;
  /** [segments][SEGMENT_WORDS] */
  segments: Uint32Array;
  network: Network;
  settings: WeightsSettings;
  /** Parents that a state has room for. */
  capacity: number;
  /** Ranks that may breed. */
  pool: number;
  /** Children with a crossover and a mutation that allow it take the fast path. */
  fast: boolean;
  /** Panels that go through the network together. */
  chunk: number;
  /** Examples in the largest batch. */
  largestBatch: number;
}

/** Bytes of activations that should pass through the network together: a part of the second-level cache. */
const CHUNK_BYTES = 1 << 20;
/** Panels below which packing the weights again for each chunk costs more than the cache gives; splits are scored by so many. */
export const LEAST_CHUNK = 8;

/** `started`: the run begins at a given genome. Throws SettingsError. */
export function configure(settings: WeightsSettings, network: Network, dataset: Dataset, seed: bigint, started: boolean): Config {
  const { algorithm, population } = settings;
  check(settings, network, dataset, started);
  const words = new Uint32Array(L.CONFIG_WORDS);
  const floats = new Float32Array(words.buffer);
  const pool = algorithm.name === 'ga' ? Math.min(algorithm.parents, population) : 1;
  const founders = foundersOf(settings, pool, started);
  const capacity = algorithm.name === 'es' ? 1 : Math.max(pool, founders, 1);

  words[L.SEED_LO] = Number(BigInt.asUintN(32, seed));
  words[L.SEED_HI] = Number(BigInt.asUintN(32, seed >> 32n));
  words[L.POPULATION] = population;
  words[L.PARAMETERS] = network.parameters;
  words[L.HORIZON] = settings.generations;
  words[L.ALGORITHM] = ALGORITHMS[algorithm.name];
  words[L.POOL] = pool;
  words[L.FOUNDERS] = founders;
  words[L.BLOCK] = 2;
  words[L.MUTATION_RANK] = 1;
  if (algorithm.name === 'ga') geneticWords(algorithm, words, floats);
  if (algorithm.name === 'es') {
    const low = algorithm.noise.name === 'low-rank';
    words[L.MUTATION] = low ? L.MUTATION_LOW_RANK : L.MUTATION_GAUSSIAN;
    if (algorithm.noise.name === 'low-rank') words[L.MUTATION_RANK] = algorithm.noise.rank;
    schedule(algorithm.sigma, L.SIGMA, L.SIGMA_A, words, floats);
    schedule(algorithm.learningRate, L.RATE, L.RATE_A, words, floats);
    words[L.SHAPING] = algorithm.shaping.name === 'z-score' ? L.SHAPING_Z_SCORE : L.SHAPING_RANK;
    if (algorithm.shaping.name === 'z-score') floats[L.SHAPING_CLIP] = algorithm.shaping.clip;
    floats[L.BETA1] = algorithm.adam.beta1;
    floats[L.BETA2] = algorithm.adam.beta2;
    floats[L.EPSILON] = algorithm.adam.epsilon;
    floats[L.WEIGHT_DECAY] = algorithm.weightDecay;
  }
  words[L.INIT] = INITS[settings.init.name];
  floats[L.INIT_SCALE] = settings.init.scale;
  words[L.LOSS] = LOSSES[settings.loss.name];
  floats[L.TEMPERATURE] = 1;
  if (settings.loss.name === 'cross-entropy') {
    floats[L.TEMPERATURE] = settings.loss.temperature;
    floats[L.SMOOTHING] = settings.loss.labelSmoothing;
  }
  words[L.OUTPUTS] = network.outputs;
  words[L.CLASSES] = dataset.classes === null ? 0 : 1;
  words[L.SEGMENT_COUNT] = network.segments.length;
  // A cross-entropy does its own softmax.
  words[L.PROGRAM_LENGTH] = network.program.length / L.OP_WORDS - (settings.loss.name === 'cross-entropy' && network.endsInSoftmax ? 1 : 0);
  words[L.FEATURES] = network.features;
  words[L.CAPACITY] = capacity;
  words[L.WIDEST] = network.widest;
  const fast =
    settings.path === 'auto' && words[L.MUTATION] === L.MUTATION_LOW_RANK && network.program[L.OP_CODE] === L.OP_DENSE && columnwise(words);
  words[L.FAST] = fast ? 1 : 0;
  const largestBatch = Math.max(...settings.batch.map((b) => Math.min(b.size, dataset.splits.train.count)));
  const chunk = Math.max(LEAST_CHUNK, Math.floor(CHUNK_BYTES / (network.widest * 32)));
  words[L.CHUNK] = Math.max(LEAST_CHUNK, Math.min(chunk, Math.ceil(largestBatch / 8)));

  const segments = new Uint32Array(network.segments.length * L.SEGMENT_WORDS);
  let draw = 0;
  network.segments.forEach((s, i) => {
    const at = i * L.SEGMENT_WORDS;
    segments[at + L.SEGMENT_OFFSET] = s.offset;
    segments[at + L.SEGMENT_ROWS] = s.rows;
    segments[at + L.SEGMENT_COLUMNS] = s.columns;
    segments[at + L.SEGMENT_BIASED] = s.biased ? 1 : 0;
    segments[at + L.SEGMENT_FAN_IN] = s.fanIn;
    segments[at + L.SEGMENT_FAN_OUT] = s.fanOut;
    segments[at + L.SEGMENT_NEURON] = s.neuron;
    segments[at + L.SEGMENT_DRAW] = draw;
    draw += words[L.MUTATION_RANK] * (align16(s.rows) + align16(s.columns));
  });
  return { words, segments, network, settings, capacity, pool, fast, chunk: words[L.CHUNK], largestBatch };
}

/** Parents that generation 0 is given. 0: its individuals are all founders. */
function foundersOf(settings: WeightsSettings, pool: number, started: boolean): number {
  if (settings.algorithm.name === 'es') return 1;
  if (started) return 1;
  if (settings.algorithm.name === 'random') return 0;
  const founders = settings.init.founders || pool;
  return founders >= settings.population ? 0 : founders;
}

function geneticWords(ga: GeneticAlgorithm, words: Uint32Array, floats: Float32Array): void {
  words[L.ELITES] = ga.elites;
  words[L.BLOCK] = ga.block;
  words[L.MATING] = MATINGS[ga.mating.name];
  if (ga.mating.name === 'tournament') words[L.MATING_SIZE] = ga.mating.size;
  if (ga.mating.name === 'rank') floats[L.MATING_BIAS] = ga.mating.bias;
  const { crossover, mutation } = ga;
  words[L.CROSSOVER] = CROSSOVERS[crossover.name];
  words[L.CROSSOVER_SHARE] = 128;
  words[L.CROSSOVER_PARENTS] = 2;
  if (crossover.name !== 'none') floats[L.CROSSOVER_PROBABILITY] = crossover.probability;
  if ('share' in crossover) words[L.CROSSOVER_SHARE] = Math.round(crossover.share * 256);
  if (crossover.name === 'intermediate') words[L.CROSSOVER_PARENTS] = crossover.parents;
  words[L.MUTATION] = MUTATIONS[mutation.name];
  if (mutation.name !== 'none') {
    floats[L.MUTATION_PROBABILITY] = mutation.probability;
    schedule(mutation.sigma, L.SIGMA, L.SIGMA_A, words, floats);
  }
  if ('fraction' in mutation) floats[L.MUTATION_FRACTION] = mutation.fraction;
  if (mutation.name === 'low-rank') words[L.MUTATION_RANK] = mutation.rank;
  floats[L.INHERITANCE] = ga.inheritance;
}

function schedule(s: Schedule | Sigma, kind: number, first: number, words: Uint32Array, floats: Float32Array): void {
  words[kind] = SIGMAS[s.name];
  const values =
    s.name === 'constant'
      ? [s.value]
      : s.name === 'exponential'
        ? [s.from, s.to]
        : s.name === 'adaptive'
          ? [s.initial, s.minimum, s.maximum, s.spread, s.rate]
          : [s.initial, s.minimum, s.maximum, s.factor];
  floats.set(values, first);
}

/** Whether crossing selects columns of a layer, as the fast path needs. */
function columnwise(words: Uint32Array): boolean {
  return [L.CROSSOVER_NONE, L.CROSSOVER_NEURON, L.CROSSOVER_LAYER].includes(words[L.CROSSOVER] as 0 | 2 | 3);
}

const align16 = (n: number): number => (n + 15) & ~15;

function check(settings: WeightsSettings, network: Network, dataset: Dataset, started: boolean): void {
  const wrong = (message: string): never => {
    throw new SettingsError(message);
  };
  const { loss, algorithm, population } = settings;
  if (!Number.isInteger(population) || population < 1 || population > 2 ** 31)
    wrong(`population: must be a whole number from 1 to 2^31, not ${population}`);
  if (algorithm.name === 'es' && population % 2)
    wrong(`population: an evolution strategy needs an even one (antithetic pairs), not ${population}`);
  if (algorithm.name === 'ga' && algorithm.block % 2) wrong(`algorithm.block: must be even, not ${algorithm.block}`);
  if (algorithm.name === 'ga' && algorithm.crossover.name === 'intermediate' && algorithm.crossover.parents > L.MAX_MATES) {
    wrong(`algorithm.crossover.parents: at most ${L.MAX_MATES}, not ${algorithm.crossover.parents}`);
  }
  if (started && algorithm.name === 'random') wrong('algorithm: random search cannot start from a given genome');
  if (loss.name === 'cross-entropy' && dataset.classes === null)
    wrong(`loss: cross-entropy needs classes, and dataset ${dataset.name} has numbers to predict`);
  if (loss.name === 'cross-entropy' && network.outputs < 2) wrong('loss: cross-entropy needs a network with at least 2 outputs');
  if (loss.name === 'error-rate' && dataset.classes === null)
    wrong(`loss: error-rate needs classes, and dataset ${dataset.name} has numbers to predict`);
  const single = network.outputs === 1 && dataset.classes === 2;
  if (network.outputs !== dataset.outputs && !single) {
    wrong(
      `network: puts out ${network.outputs} numbers, but dataset ${dataset.name} has ${dataset.outputs} ${dataset.classes === null ? 'to predict' : 'classes'}`,
    );
  }
  if (network.features !== dataset.shape.reduce((a, b) => a * b, 1)) {
    wrong(`network: takes examples of shape [${network.inputShape}], but those of dataset ${dataset.name} are [${dataset.shape}]`);
  }
}

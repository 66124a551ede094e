// What the engine needs to know of an experiment of kind `weights`, every default filled in.
// experiments/ holds the schema that users write against; what it infers is assignable to this.

/** How a number changes over the run. `horizon` is the experiment's number of generations. */
export type Schedule =
  | { name: 'constant'; value: number }
  /** From `from` to `to` geometrically over the horizon, then `to`. */
  | { name: 'exponential'; from: number; to: number };

/** Mutation strength; the last two are the GA's alone. */
export type Sigma =
  | Schedule
  /** Grows by `rate` while the population's spread, (mean - best) / mean loss, is below `spread`; shrinks by it otherwise. */
  | { name: 'adaptive'; initial: number; minimum: number; maximum: number; spread: number; rate: number }
  /** Each individual's is its parent's times `factor` to the power of U(-1, 1) (SAMR). */
  | { name: 'self-adaptive'; initial: number; minimum: number; maximum: number; factor: number };

/** Who breeds: drawn per block of consecutive individuals from the breeding pool, best first. */
export type Mating =
  /** Any of the pool alike: with a pool of the best few this is truncation selection. */
  | { name: 'uniform' }
  /** The best of `size` drawn. */
  | { name: 'tournament'; size: number }
  /** Rank floor(pool * U^bias): bias 1 is uniform, larger favours the fitter. */
  | { name: 'rank'; bias: number }
  /** In proportion to fitness (worst loss of the pool minus one's own). */
  | { name: 'roulette' };

/**
 * `share`, in steps of 1/256, is the part of the child that comes from the parent with the lower loss; of more than two (intermediate),
 * from the first drawn.
 */
export type Crossover =
  | { name: 'none' }
  | { name: 'uniform'; probability: number; share: number }
  | { name: 'neuron'; probability: number; share: number }
  | { name: 'layer'; probability: number; share: number }
  | { name: 'single-point'; probability: number }
  | { name: 'intermediate'; probability: number; share: number; parents: number };

export type Mutation =
  | { name: 'none' }
  | { name: 'gaussian'; probability: number; sigma: Sigma }
  /** Gaussian on a random `fraction` of the weights. */
  | { name: 'sparse'; probability: number; sigma: Sigma; fraction: number }
  /** W + sigma / sqrt(rank) * U V^T per layer: the fast path. */
  | { name: 'low-rank'; probability: number; sigma: Sigma; rank: number }
  /** Overwrites a random `fraction` of the weights by N(0, sigma). */
  | { name: 'set'; probability: number; sigma: Sigma; fraction: number };

export interface GeneticAlgorithm {
  name: 'ga';
  /** Size of the breeding pool: the best so many individuals. */
  parents: number;
  /** The best so many go on unchanged (and are evaluated again). */
  elites: number;
  /** Consecutive individuals that share their two parents; even. */
  block: number;
  mating: Mating;
  crossover: Crossover;
  mutation: Mutation;
  /** LEEA: part of the parents' loss that a child inherits, 0 to below 1. */
  inheritance: number;
}

export interface EvolutionStrategy {
  name: 'es';
  noise: { name: 'low-rank'; rank: number } | { name: 'gaussian' };
  sigma: Schedule;
  learningRate: Schedule;
  /** 'centered-rank', or 'z-score' clipped to +-clip standard deviations. */
  shaping: { name: 'centered-rank' } | { name: 'z-score'; clip: number };
  adam: { beta1: number; beta2: number; epsilon: number };
  /** Part of a weight taken off per step, in units of the learning rate. */
  weightDecay: number;
}

/** Random search: every individual a new draw from `init`; the best so far is kept. */
export interface RandomSearch {
  name: 'random';
}

export type Algorithm = GeneticAlgorithm | EvolutionStrategy | RandomSearch;

export type Loss =
  /** Softmax cross-entropy of classes. */
  | { name: 'cross-entropy'; temperature: number; labelSmoothing: number }
  /** Part of the examples whose class is not guessed. */
  | { name: 'error-rate' }
  /** Mean over examples and outputs; classes count as one-hot. */
  | { name: 'mean-squared-error' };

export interface Init {
  /** glorot and he are normal with the variance that their authors give; biases start at zero except with `normal` and `uniform`. */
  name: 'zeros' | 'normal' | 'uniform' | 'glorot' | 'he';
  /** Standard deviation (normal), half width (uniform), factor (glorot, he). */
  scale: number;
  /** Distinct genomes drawn for generation 0, each an individual itself; the rest are their children. GA only; 0: as many as the pool. */
  founders: number;
}

export interface WeightsSettings {
  /** Keras / tfjs Sequential topology JSON. */
  network: unknown;
  loss: Loss;
  init: Init;
  /** Examples of generation g: the last entry whose `generation` is at most g. The first entry's is 0. Sizes above the train split mean all of it. */
  batch: { generation: number; size: number }[];
  population: number;
  /** Horizon of the schedules, and where a run ends. */
  generations: number;
  algorithm: Algorithm;
  /** Validate the champion candidate every so many generations. */
  validateEvery: number;
  /** `general` expresses every child; `auto` takes the fast path where mutation, crossover and network allow it. */
  path: 'auto' | 'general';
}

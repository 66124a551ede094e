// What the module exports of assembly/operators.
export { crossoverIntermediate } from './crossover-intermediate';
export { crossoverLayer, layerFromA } from './crossover-layer';
export { crossoverNeuron, neuronMask } from './crossover-neuron';
export { crossoverSinglePoint } from './crossover-single-point';
export { crossoverUniform } from './crossover-uniform';
export { inherit } from './inherit';
export { matingRank } from './mating-rank';
export { matingRoulette } from './mating-roulette';
export { matingTournament } from './mating-tournament';
export { matingUniform } from './mating-uniform';
export { mutateGaussian } from './mutate-gaussian';
export { lowRankLength, lowRankNoise, mutateLowRank } from './mutate-low-rank';
export { mutateSet } from './mutate-set';
export { mutateSparse } from './mutate-sparse';
export { scheduleAdaptive, scheduleConstant, scheduleExponential, selfAdaptiveSigma } from './schedule';
export { shapeCenteredRank } from './shape-centered-rank';
export { shapeZScore } from './shape-z-score';

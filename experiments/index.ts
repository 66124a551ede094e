// Experiments: what a run is told to do.
export { builtIn } from './built-in/index.ts';
export { canonicalJson, experimentHash } from './canonical.ts';
export { ExperimentError, type ExperimentProblem } from './error.ts';
export { type Override, parseOverride, withOverrides } from './override.ts';
export { parseExperiment } from './parse.ts';
export { resolveExperiment } from './resolve.ts';
export { type Experiment, type ExperimentInput, experimentSchema, type WeightsExperiment } from './schema.ts';
export { parseSeed, randomSeed } from './seed.ts';
export { suggestion } from './suggestion.ts';

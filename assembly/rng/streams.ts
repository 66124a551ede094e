// The streams of the generator: the fourth counter word, so that no two uses of chance share a draw.
// Plain constants: AssemblyScript and TypeScript both import this file.

/** First weights. */
export const INIT = 0;
/** Which parent a weight, neuron or layer comes from. */
export const MASK = 1;
/** Gaussian mutation, one draw a weight. */
export const NOISE = 2;
/** Factors u and v of low-rank mutation. */
export const FACTOR = 3;
/** Which weights a sparse or set mutation touches. */
export const CHOICE = 4;
/** Whose children a block holds. */
export const PARENT = 5;
/** Whether an individual is crossed, mutated, ... */
export const FATE = 6;
/** Order among equal losses. */
export const TIE = 7;
/** Examples of a generation's batch. */
export const BATCH = 8;
/** Self-adapted mutation strength. */
export const SIGMA = 9;

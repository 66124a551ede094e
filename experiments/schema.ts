// The one schema of experiments: what people write goes in, what the engine reads comes out, every default filled in.
import { z } from 'zod';
import { weights, weightsForm } from './weights.ts';

/** Every kind of experiment. Its output is an input that means itself. */
export const experimentSchema = z.discriminatedUnion('kind', [weights]);

/** With every default, but before shares of the population become numbers. */
export const experimentForm = z.discriminatedUnion('kind', [weightsForm]);

/** What a file or a caller may give. */
export type ExperimentInput = z.input<typeof experimentSchema>;
/** An experiment as everything else takes it. */
export type Experiment = z.output<typeof experimentSchema>;
export type WeightsExperiment = Extract<Experiment, { kind: 'weights' }>;

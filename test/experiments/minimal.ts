// The least that an experiment has to say.
import type { ExperimentInput } from '../../experiments/index.ts';

export const minimal = {
  kind: 'weights',
  dataset: 'xor',
  network: [{ class_name: 'Dense', config: { units: 2 } }],
} satisfies ExperimentInput;

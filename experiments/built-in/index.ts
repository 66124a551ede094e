// The experiments that come with the package, by name.
import type { ExperimentInput } from '../schema.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { mnist } from './mnist.ts';
import { mnistCnn } from './mnist-cnn.ts';
import { seedClassicMnist } from './seed-classic-mnist.ts';
import { seedClassicXor } from './seed-classic-xor.ts';
import { xor } from './xor.ts';

export const builtIn: ReadonlyMap<string, ExperimentInput> = new Map(
  [xor, mnist, mnistCnn, fashionMnist, seedClassicXor, seedClassicMnist].map((experiment) => [experiment.name as string, experiment]),
);

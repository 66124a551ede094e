// Experiments that are well formed, and still more than a server takes on.
import type { Experiment, ExperimentProblem } from '../experiments/index.ts';
import { schedulerLimits } from './limits.ts';

export function problemsHere({ population }: Experiment): ExperimentProblem[] {
  if (population <= schedulerLimits.population) return [];
  return [{ path: 'population', message: `must be at most ${schedulerLimits.population} on a server, not ${population}` }];
}

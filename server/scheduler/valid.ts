// What the scheduler refuses: numbers that make no sense. The caller's own mistakes, so they throw.
import type { SchedulerLimits } from '../limits.ts';
import type { GenerationSpec, RunSpec, WorkerSpec } from './types.ts';

function whole(what: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new RangeError(`${what} is ${value}; it must be a whole number, 1 to ${most}`);
}

export function checkRun(run: RunSpec): void {
  if (!(run.weight > 0 && run.weight < Number.POSITIVE_INFINITY))
    throw new RangeError(`run ${run.id}: weight is ${run.weight}; it must be above 0`);
  if (!(run.memory >= 0)) throw new RangeError(`run ${run.id}: memory is ${run.memory}; it must be a number of bytes`);
  const guess = run.millisecondsPerIndividual;
  if (guess !== undefined && !(guess > 0 && guess < Number.POSITIVE_INFINITY))
    throw new RangeError(`run ${run.id}: millisecondsPerIndividual is ${guess}; it must be above 0`);
}

export function checkGeneration(generation: GenerationSpec, limits: SchedulerLimits): void {
  whole(`generation ${generation.generation}: population`, generation.population, limits.population);
  whole(`generation ${generation.generation}: grain`, generation.grain, limits.individuals);
}

export function checkWorker(worker: WorkerSpec, limits: SchedulerLimits): void {
  whole(`worker ${worker.id}: threads`, worker.threads, limits.threads);
  if (!(worker.memory >= 0)) throw new RangeError(`worker ${worker.id}: memory is ${worker.memory}; it must be a number of bytes`);
}

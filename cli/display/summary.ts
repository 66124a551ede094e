// The last words on a run: why it ended, what it found, what can be done with it.
import type { DoneEvent, Score } from '../../core/events.ts';
import { counted, duration, loss, percent } from './numbers.ts';

export interface SummaryOptions {
  seed: bigint;
  /** The folder of the run, where it has one. */
  folder: string | null;
  /** What to type after a stop without a folder: the same command would start again. */
  experiment: string;
}

/** From this width on the values stand in a column of their own. */
const ALIGNED_WIDTH = 60;

/** Lines without colours, for a terminal of `columns`. */
export function summary(done: DoneEvent, { seed, folder, experiment }: SummaryOptions, columns = 80): string[] {
  const generations = `${counted(done.generations)} ${done.generations === 1 ? 'generation' : 'generations'}`;
  const rows: [string, string][] = [['seed', String(seed)]];
  if (done.champion) {
    const { generation, individual } = done.champion;
    const place = individual < 0 ? 'the centre' : `individual ${counted(individual)}`;
    rows.unshift(['champion', `${place} of generation ${counted(generation)}`]);
  }
  if (done.validation) rows.push(['validation', score(done.validation)]);
  if (done.test) rows.push(['test', score(done.test)]);
  rows.push(['digest', done.digest], ['evaluations', `${counted(done.evaluations)}, ${counted(done.evaluationsPerSecond)} per second`]);
  const lines = [`${REASONS[done.reason]} after ${generations} and ${duration(done.seconds)}.`, ...table(rows, columns)];
  return [...lines, ...next(done, folder, experiment)];
}

const REASONS: Record<DoneEvent['reason'], string> = {
  generations: 'Finished',
  target: 'Solved: the loss reached its target',
  minutes: 'Time is up',
  stopped: 'Stopped',
  diverged: 'Diverged',
};

function next(done: DoneEvent, folder: string | null, experiment: string): string[] {
  if (done.reason === 'diverged') {
    const settings = ['algorithm.sigma', 'algorithm.learningRate', 'algorithm.mutation.sigma'];
    return ['', 'The weights left the range of numbers. A smaller step may help, by --set with one of', `  ${settings.join('\n  ')}`];
  }
  const unfinished = done.reason === 'stopped' || done.reason === 'minutes';
  if (!folder) return unfinished ? ['', 'Nothing was kept. A run with a folder can go on:', `  germline run ${experiment} --out DIR`] : [];
  const commands = [`  germline replay ${folder}`];
  if (done.champion) commands.unshift(`  germline export ${folder} --format tfjs`);
  if (unfinished) commands.unshift(`  germline run --resume ${folder}`);
  return ['', ...commands];
}

function score({ loss: value, accuracy }: Score): string {
  return accuracy === null ? `loss ${loss(value)}` : `accuracy ${percent(accuracy)}, loss ${loss(value)}`;
}

function table(rows: [string, string][], columns: number): string[] {
  return rows.map(([label, value]) => (columns < ALIGNED_WIDTH ? `${label} ${value}` : `  ${label.padEnd(12)}${value}`));
}

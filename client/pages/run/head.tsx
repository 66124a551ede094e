// The head of a run's page: what it is, how far it is, how good it is.
import { algorithmName } from '../../algorithms.ts';
import { StateBadge } from '../../components/badge.tsx';
import { Progress } from '../../components/progress.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Stat } from '../../components/stat.tsx';
import { isOver, type RunEntry, type Score } from '../../entries.ts';
import { bytes, count, duration, NOTHING, number, percent } from '../../format.ts';
import type { Generations } from '../../generations.ts';
import type { LiveRun } from '../../live.ts';
import { Controls } from './controls.tsx';
import { rateOf, timeLeft } from './pace.ts';
import type { Experiment } from './panels.ts';
import { least } from './sentences.ts';

interface HeadProps {
  live: LiveRun;
  run: RunEntry;
  experiment: Experiment | null;
}

/** Runs that have come to their end before their last generation. */
const EARLY: Record<string, string | undefined> = { target: 'target reached', minutes: 'time is up' };

export function Head({ live, run, experiment }: HeadProps) {
  return (
    <header class="run-head">
      <div class="page-head">
        <div>
          <div class="row">
            <h1 class="name">{run.name}</h1>
            <StateBadge state={run.state} />
          </div>
          {run.description && <p class="lead name">{run.description}</p>}
          <p class="soft fine facts">
            <code>{run.id}</code>
            <span>{algorithmName(run.algorithm)}</span>
            <span>population {count(run.population)}</span>
            {run.parameters !== null && <span>{count(run.parameters)} weights</span>}
            <span>
              {run.dataset.name}
              {run.dataset.bytes !== null && `, ${bytes(run.dataset.bytes)}`}
            </span>
            <span>
              seed <code>{run.seed}</code>
            </span>
            <span>
              made <RelativeTime at={run.created} />
            </span>
            {run.clonedFrom && (
              <span>
                cloned from <a href={`/runs/${run.clonedFrom}`}>{run.clonedFrom}</a>
              </span>
            )}
          </p>
        </div>
        <Controls live={live} run={run} experiment={experiment} />
      </div>
      <Numbers live={live} run={run} />
    </header>
  );
}

function Numbers({ live, run }: Pick<HeadProps, 'live' | 'run'>) {
  // Rows come without the run's entry changing.
  live.version.value;
  const rate = rateOf(run, live.generations);
  const left = timeLeft(run, rate);
  const validation = run.champion?.validation ?? null;
  const test = run.end?.test ?? null;
  const { generations, horizon } = run;
  const early = EARLY[run.end?.reason ?? ''];
  return (
    <>
      <Progress done={generations} of={early ? generations : horizon} label="Generations" still={run.state !== 'running'} />
      <dl class="stats">
        <Stat label="Generation" note={early ?? `of ${count(horizon)}${left === null ? '' : `, ${duration(left)} left`}`}>
          {count(generations)}
        </Stat>
        <Stat label="Best loss" note={lowestNote(run, live.generations)}>
          {number(run.best)}
        </Stat>
        <Stat label={`Validation ${metricOf(run, validation)}`} note={championNote(run, live.generations)}>
          {score(run, validation)}
        </Stat>
        {test && (
          <Stat label={`Test ${metricOf(run, test)}`} note="looked at once, at the end">
            {score(run, test)}
          </Stat>
        )}
        <Stat label="Evaluations per second" note={working(run)}>
          {count(rate)}
        </Stat>
      </dl>
    </>
  );
}

function championNote(run: RunEntry, generations: Generations): string {
  const { champion } = run;
  if (!champion) return 'no champion yet';
  const row = generations.rowOf(champion.generation);
  const accuracy = row < 0 ? Number.NaN : generations.column('trainAccuracy')[row];
  const loss = row < 0 ? Number.NaN : generations.column('trainLoss')[row];
  const train = score(run, { loss, accuracy: Number.isNaN(accuracy) ? null : accuracy });
  return `champion of generation ${count(champion.generation)}${Number.isNaN(loss) ? '' : `; ${train} on train examples`}`;
}

/** The latest generation's is not the lowest: each is measured on a batch of its own. */
function lowestNote({ best, state }: RunEntry, generations: Generations): string | undefined {
  if (!generations.length) return undefined;
  const lowest = least(generations.column('best'));
  if (lowest === null || generations.length === 1) return 'latest generation';
  const span = isOver(state) ? 'of all' : 'so far';
  // Rows may still be on their way, and what is known already is lower than they are.
  return best !== null && (best < lowest || number(lowest) === number(best))
    ? `latest generation; the lowest ${span}`
    : `latest generation; lowest ${span} ${number(lowest)}`;
}

/** The experiment's own; the loss where there is no accuracy. */
const metricOf = ({ metric }: RunEntry, of: Score | null): RunEntry['metric'] => (of?.accuracy === null ? 'loss' : metric);

const score = (run: RunEntry, of: Score | null): string =>
  of === null ? NOTHING : metricOf(run, of) === 'loss' ? number(of.loss) : percent(of.accuracy);

function working({ state, workers, end }: RunEntry): string {
  if (end) return `over ${duration(end.seconds)}`;
  if (state !== 'running') return 'does not run';
  if (workers === undefined) return 'now';
  return `by ${count(workers)} worker${workers === 1 ? '' : 's'}`;
}

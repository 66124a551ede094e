// The columns of the list of runs.
import { algorithmName } from '../../algorithms.ts';
import { StateBadge } from '../../components/badge.tsx';
import { Progress } from '../../components/progress.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { TableColumn } from '../../components/table.tsx';
import type { RunEntry } from '../../entries.ts';
import { count, number, pace, percent } from '../../format.ts';

/** The champion's validation, in the experiment's own metric; null: there is none yet. */
function validation({ champion, metric }: RunEntry): string | null {
  if (!champion?.validation) return null;
  const { loss, accuracy } = champion.validation;
  return metric === 'accuracy' && accuracy !== null ? percent(accuracy) : number(loss);
}

/** Ends before the last generation. */
const EARLY: Record<string, string> = { target: '· target reached', minutes: '· time is up' };

export const columns: TableColumn<RunEntry>[] = [
  {
    id: 'experiment',
    label: 'Experiment',
    heading: true,
    wide: true,
    by: (run) => run.name,
    cell: ({ id, name, algorithm, dataset, population, failure }) => (
      <div class="run-name">
        <a href={`/runs/${id}`} class="clipped" dir="auto" title={name}>
          {name}
        </a>
        {failure ? (
          <span class="clipped fine warning" title={failure.message}>
            {failure.message}
          </span>
        ) : (
          <span class="clipped fine soft">
            {id} · {dataset.name} · population {count(population)} · {algorithmName(algorithm)}
          </span>
        )}
      </div>
    ),
  },
  { id: 'state', label: 'State', by: (run) => run.state, cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: 'progress',
    label: 'Progress',
    meaning: 'Generations computed so far, of those that were asked for',
    by: (run) => (run.state === 'done' ? 1 : run.generations / run.horizon),
    cell: ({ state, name, generations, horizon, end }) => (
      <div class="run-progress">
        <Progress
          done={generations}
          of={state === 'done' ? generations : horizon}
          label={`Generations of ${name}`}
          still={state !== 'running'}
        />
        <span class="fine soft number">
          {count(generations)} {EARLY[end?.reason ?? ''] ?? `of ${count(horizon)}`}
        </span>
      </div>
    ),
  },
  {
    id: 'best',
    label: 'Best loss',
    meaning: 'How wrong the best network of its latest generation is: lower is better',
    numeric: true,
    by: (run) => run.best,
    cell: ({ best }) => (best === null ? null : number(best)),
  },
  {
    id: 'validation',
    label: 'Validation',
    meaning: 'How its champion, the best network so far, does on examples that it never evolved on: the part it gets right, or its loss',
    numeric: true,
    by: ({ champion }) => champion?.validation?.accuracy ?? champion?.validation?.loss ?? null,
    cell: validation,
  },
  {
    id: 'rate',
    label: 'Evaluations/s',
    meaning: 'Networks evaluated each second, while it runs',
    numeric: true,
    by: (run) => (run.state === 'running' ? (run.rate ?? null) : null),
    cell: ({ state, rate }) => (state === 'running' ? pace(rate) : null),
  },
  {
    id: 'workers',
    label: 'Workers',
    meaning: 'Machines and browser tabs that contributed in the last ten seconds',
    numeric: true,
    by: (run) => (run.state === 'running' ? (run.workers ?? null) : null),
    cell: ({ state, workers }) => (state === 'running' ? count(workers) : null),
  },
  {
    id: 'age',
    label: 'Created',
    numeric: true,
    by: (run) => Date.parse(run.created),
    cell: ({ created }) => <RelativeTime at={created} />,
  },
];

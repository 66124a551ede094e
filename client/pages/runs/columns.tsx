// The columns of the list of runs.
import { StateBadge } from '../../components/badge.tsx';
import { Progress } from '../../components/progress.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { TableColumn } from '../../components/table.tsx';
import type { RunEntry } from '../../entries.ts';
import { count, NOTHING, number, percent, short } from '../../format.ts';

/** The champion's validation, in the experiment's own metric. */
export function validation({ champion, metric }: RunEntry): string {
  if (!champion?.validation) return NOTHING;
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
    cell: ({ id, name, algorithm, dataset, failure }) => (
      <div class="run-name">
        <a href={`/runs/${id}`} class="clipped" dir="auto" title={name}>
          {name}
        </a>
        {failure ? (
          <span class="clipped fine warning" title={failure.message}>
            {failure.message}
          </span>
        ) : (
          <span class="clipped fine soft" title={`${id}, ${algorithm} on ${dataset.name}`}>
            {id} · {algorithm} · {dataset.name}
          </span>
        )}
      </div>
    ),
  },
  { id: 'state', label: 'State', by: (run) => run.state, cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: 'progress',
    label: 'Progress',
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
    numeric: true,
    by: (run) => run.best,
    cell: ({ best }) => <span title="The lowest loss of its latest generation">{number(best)}</span>,
  },
  {
    id: 'validation',
    label: 'Validation',
    numeric: true,
    by: ({ champion }) => champion?.validation?.accuracy ?? champion?.validation?.loss ?? null,
    cell: (run) => (
      <span
        title={
          run.champion ? `Its champion, of generation ${count(run.champion.generation)}, on examples that it never evolved on` : undefined
        }
      >
        {validation(run)}
      </span>
    ),
  },
  {
    id: 'rate',
    label: 'Evaluations/s',
    numeric: true,
    by: (run) => (run.state === 'running' ? (run.rate ?? null) : null),
    cell: ({ state, rate }) => (state === 'running' ? short(rate) : NOTHING),
  },
  {
    id: 'workers',
    label: 'Workers',
    numeric: true,
    by: (run) => (run.state === 'running' ? (run.workers ?? null) : null),
    cell: ({ state, workers }) => (
      <span title="Those that contributed in the last ten seconds">{state === 'running' ? count(workers) : NOTHING}</span>
    ),
  },
  {
    id: 'age',
    label: 'Created',
    numeric: true,
    by: (run) => Date.parse(run.created),
    cell: ({ created }) => <RelativeTime at={created} />,
  },
];

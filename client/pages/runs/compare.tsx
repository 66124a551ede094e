// The curves of several runs over one another.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { LineChart, type Series } from '../../charts/line-chart.tsx';
import { number, percent } from '../../format.ts';
import type { Column } from '../../generations.ts';
import { type LiveRun, watchRun } from '../../live.ts';
import { query, setQuery } from '../../router.ts';
import { type AxisName, axisOf } from '../run/axis.ts';
import { WhatDiffers } from './what-differs.tsx';

/** Curves that can still be told apart. */
const MOST = 12;
const COLOURS = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-5', '--chart-6'];

const colourOf = (i: number): string => COLOURS[i % COLOURS.length];

const CURVES: { id: string; label: string; column: Column; lower: boolean }[] = [
  { id: 'best', label: 'Best loss', column: 'best', lower: true },
  { id: 'mean', label: 'Mean loss', column: 'mean', lower: true },
  { id: 'loss', label: 'Validation loss', column: 'validationLoss', lower: true },
  { id: 'accuracy', label: 'Validation accuracy', column: 'validationAccuracy', lower: false },
];

const AXES: { id: AxisName; label: string }[] = [
  { id: 'generations', label: 'Generations' },
  { id: 'evaluations', label: 'Evaluations' },
  { id: 'time', label: 'Time' },
];

const percentTick = (value: number): string => `${Math.round(value * 1000) / 10}%`;

export interface CompareProps {
  /** Of runs. */
  ids: string[];
}

export function Compare({ ids }: CompareProps) {
  const shown = ids.slice(0, MOST);
  const lives = useSignal<LiveRun[]>([]);
  const key = shown.join();
  useEffect(() => {
    const watched = shown.map((id) => watchRun(id));
    lives.value = watched.map(({ live }) => live);
    return () => {
      for (const { release } of watched) release();
    };
  }, [key]);

  const curve = CURVES.find(({ id }) => id === query.value.get('curve')) ?? CURVES[0];
  const by = (AXES.find(({ id }) => id === query.value.get('by')) ?? AXES[0]).id;
  const axis = axisOf(by);
  const series = lives.value.map((live, i): Series => {
    // New rows show with the next frame.
    void live.version.value;
    return {
      name: live.id,
      x: live.generations.column(axis.column),
      y: live.generations.column(curve.column),
      colour: colourOf(i),
      dashed: i >= COLOURS.length,
    };
  });
  const format = curve.lower ? number : percent;
  // Asked for from far down a long list, it is come to.
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if ((card.current?.getBoundingClientRect().top ?? 0) < 0) card.current?.scrollIntoView();
  }, []);
  return (
    <section class="card compare" aria-labelledby="compare-title" ref={card}>
      <div class="compare-head">
        <div>
          <h2 id="compare-title">Comparison</h2>
          <p class="soft fine">
            One curve for each selected run. Over evaluations, runs with populations of different sizes compare fairly.
          </p>
        </div>
        <button type="button" class="small" onClick={() => setQuery({ compare: null })}>
          Close
        </button>
      </div>
      <div class="switches">
        <Choice label="Curve" name="curve" options={CURVES} value={curve.id} />
        <Choice label="Over" name="by" options={AXES} value={by} />
      </div>
      {ids.length ? (
        <LineChart
          series={series}
          xLabel={axis.label}
          yLabel={curve.label.toLowerCase()}
          xFormat={axis.exact}
          xTick={axis.tick}
          xSteps={axis.steps}
          yFormat={format}
          yTick={curve.lower ? undefined : percentTick}
          yWithin={curve.lower ? undefined : [0, 1]}
          scale={curve.lower}
          summary={summary(series, curve.label.toLowerCase(), curve.lower, format)}
        />
      ) : (
        <p class="soft">Select runs in the list below.</p>
      )}
      <WhatDiffers ids={shown} colours={shown.map((_, i) => colourOf(i))} />
      {ids.length > MOST && (
        <p class="fine soft">
          The first {MOST} of {ids.length} selected runs are drawn.
        </p>
      )}
    </section>
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  options: { id: string; label: string }[];
  value: string;
}

function Choice({ label, name, options, value }: ChoiceProps) {
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value === options[0].id ? null : event.currentTarget.value })}
      >
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Which run came furthest. */
function summary(series: Series[], what: string, lower: boolean, format: (value: number) => string): string {
  let best: { name: string; value: number } | null = null;
  for (const { name, y } of series) {
    for (let i = 0; i < y.length; i++) {
      if (!Number.isNaN(y[i]) && (best === null || (lower ? y[i] < best.value : y[i] > best.value))) best = { name, value: y[i] };
    }
  }
  if (!best) return `None of these runs has a ${what} yet.`;
  const all = series.length === 1 ? '' : `Of ${series.length} runs, `;
  return `${all}${best.name} reached the ${lower ? 'lowest' : 'highest'} ${what}, ${format(best.value)}.`;
}

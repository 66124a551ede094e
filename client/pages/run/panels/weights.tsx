// Some of the champion candidate's weights over the generations: they calm down as a run converges.
import { BundleChart } from '../../../charts/bundle-chart.tsx';
import { SampleTable } from '../../../charts/sample-table.tsx';
import { WHOLE_STEPS } from '../../../charts/steps.ts';
import { count, number } from '../../../format.ts';
import { generationTick } from '../axis.ts';
import type { PanelProps } from '../panels.ts';
import { restlessness } from '../sentences.ts';
import { useSlow } from '../slow.ts';
import { Strided } from '../strided.ts';

/** Weights that the table shows. */
const COLUMNS = 8;
/** Milliseconds between two drawings: a hundred long lines take their time. */
const EVERY_MS = 500;

export function Weights({ live }: PanelProps) {
  useSlow(live.weightsVersion, EVERY_MS);
  const { weights } = live;
  const { length, width, values, generation } = weights;
  if (!length) {
    return <p class="soft">The server keeps no weights of this run's generations, or none came yet.</p>;
  }
  const change = restlessness(values, width);
  return (
    <BundleChart
      x={generation}
      values={values}
      lines={width}
      height={260}
      xLabel="generation"
      yLabel="weight"
      xSteps={WHOLE_STEPS}
      xFormat={generationTick}
      summary={sentence(width, length, change)}
      table={() => (
        <SampleTable
          label="Some of the weights by generation"
          xLabel="generation"
          x={generation}
          columns={Array.from({ length: Math.min(COLUMNS, width) }, (_, i) => {
            const line = Math.floor((i * width) / Math.min(COLUMNS, width));
            return { name: `weight ${line + 1}`, x: generation, y: new Strided().take(values, width, line) };
          })}
          xFormat={count}
          yFormat={number}
        />
      )}
    />
  );
}

function sentence(lines: number, rows: number, change: { first: number; last: number } | null): string {
  const what = `${count(lines)} weights, noted in ${count(rows)} generation${rows === 1 ? '' : 's'}`;
  if (!change) return `${what}.`;
  const { first, last } = change;
  const course =
    last < first / 1.5 ? 'They have calmed down' : last > first * 1.5 ? 'They move more than at first' : 'They still move as at first';
  return `${what}. ${course}: a step changes a weight by ${number(last)} on average, at first by ${number(first)}.`;
}

// What drives the search: how strongly children are mutated, and how different the parents still are.
import { LineChart } from '../../../charts/line-chart.tsx';
import { axisName, axisOf } from '../axis.ts';
import type { PanelProps } from '../panels.ts';
import { ends, moved } from '../sentences.ts';
import { useSlow } from '../slow.ts';

/** Milliseconds between two drawings. */
const EVERY_MS = 250;

export function Search({ live, run }: PanelProps) {
  useSlow(live.version, EVERY_MS);
  const { generations } = live;
  const axis = axisOf(axisName());
  const x = generations.column(axis.column);
  const sigma = generations.column('sigma');
  const diversity = generations.column('diversity');
  const over = axis.over(x[x.length - 1]);
  const shared = { xLabel: axis.label, xFormat: axis.exact, xTick: axis.tick, xSteps: axis.steps, height: 180 };
  return (
    <div class="two">
      <section>
        <h3>Mutation strength</h3>
        {ends(sigma) ? (
          <LineChart
            {...shared}
            series={[{ name: 'strength', x, y: sigma, colour: '--chart-3', gaps: 'long' }]}
            yLabel={run.algorithm === 'es' ? 'standard deviation of the noise' : "standard deviation of a weight's change"}
            summary={`The mutation strength ${moved(sigma)} over ${over}.`}
          />
        ) : (
          <p class="soft">{run.algorithm === 'random' ? 'Random search does not mutate.' : 'It was not noted for this run.'}</p>
        )}
      </section>
      <section>
        <h3>Diversity</h3>
        {ends(diversity) ? (
          <LineChart
            {...shared}
            series={[{ name: 'diversity', x, y: diversity, colour: '--chart-4', gaps: 'long' }]}
            yLabel="distance between parents, relative to their weights"
            summary={`The parents' diversity ${moved(diversity)} over ${over}: 0 would mean that all are the same.`}
          />
        ) : (
          <p class="soft">
            {run.algorithm === 'es'
              ? 'An evolution strategy has one centre, so there are no parents to compare: its noise alone makes individuals differ.'
              : 'It was not noted for this run.'}
          </p>
        )}
      </section>
    </div>
  );
}

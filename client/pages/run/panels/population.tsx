// The losses of the whole population over time, as a heat map.
import { useSignal } from '@preact/signals';
import { addDensity } from '../../../charts/density.ts';
import { HeatMap } from '../../../charts/heat-map.tsx';
import { Extent, padded, paddedLog } from '../../../charts/range.ts';
import { evenly, SampleTable } from '../../../charts/sample-table.tsx';
import { WHOLE_STEPS } from '../../../charts/steps.ts';
import { count, number } from '../../../format.ts';
import { LEVELS } from '../../../generations.ts';
import { generationTick } from '../axis.ts';
import type { PanelProps } from '../panels.ts';
import { useSlow } from '../slow.ts';
import { Strided } from '../strided.ts';

/** Milliseconds between two drawings. */
const EVERY_MS = 250;
const TABLE = [0, 1, 5, 9, 10];
const NAMES: Record<number, string> = { 0: 'least', 5: 'median', 10: 'largest' };

export function Population({ live, run }: PanelProps) {
  useSlow(live.version, EVERY_MS);
  const log = useSignal(false);
  const { generations } = live;
  const generation = generations.column('generation');
  const { levels } = generations;
  const last = generation.length - 1;
  if (!Number.isFinite(levels[last * LEVELS])) {
    return <p class="soft">How the losses of this run's generations were spread was not noted.</p>;
  }
  // The worst tenth of a generation can lie far out: what is drawn ends where the rest of each does.
  const drawn = new Extent();
  const positive = new Extent();
  for (let row = 0; row <= last; ++row) {
    for (const level of [0, LEVELS - 2]) {
      const value = levels[row * LEVELS + level];
      drawn.add(value);
      if (value > 0) positive.add(value);
    }
  }
  const on = log.value && !positive.empty;
  const infinite = generations.column('infinite')[last];
  return (
    <HeatMap
      x={[generation[0], generation[last] + 1]}
      y={on ? paddedLog(positive) : padded(drawn)}
      height={260}
      xSteps={WHOLE_STEPS}
      xFormat={generationTick}
      xLabel="generation"
      yLabel="loss"
      log={{
        on,
        possible: !positive.empty,
        set: (to) => {
          log.value = to;
        },
      }}
      fill={(cells) => addDensity(cells, generation, levels, LEVELS)}
      summary={sentence(levels.subarray(last * LEVELS, (last + 1) * LEVELS), run.population, infinite)}
      table={() => {
        const rows = evenly(generation.length, 60);
        return (
          <SampleTable
            label="Deciles of the population's losses by generation"
            xLabel="generation"
            x={rows.map((row) => generation[row])}
            columns={TABLE.map((level) => ({
              name: NAMES[level] ?? `${level * 10} %`,
              x: generation,
              y: new Strided().take(levels, LEVELS, level),
            }))}
            xFormat={count}
            yFormat={number}
          />
        );
      }}
    />
  );
}

function sentence(levels: ArrayLike<number>, population: number, infinite: number): string {
  const spread = `In the latest generation half of ${count(population)} losses are below ${number(levels[5])}, and eight tenths lie between ${number(levels[1])} and ${number(levels[9])}`;
  return infinite > 0 ? `${spread}; ${count(infinite)} are not finite.` : `${spread}.`;
}

// A rate over the last minute and a half, drawn small: a picture of what the number beside it says.

import { STEPS } from './rate.ts';

const [WIDTH, HEIGHT] = [240, 44];

export function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(...values, 1);
  const x = (i: number) => WIDTH - ((values.length - 1 - i) / (STEPS - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - 2 - (value / most) * (HEIGHT - 6);
  const line = values.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="base" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      {values.length > 1 && <path class="area" d={`${line}L${WIDTH} ${HEIGHT - 1}L${x(0).toFixed(1)} ${HEIGHT - 1}Z`} />}
      {values.length > 1 && <path class="line" d={line} />}
    </svg>
  );
}

// Many thin lines at once: none is meant alone, what they do together is.
import { useRef } from 'preact/hooks';
import { number, short } from '../format.ts';
import { colour, SERIES } from './colours.ts';
import { firstAt, partsOf } from './decimate.ts';
import { ChartFrame, type ChartFrameProps } from './frame.tsx';
import { type Frame, Plot } from './plot.tsx';
import { Extent, padded } from './range.ts';

export interface BundleChartProps extends Omit<ChartFrameProps, 'children' | 'legend' | 'log'> {
  /** [rows], ascending. */
  x: ArrayLike<number>;
  /** [rows][lines] */
  values: ArrayLike<number>;
  lines: number;
  /** Pixels of the page. */
  height?: number;
  xSteps?: number[];
  xFormat?: (value: number) => string;
}

/** Pixels of the page between two points of a line. */
const STEP = 1.5;

export function BundleChart({ x, values, lines, height, xSteps, xFormat = short, ...frame }: BundleChartProps) {
  const rows = useRef<number[]>([]);
  const extent = useRef({ seen: 0, first: Number.NaN, of: new Extent() });
  // Rows are only added, so only those that are new can make it wider; where they begin anew, so does this.
  const known = extent.current;
  if (x.length < known.seen || x[0] !== known.first) extent.current = { seen: 0, first: x[0], of: new Extent() };
  const { current } = extent;
  for (let i = current.seen * lines; i < x.length * lines; ++i) current.of.add(values[i]);
  current.seen = x.length;

  const [from, to] = x.length > 1 ? [x[0], x[x.length - 1]] : [(x[0] ?? 0) - 1, (x[0] ?? 0) + 1];
  const draw = ({ context, x: placeX, y: placeY, width, ratio }: Frame) => {
    const columns = Math.max(1, Math.round(width / ratio / STEP));
    const shown = rows.current;
    shown.length = 0;
    if (x.length <= columns) for (let row = 0; row < x.length; ++row) shown.push(row);
    else {
      for (let c = 0; c <= columns; ++c) {
        const row = Math.min(x.length - 1, firstAt(x, from + ((to - from) * c) / columns));
        if (row !== shown[shown.length - 1]) shown.push(row);
      }
    }
    const parts = partsOf(x);
    context.lineWidth = 0.75 * ratio;
    context.lineJoin = 'round';
    context.globalAlpha = 0.55;
    for (const [hue, name] of SERIES.entries()) {
      context.strokeStyle = colour(name);
      context.beginPath();
      for (let line = hue; line < lines; line += SERIES.length) {
        // One generation: a dash for each weight.
        if (shown.length === 1) context.lineTo(placeX(x[0]) - 6 * ratio, placeY(values[line]));
        for (let i = 0; i < shown.length; ++i) {
          const row = shown[i];
          if (i === 0 ? shown.length > 1 : parts[row] !== parts[shown[i - 1]])
            context.moveTo(placeX(x[row]), placeY(values[row * lines + line]));
          else context.lineTo(placeX(x[row]), placeY(values[row * lines + line]));
        }
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  };
  return (
    <ChartFrame {...frame}>
      <Plot
        summary={frame.summary}
        x={[from, to]}
        y={padded(current.of)}
        height={height}
        xFormat={xFormat}
        yFormat={number}
        xSteps={xSteps}
        draw={draw}
      />
    </ChartFrame>
  );
}

// Curves and bands over a common x: legend, hover, logarithmic scale, zoom, and a table of the same numbers.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { NOTHING, number, short } from '../format.ts';
import { colour, SERIES } from './colours.ts';
import { decimateBand, decimateLine, firstAt, type Gaps, Points, valueAt } from './decimate.ts';
import { ChartFrame } from './frame.tsx';
import { type Frame, Plot, type Range } from './plot.tsx';
import { Extent, padded, paddedLog } from './range.ts';
import { SampleTable } from './sample-table.tsx';
import { movingMedian } from './smooth.ts';

export interface Series {
  name: string;
  /** Ascending. */
  x: ArrayLike<number>;
  /** NaN where there is none. */
  y: ArrayLike<number>;
  /** Default: none. */
  gaps?: Gaps;
  /** A variable of theme.css; default: the next one of the charts' own. */
  colour?: string;
  dashed?: boolean;
}

export interface Band {
  name: string;
  x: ArrayLike<number>;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
  colour?: string;
}

export interface LineChartProps {
  series: Series[];
  bands?: Band[];
  xLabel: string;
  yLabel: string;
  /** One sentence that says what the curves do: below the chart, and what a screen reader says of it. */
  summary: string;
  /** Pixels of the page. */
  height?: number;
  xFormat?: (value: number) => string;
  yFormat?: (value: number) => string;
  /** On the axes; default: as elsewhere. */
  xTick?: (value: number) => string;
  yTick?: (value: number) => string;
  xSteps?: number[];
  /** No y beyond these: 0 and 1 of a share. */
  yWithin?: Range;
  /** x from and to at least these: a run's horizon. */
  xAtLeast?: Range;
  /** Where the caller keeps the switch, as in the address; otherwise the chart does. */
  log?: boolean;
  onLog?(log: boolean): void;
  /** False: no switch to a logarithmic scale. */
  scale?: boolean;
  /** A moving median over each curve, which is paler then; with a switch where there is somebody to be told. */
  smooth?: boolean;
  onSmooth?(smooth: boolean): void;
}

/** So few points get dots: one alone would make no line. */
const DOTTED = 40;
/** And so many are drawn plainly. */
const DENSE = 600;
/** Fewer are not smoothed. */
const NOISY = 20;
/** What shines through of a curve that is smoothed. */
const PALE = 0.28;

export function LineChart(props: LineChartProps) {
  const { series, bands = [], xLabel, yLabel, summary, height, xSteps } = props;
  const xFormat = props.xFormat ?? short;
  const yFormat = props.yFormat ?? number;
  const off = useSignal<ReadonlySet<string>>(new Set());
  const ownLog = useSignal(false);
  const zoom = useSignal<Range | null>(null);
  const hover = useSignal<number | null>(null);
  const points = useRef(new Map<string, Points>());

  const shown = series.filter(({ name }) => !off.value.has(name));
  const shownBands = bands.filter(({ name }) => !off.value.has(name));
  const wanted = props.log ?? ownLog.value;
  const extents = measure(shown, shownBands, zoom.value);
  const canLog = extents.positive.least < Number.POSITIVE_INFINITY;
  const log = wanted && canLog;
  const noisy = series.some((line) => line.x.length >= NOISY);
  const smooth = (props.smooth ?? false) && noisy;
  const x = zoom.value ?? widened(extents.x, props.xAtLeast);
  const y = log ? paddedLog(extents.positive) : within(padded(extents.y), props.yWithin);
  const nameOf = (index: number) => series[index].colour ?? SERIES[index % SERIES.length];
  const bandColour = (band: Band) => band.colour ?? SERIES[0];

  const draw = (frame: Frame) => {
    const columns = Math.max(1, Math.round(frame.width / frame.ratio));
    for (const band of shownBands) {
      const kept = pointsOf(points.current, `band ${band.name}`);
      decimateBand(kept, band.x, band.low, band.high, x[0], x[1], columns);
      drawBand(frame, kept, colour(bandColour(band)), log ? y[0] : null);
    }
    // The first series is the most important one: on top.
    for (let i = series.length - 1; i >= 0; --i) {
      const line = series[i];
      if (off.peek().has(line.name)) continue;
      const kept = pointsOf(points.current, line.name);
      decimateLine(kept, line.x, line.y, x[0], x[1], columns, line.gaps);
      frame.context.globalAlpha = smooth ? PALE : 1;
      drawLine(frame, kept, colour(nameOf(i)), (line.dashed ?? false) && !smooth, log);
      frame.context.globalAlpha = 1;
    }
    for (let i = series.length - 1; smooth && i >= 0; --i) {
      const line = series[i];
      if (off.peek().has(line.name)) continue;
      const kept = pointsOf(points.current, `smooth ${line.name}`);
      movingMedian(kept, line.x, line.y, x[0], x[1]);
      drawLine(frame, kept, colour(nameOf(i)), line.dashed ?? false, log, false);
    }
  };

  const toggle = (name: string) => {
    const next = new Set(off.value);
    if (!next.delete(name)) next.add(name);
    off.value = next;
  };
  const setLog = (to: boolean) => {
    if (props.onLog) props.onLog(to);
    else ownLog.value = to;
  };
  const at = hover.value;
  const reading = (line: Series): string => {
    const value = valueAt(line.x, line.y, at === null ? Number.POSITIVE_INFINITY : nearest(line.x, at));
    return Number.isNaN(value) ? NOTHING : yFormat(value);
  };
  const longestX = useMemo(
    () => series.reduce<ArrayLike<number>>((most, line) => (line.x.length > most.length ? line.x : most), []),
    [series],
  );
  const here = at === null ? longestX[longestX.length - 1] : nearest(longestX, at);

  const legend = (
    <ul class="legend" aria-label="Curves">
      {series.map((line, i) => (
        <LegendEntry key={line.name} name={line.name} on={!off.value.has(line.name)} toggle={toggle}>
          <span class={line.dashed ? 'swatch dashed' : 'swatch'} style={{ color: `var(${nameOf(i)})` }} aria-hidden="true" />
          {line.name} <span class="value">{reading(line)}</span>
        </LegendEntry>
      ))}
      {bands.map((band) => (
        <LegendEntry key={band.name} name={band.name} on={!off.value.has(band.name)} toggle={toggle}>
          <span class="swatch wide" style={{ color: `var(${bandColour(band)})` }} aria-hidden="true" />
          {band.name}
        </LegendEntry>
      ))}
      {here !== undefined && (
        <li class="here">
          {xLabel} {xFormat(here)}
        </li>
      )}
    </ul>
  );

  return (
    <ChartFrame
      legend={legend}
      xLabel={xLabel}
      yLabel={yLabel}
      summary={summary}
      log={props.scale === false ? null : { on: log, possible: canLog, set: setLog }}
      smooth={props.onSmooth && { on: smooth, possible: noisy, set: props.onSmooth }}
      onShowAll={
        zoom.value &&
        (() => {
          zoom.value = null;
        })
      }
      table={() => <SampleTable label={summary} xLabel={xLabel} x={longestX} columns={series} xFormat={xFormat} yFormat={yFormat} />}
    >
      <Plot
        summary={summary}
        x={x}
        y={y}
        log={log}
        height={height}
        xFormat={props.xTick ?? xFormat}
        yFormat={props.yTick ?? yFormat}
        xSteps={xSteps}
        draw={draw}
        onHover={(value) => {
          hover.value = value;
        }}
        onSelect={(range) => {
          zoom.value = range;
        }}
      />
    </ChartFrame>
  );
}

interface LegendEntryProps {
  name: string;
  on: boolean;
  toggle(name: string): void;
  children: ComponentChildren;
}

/** Shows and hides a curve. */
function LegendEntry({ name, on, toggle, children }: LegendEntryProps) {
  return (
    <li>
      <button type="button" class="legend-entry" aria-pressed={on} title={`${on ? 'Hide' : 'Show'} ${name}`} onClick={() => toggle(name)}>
        {children}
      </button>
    </li>
  );
}

function pointsOf(kept: Map<string, Points>, name: string): Points {
  let points = kept.get(name);
  if (!points) {
    points = new Points();
    kept.set(name, points);
  }
  return points;
}

/** Of what is shown, within the zoom: y and its positive part; x of everything. */
function measure(series: Series[], bands: Band[], zoom: Range | null) {
  const found = { x: new Extent(), y: new Extent(), positive: new Extent() };
  const one = (x: ArrayLike<number>, y: ArrayLike<number>) => {
    if (!x.length) return;
    found.x.add(x[0]);
    found.x.add(x[x.length - 1]);
    const first = zoom ? Math.max(0, firstAt(x, zoom[0]) - 1) : 0;
    for (let i = first; i < x.length && !(zoom && x[i - 1] > zoom[1]); ++i) {
      found.y.add(y[i]);
      if (y[i] > 0) found.positive.add(y[i]);
    }
  };
  for (const { x, y } of series) one(x, y);
  for (const { x, low, high } of bands) {
    one(x, low);
    one(x, high);
  }
  return found;
}

function widened({ least, most, empty }: Extent, atLeast: Range | undefined): Range {
  const from = Math.min(empty ? (atLeast?.[0] ?? 0) : least, atLeast?.[0] ?? Number.POSITIVE_INFINITY);
  const to = Math.max(empty ? from : most, atLeast?.[1] ?? Number.NEGATIVE_INFINITY);
  return to > from ? [from, to] : [from - 1, from + 1];
}

const within = ([from, to]: Range, [least, most]: Range = [from, to]): Range => [Math.max(from, least), Math.min(to, most)];

/** The x of the point nearest to `at`. */
function nearest(x: ArrayLike<number>, at: number): number {
  const i = firstAt(x, at);
  if (i === 0) return x[0];
  if (i === x.length) return x[i - 1];
  return x[i] - at < at - x[i - 1] ? x[i] : x[i - 1];
}

/** `dots`: where points are few, and where one stands alone. */
function drawLine({ context, x, y, ratio }: Frame, points: Points, stroke: string, dashed: boolean, log: boolean, dots = true): void {
  context.strokeStyle = stroke;
  context.fillStyle = stroke;
  context.lineWidth = 1.75 * ratio;
  // Round joins and dashes of a line that fills its columns cost much, and nobody would see them.
  const dense = points.count > DENSE;
  context.lineJoin = dense ? 'bevel' : 'round';
  context.setLineDash(dashed && !dense ? [5 * ratio, 4 * ratio] : []);
  const few = points.count <= DOTTED;
  // What is not positive has no place on a logarithmic scale.
  const placed = (i: number) => !Number.isNaN(points.low[i]) && !(log && points.low[i] <= 0);
  const ends = (i: number) => i < 0 || i >= points.count || Number.isNaN(points.low[i]);
  context.beginPath();
  for (let i = 0; i < points.count; ++i) {
    if (!placed(i)) continue;
    if (ends(i - 1)) context.moveTo(x(points.x[i]), y(points.low[i]));
    else context.lineTo(x(points.x[i]), y(points.low[i]));
  }
  context.stroke();
  context.setLineDash([]);
  for (let i = 0; dots && i < points.count; ++i) {
    if (!placed(i) || !(few || (ends(i - 1) && ends(i + 1)))) continue;
    context.beginPath();
    context.arc(x(points.x[i]), y(points.low[i]), 2.25 * ratio, 0, 2 * Math.PI);
    context.fill();
  }
}

/** `floor`: what a logarithmic scale begins at; null: it is a linear one. */
function drawBand({ context, x, y, ratio }: Frame, points: Points, fill: string, floor: number | null): void {
  const place = (value: number) => y(floor === null ? value : Math.max(value, floor));
  context.beginPath();
  for (let first = 0; first < points.count; ) {
    let end = first;
    while (end < points.count && !Number.isNaN(points.low[end])) end += 1;
    if (end === first + 1) {
      // One generation: as wide as a line.
      const top = place(points.high[first]);
      context.rect(x(points.x[first]) - 2 * ratio, top, 4 * ratio, place(points.low[first]) - top);
    } else if (end > first) {
      context.moveTo(x(points.x[first]), place(points.low[first]));
      for (let i = first + 1; i < end; ++i) context.lineTo(x(points.x[i]), place(points.low[i]));
      for (let i = end - 1; i >= first; --i) context.lineTo(x(points.x[i]), place(points.high[i]));
      context.closePath();
    }
    first = end + 1;
  }
  context.fillStyle = fill;
  context.globalAlpha = 0.18;
  context.fill();
  context.globalAlpha = 1;
}

// Axes around a picture on a canvas: uPlot gives the axes, the cursor and the selection, the picture is drawn by whoever uses this.
import 'uplot/dist/uPlot.min.css';
import './language.ts';
import './charts.css';
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { colour, colours } from './colours.ts';

export type Range = readonly [from: number, to: number];

/** Where to draw: pixels of the canvas. */
export interface Frame {
  context: CanvasRenderingContext2D;
  x(value: number): number;
  y(value: number): number;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Pixels of the canvas in one of the page. */
  ratio: number;
}

export interface PlotProps {
  /** What the picture shows, in a sentence. */
  summary: string;
  x: Range;
  y: Range;
  log?: boolean;
  /** Pixels of the page where its font has 16: it grows with the screen. */
  height?: number;
  grid?: boolean;
  xFormat: (value: number) => string;
  yFormat: (value: number) => string;
  /** Steps between ticks that may be chosen for x; default: 1, 2, 2.5, 5 times a power of ten. */
  xSteps?: number[];
  draw(frame: Frame): void;
  /** Under the pointer; null: it left. */
  onHover?(x: number | null, y: number | null): void;
  /** A range of x was dragged over; null: a double click. */
  onSelect?(range: Range | null): void;
}

const HEIGHT = 280;
const BASE_FONT = 16;
const LARGEST_FONT = 15;

export function Plot(props: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const plot = useRef<{ schedule(): void } | null>(null);
  const { log = false, height = HEIGHT, xSteps } = props;

  useEffect(() => {
    const made = mount(holder.current as HTMLDivElement, latest, log, height, xSteps);
    plot.current = made;
    return () => {
      plot.current = null;
      made.end();
    };
  }, [log, height, xSteps]);
  useEffect(() => plot.current?.schedule());
  useSignalEffect(() => {
    colours.value;
    plot.current?.schedule();
  });
  return <div ref={holder} class="plot" role="img" aria-label={props.summary} style={{ minHeight: `${height / BASE_FONT}rem` }} />;
}

function mount(holder: HTMLDivElement, latest: { current: PlotProps }, log: boolean, wanted: number, xSteps: number[] | undefined) {
  const height = Math.round((wanted * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)) / BASE_FONT);
  // One point at each end of the ranges: uPlot itself draws none of the data.
  const ends: [Float64Array, Float64Array] = [new Float64Array(2), new Float64Array(2)];
  const size = Math.min(LARGEST_FONT, Number.parseFloat(getComputedStyle(holder).fontSize) * 0.8);
  const font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  const axis = (side: 'x' | 'y'): uPlot.Axis => ({
    font,
    stroke: () => colour('--text-soft'),
    grid: { show: side === 'y' && latest.current.grid !== false, stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    gap: side === 'x' ? 6 : 8,
    space: side === 'x' ? size * 7 : size * 3,
    size: side === 'x' ? size * 2 : (_: uPlot, labels: string[]) => Math.max(size * 2, longest(labels) * size * 0.6 + 12),
    values: (_, ticks) => {
      const say = latest.current[side === 'x' ? 'xFormat' : 'yFormat'];
      const round = log && side === 'y' && ticks.some(isRound);
      return ticks.map((tick) => (tick === null || (round && !isRound(tick)) ? '' : say(tick)));
    },
    ...(side === 'x' && xSteps ? { incrs: xSteps } : {}),
  });
  const chart = new uPlot(
    {
      width: Math.max(1, holder.clientWidth),
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      series: [{}, { stroke: 'transparent', points: { show: false } }],
      scales: {
        x: { time: false, range: () => [...latest.current.x] },
        y: { distr: log ? 3 : 1, range: () => [...latest.current.y] },
      },
      axes: [axis('x'), axis('y')],
      cursor: {
        x: true,
        y: false,
        points: { show: false },
        drag: { x: latest.current.onSelect !== undefined, y: false, setScale: false },
        // A double click is the caller's.
        bind: {
          dblclick: () => () => {
            latest.current.onSelect?.(null);
            return null;
          },
        },
      },
      hooks: {
        drawAxes: [(u) => drawIn(u, log, latest.current)],
        setCursor: [
          (u) => {
            const { left = -1, top = -1 } = u.cursor;
            if (left < 0) latest.current.onHover?.(null, null);
            else latest.current.onHover?.(u.posToVal(left, 'x'), u.posToVal(top, 'y'));
          },
        ],
        setSelect: [
          (u) => {
            const { left, width } = u.select;
            if (width > 2) latest.current.onSelect?.([u.posToVal(left, 'x'), u.posToVal(left + width, 'x')]);
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    ends,
    holder,
  );

  // However often data come, a picture is drawn once a frame; none is in a hidden tab, or away from what is seen of the page.
  let frame = 0;
  let near = false;
  let outdated = false;
  const schedule = () => {
    outdated = true;
    if (!near) return;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      outdated = false;
      const { x, y } = latest.current;
      ends[0].set(x);
      ends[1].set(y);
      chart.setData(ends);
    });
  };
  const sized = new ResizeObserver(() => {
    const width = holder.clientWidth;
    if (width && width !== chart.width) chart.setSize({ width, height });
  });
  sized.observe(holder);
  const seen = new IntersectionObserver(
    (entries) => {
      near = entries[entries.length - 1].isIntersecting;
      if (near && outdated) schedule();
    },
    { rootMargin: '100px' },
  );
  seen.observe(holder);
  schedule();
  return {
    schedule,
    end() {
      cancelAnimationFrame(frame);
      sized.disconnect();
      seen.disconnect();
      chart.destroy();
    },
  };
}

function drawIn(u: uPlot, log: boolean, { x, y, draw }: PlotProps): void {
  const { ctx, bbox } = u;
  const { left, top, width, height } = bbox;
  const perX = width / (x[1] - x[0]);
  const at = log ? Math.log10 : (value: number) => value;
  const perY = height / (at(y[1]) - at(y[0]));
  ctx.save();
  ctx.beginPath();
  // A dot at an end is drawn whole.
  const room = 3 * uPlot.pxRatio;
  ctx.rect(left - room, top - room, width + 2 * room, height + 2 * room);
  ctx.clip();
  draw({
    context: ctx,
    x: (value) => left + (value - x[0]) * perX,
    y: (value) => top + height - (at(value) - at(y[0])) * perY,
    left,
    top,
    width,
    height,
    ratio: uPlot.pxRatio,
  });
  ctx.restore();
}

/** 1, 2 or 5 times a power of ten: enough to read a logarithmic scale by. */
const isRound = (tick: number): boolean => [1, 2, 5].includes(Number(tick.toExponential(3).split('e')[0]));

const longest = (labels: string[] | null): number => Math.max(0, ...(labels ?? []).map((label) => label.length));

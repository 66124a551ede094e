// How much lies where: x, y, and darker (in the dark: brighter) where there is more.
import { useRef } from 'preact/hooks';
import { number, short } from '../format.ts';
import { colours } from './colours.ts';
import { ChartFrame, type ChartFrameProps } from './frame.tsx';
import { type Frame, Plot, type Range } from './plot.tsx';
import { ramp } from './ramp.ts';

/** Cells to fill: all zero at first. */
export interface Cells {
  /** [columns][rows], rows upwards; any unit, none negative. */
  values: Float32Array;
  columns: number;
  rows: number;
  x: Range;
  /** [rows + 1] y at which rows begin and end. */
  edges: Float64Array;
}

export interface HeatMapProps extends Omit<ChartFrameProps, 'children' | 'legend'> {
  x: Range;
  y: Range;
  /** Pixels of the page. */
  height?: number;
  xSteps?: number[];
  xFormat?: (value: number) => string;
  yFormat?: (value: number) => string;
  fill(cells: Cells): void;
}

/** Pixels of the page of a cell, as far as it comes out even. */
const CELL_WIDTH = 2;
const CELL_HEIGHT = 3;

export function HeatMap({ x, y, height, xSteps, xFormat = short, yFormat = number, fill, ...frame }: HeatMapProps) {
  const log = frame.log?.on ?? false;
  const kept = useRef<Picture | null>(null);
  kept.current ??= new Picture();
  const draw = (place: Frame) => kept.current?.draw(place, x, y, log, fill);
  return (
    <ChartFrame
      {...frame}
      legend={
        <p class="ramp-key">
          few <span class="ramp" aria-hidden="true" /> many
        </p>
      }
    >
      <Plot
        summary={frame.summary}
        x={x}
        y={y}
        log={log}
        height={height}
        grid={false}
        xFormat={xFormat}
        yFormat={yFormat}
        xSteps={xSteps}
        draw={draw}
      />
    </ChartFrame>
  );
}

/** The cells as an image, kept from one drawing to the next. */
class Picture {
  readonly #canvas = document.createElement('canvas');
  #image: ImageData | null = null;
  #values = new Float32Array(0);
  #shades: Uint8ClampedArray = new Uint8ClampedArray(0);
  #theme = -1;

  draw({ context, left, top, width, height, ratio }: Frame, x: Range, y: Range, log: boolean, fill: HeatMapProps['fill']): void {
    const columns = Math.max(1, Math.round(width / ratio / CELL_WIDTH));
    const rows = Math.max(1, Math.round(height / ratio / CELL_HEIGHT));
    const own = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    if (this.#image?.width !== columns || this.#image.height !== rows) {
      this.#canvas.width = columns;
      this.#canvas.height = rows;
      this.#image = own.createImageData(columns, rows);
      this.#values = new Float32Array(columns * rows);
    }
    if (this.#theme !== colours.peek()) {
      this.#theme = colours.peek();
      this.#shades = ramp();
    }
    const values = this.#values;
    values.fill(0);
    fill({ values, columns, rows, x, edges: edgesOf(y, rows, log) });
    const most = values.reduce((a, b) => Math.max(a, b), 0);
    const pixels = this.#image.data;
    for (let c = 0; c < columns; ++c) {
      for (let r = 0; r < rows; ++r) {
        // The square root: what is rare is seen too.
        const shade = most > 0 ? Math.round(255 * Math.sqrt(values[c * rows + r] / most)) : 0;
        const at = ((rows - 1 - r) * columns + c) * 4;
        pixels[at] = this.#shades[shade * 4];
        pixels[at + 1] = this.#shades[shade * 4 + 1];
        pixels[at + 2] = this.#shades[shade * 4 + 2];
        // Nothing is the page itself.
        pixels[at + 3] = shade ? 255 : 0;
      }
    }
    own.putImageData(this.#image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#canvas, left, top, width, height);
  }
}

function edgesOf([from, to]: Range, rows: number, log: boolean): Float64Array {
  return Float64Array.from({ length: rows + 1 }, (_, row) => {
    const part = row / rows;
    return log ? from * (to / from) ** part : from + (to - from) * part;
  });
}

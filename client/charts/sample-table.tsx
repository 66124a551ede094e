// A chart's numbers as a table: rows spread evenly over it, few enough to read.
import { count, NOTHING } from '../format.ts';
import { valueAt } from './decimate.ts';

interface Column {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

export interface SampleTableProps {
  label: string;
  xLabel: string;
  /** The x that rows are taken from. */
  x: ArrayLike<number>;
  columns: Column[];
  xFormat: (value: number) => string;
  yFormat: (value: number) => string;
}

const ROWS = 60;

/** Indices from 0 to `length` - 1, both among them, at most `most`. */
export function evenly(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (length - 1)) / (count - 1))));
}

export function SampleTable({ label, xLabel, x, columns, xFormat, yFormat }: SampleTableProps) {
  const rows = evenly(x.length, ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="sample-table" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{xLabel}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{xFormat(x[row])}</th>
              {columns.map((column) => {
                const value = valueAt(column.x, column.y, x[row]);
                return <td key={column.name}>{Number.isNaN(value) ? NOTHING : yFormat(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < x.length && (
        <p class="help">
          {rows.length} of {count(x.length)} points, evenly spread.
        </p>
      )}
    </section>
  );
}

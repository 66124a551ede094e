// A table that can be sorted by its columns; on a narrow screen a card for each row.
import type { ComponentChildren } from 'preact';

export interface TableColumn<Row> {
  id: string;
  label: string;
  /** Null: there is nothing to say. */
  cell: (row: Row) => ComponentChildren;
  /** What its numbers are, for whoever has not seen them before. */
  meaning?: string;
  /** What rows are ordered by; none: not by this column. */
  by?: (row: Row) => number | string | null;
  /** Numbers stand at the end of their cell. */
  numeric?: boolean;
  /** The cell that names the row. */
  heading?: boolean;
  /** The card gives it a line of its own. */
  wide?: boolean;
  /** Hidden from sight, as a column of boxes to tick. */
  unlabelled?: boolean;
}

/** A column's id, with `-` before it where the largest is first. */
export type Order = string;

export function ordered<Row>(rows: Row[], columns: TableColumn<Row>[], order: Order): Row[] {
  const descending = order.startsWith('-');
  const by = columns.find(({ id }) => id === order.replace(/^-/, ''))?.by;
  if (!by) return rows;
  const sign = descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [by(left), by(right)];
    // What is not known is last, whichever way.
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return sign * (typeof a === 'string' ? a.localeCompare(String(b), 'en', { numeric: true }) : a - Number(b));
  });
}

interface HeadProps<Row> {
  columns: TableColumn<Row>[];
  order: Order;
  onOrder: (order: Order) => void;
  /** What stands in the first column's head in place of its label. */
  first?: ComponentChildren;
}

export function TableHead<Row>({ columns, order, onOrder, first }: HeadProps<Row>) {
  return (
    <thead>
      <tr>
        {columns.map(({ id, label, by, numeric, unlabelled, meaning }, i) => {
          const sorted = order === id ? 'ascending' : order === `-${id}` ? 'descending' : undefined;
          const initial = numeric ? `-${id}` : id;
          const next = sorted === undefined ? initial : order === id ? `-${id}` : id;
          return (
            <th key={id} scope="col" class={numeric ? 'end' : undefined} aria-sort={sorted} title={meaning}>
              {by ? (
                <button type="button" class={sorted && 'sorted'} onClick={() => onOrder(next)}>
                  {label}
                  {sorted && (
                    <span class="arrow" aria-hidden="true">
                      {sorted === 'ascending' ? '↑' : '↓'}
                    </span>
                  )}
                </button>
              ) : (
                (i === 0 && first) || <span class={unlabelled ? 'hidden' : undefined}>{label}</span>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** A row. To be rendered from a component of one's own that is skipped while its entry stays the same. */
export function TableRow<Row>({ row, columns }: { row: Row; columns: TableColumn<Row>[] }) {
  return (
    <tr>
      {columns.map(({ id, label, cell, numeric, heading, wide, unlabelled, meaning }) => {
        const shared = {
          key: id,
          class: [numeric && 'end number', wide && 'wide'].filter(Boolean).join(' ') || undefined,
          'data-label': heading || unlabelled ? undefined : label,
          title: meaning,
        };
        return heading ? (
          <th {...shared} scope="row">
            {cell(row)}
          </th>
        ) : (
          <td {...shared}>{cell(row)}</td>
        );
      })}
    </tr>
  );
}

interface OrderChoiceProps<Row> {
  columns: TableColumn<Row>[];
  order: Order;
  onOrder: (order: Order) => void;
}

/** The order of a list whose heads are not there to be pressed: cards. */
export function OrderChoice<Row>({ columns, order, onOrder }: OrderChoiceProps<Row>) {
  const options = columns
    .filter(({ by }) => by)
    .flatMap(({ id, label, numeric }) => {
      const down = { value: `-${id}`, text: `${label} ↓` };
      const up = { value: id, text: `${label} ↑` };
      return numeric ? [down, up] : [up, down];
    });
  return (
    <label class="order-choice">
      <span class="hidden">Order</span>
      <select value={order} onChange={(event) => onOrder(event.currentTarget.value)}>
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the columns say, for those who cannot point at their heads. */
export function ColumnMeanings<Row>({ columns }: { columns: TableColumn<Row>[] }) {
  return (
    <details class="meanings">
      <summary class="fine">What the columns mean</summary>
      <dl class="fine">
        {columns
          .filter(({ meaning }) => meaning)
          .map(({ id, label, meaning }) => (
            <div key={id}>
              <dt>{label}</dt>
              <dd class="soft">{meaning}</dd>
            </div>
          ))}
      </dl>
    </details>
  );
}

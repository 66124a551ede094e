// The list itself. A row is rendered again when its run is another, not because others are.
import { useSignal } from '@preact/signals';
import { Component } from 'preact';
import { useNarrow } from '../../components/narrow.ts';
import { ColumnMeanings, type TableColumn, TableHead, TableRow } from '../../components/table.tsx';
import type { RunEntry } from '../../entries.ts';
import { count } from '../../format.ts';
import { columns } from './columns.tsx';
import { NARROW_REM, select, selected, sortBy, toggle, view } from './view.ts';

/** Rows at a time: more are a press away. */
const ROWS = 200;

interface Row {
  run: RunEntry;
  ticked: boolean;
}

const tick: TableColumn<Row> = {
  id: 'tick',
  label: 'Selected',
  unlabelled: true,
  cell: ({ run, ticked }) => (
    <label class="tick">
      <input type="checkbox" checked={ticked} onChange={() => toggle(run.id)} />
      <span class="hidden">Select {run.id}</span>
    </label>
  ),
};

const rowColumns: TableColumn<Row>[] = [
  tick,
  ...columns.map(({ cell, by: _, ...rest }): TableColumn<Row> => ({ ...rest, cell: ({ run }) => cell(run) })),
];

class RunRow extends Component<Row> {
  override shouldComponentUpdate({ run, ticked }: Row): boolean {
    return run !== this.props.run || ticked !== this.props.ticked;
  }

  override render({ run, ticked }: Row) {
    return <TableRow row={{ run, ticked }} columns={rowColumns} />;
  }
}

export function RunTable({ runs }: { runs: RunEntry[] }) {
  const most = useSignal(ROWS);
  const narrow = useNarrow(NARROW_REM);
  const shown = runs.slice(0, most.value);
  const all = shown.every(({ id }) => selected.value.has(id));
  return (
    <>
      <div class={narrow ? 'table-frame runs cards' : 'table-frame runs'}>
        <table class="table">
          <caption class="hidden">Runs</caption>
          <TableHead
            columns={[{ id: 'tick', label: '', cell: () => null }, ...columns]}
            order={view.value.order}
            onOrder={sortBy}
            first={
              <label class="tick">
                <input
                  type="checkbox"
                  checked={all}
                  onChange={() => select(all ? [] : new Set([...selected.value, ...shown.map(({ id }) => id)]))}
                />
                <span class={narrow ? undefined : 'hidden'}>Select all that are shown</span>
              </label>
            }
          />
          <tbody>
            {shown.map((run) => (
              <RunRow key={run.id} run={run} ticked={selected.value.has(run.id)} />
            ))}
          </tbody>
        </table>
      </div>
      <ColumnMeanings columns={columns} />
      {runs.length > shown.length && (
        <div class="row">
          <button
            type="button"
            onClick={() => {
              most.value += ROWS;
            }}
          >
            Show {count(Math.min(ROWS, runs.length - shown.length))} more
          </button>
          <span class="soft fine">
            {count(shown.length)} of {count(runs.length)} are shown.
          </span>
        </div>
      )}
    </>
  );
}

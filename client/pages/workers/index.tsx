// /workers: who computes for this server, how much, and how to become one of them.
import './workers.css';
import '../../charts/charts.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Admission } from '../../components/admission.tsx';
import { Empty } from '../../components/empty.tsx';
import { useNarrow } from '../../components/narrow.ts';
import { SearchField } from '../../components/search-field.tsx';
import { Stat } from '../../components/stat.tsx';
import { ColumnMeanings, OrderChoice, ordered, TableHead, TableRow } from '../../components/table.tsx';
import type { WorkerEntry } from '../../entries.ts';
import { count, pace } from '../../format.ts';
import { watchWorkers, workers } from '../../live.ts';
import { query, setQuery } from '../../router.ts';
import { Attach } from './attach.tsx';
import { columns } from './columns.tsx';
import { matching, type Row, rowOf, STATE_NAMES, STATES, totalsOf } from './rows.ts';
import { useSteady } from './steady.ts';
import { Timeline } from './timeline.tsx';

/** Milliseconds between two looks at the numbers. */
const PACE_MS = 1_000;
/** Below it there is no room for twelve columns. */
const NARROW_REM = 80;
const ORDER = 'name';
const KINDS = ['node', 'browser', 'other'];

export default function WorkersPage() {
  return (
    <Admission>
      <Workers />
    </Admission>
  );
}

function Workers() {
  useEffect(watchWorkers, []);
  const entries = useSteady<ReadonlyMap<string, WorkerEntry>>(workers, PACE_MS);
  const last = useRef<ReadonlyMap<string, WorkerEntry>>(new Map());
  const rows = useMemo(() => {
    const made = entries && Array.from(entries, ([id, entry]) => rowOf(entry, last.current.get(id)));
    if (entries) last.current = entries;
    return made;
  }, [entries]);
  return (
    <div class="page workers">
      <Head>{rows !== null && rows.length > 0 && <AttachButton />}</Head>
      {rows === null && (
        <p class="soft" aria-busy="true">
          Asking the server for its workers.
        </p>
      )}
      {rows && entries && (
        <>
          {rows.length ? (
            <Connected rows={rows} entries={entries} />
          ) : (
            <Empty title="No worker is connected">
              <p class="soft">Runs wait until somebody computes: attach a machine or a browser, and it gets work at once.</p>
              <a class="button primary" href="/join">
                Lend this browser
              </a>
            </Empty>
          )}
          <Attach local={entries.has('local')} />
        </>
      )}
    </div>
  );
}

function Head({ children }: { children: ComponentChildren }) {
  return (
    <div class="page-head">
      <div>
        <h1>Workers</h1>
        <p class="lead">Machines and browser tabs that do the computing for this server's runs.</p>
      </div>
      {children}
    </div>
  );
}

function AttachButton() {
  const go = () => {
    const title = document.getElementById('attach-title');
    title?.focus({ preventScroll: true });
    title?.scrollIntoView({ block: 'center' });
  };
  return (
    <button type="button" onClick={go}>
      Attach a machine
    </button>
  );
}

function Connected({ rows, entries }: { rows: Row[]; entries: ReadonlyMap<string, WorkerEntry> }) {
  const { workers: many, threads, rate, working } = totalsOf(rows);
  return (
    <>
      <dl class="stats">
        <Stat label="Workers" note={`${count(working)} working`}>
          {count(many)}
        </Stat>
        <Stat label="Threads">{count(threads)}</Stat>
        <Stat label="Evaluations/s" title="Networks evaluated each second, by all together">
          {pace(rate)}
        </Stat>
      </dl>
      <Timeline workers={entries} />
      <List rows={rows} />
    </>
  );
}

function List({ rows }: { rows: Row[] }) {
  const search = query.value.get('q') ?? '';
  const kind = query.value.get('kind') ?? '';
  const state = query.value.get('state') ?? '';
  const order = query.value.get('sort') ?? ORDER;
  const shown = ordered(matching(rows, { search, kind, state }), columns, order);
  const narrow = useNarrow(NARROW_REM);
  const kinds = [...new Set([...KINDS, ...rows.map(({ entry }) => entry.kind)])];
  return (
    <>
      <search class="worker-filters">
        <SearchField label="Search workers" placeholder="Search names and addresses" value={search} />
        <Choice label="Kind" value={kind} options={kinds.map((name) => [name, name])} onChoose={(kind) => setQuery({ kind })} />
        <Choice
          label="State"
          value={state}
          options={STATES.map((name) => [name, STATE_NAMES[name]])}
          onChoose={(state) => setQuery({ state })}
        />
        {narrow && <OrderChoice columns={columns} order={order} onOrder={sortBy} />}
      </search>
      {shown.length ? (
        <div class={narrow ? 'table-frame cards' : 'table-frame'}>
          <table class="table">
            <caption class="hidden">Workers</caption>
            <TableHead columns={columns} order={order} onOrder={sortBy} />
            <tbody>
              {shown.map((row) => (
                <WorkerRow key={row.entry.id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Empty title="No worker is like this">
          <button type="button" onClick={() => setQuery({ q: null, kind: null, state: null })}>
            Show all {count(rows.length)}
          </button>
        </Empty>
      )}
      {shown.length > 0 && <ColumnMeanings columns={columns} />}
      <p class="hidden" role="status">
        {shown.length === rows.length ? '' : `${count(shown.length)} of ${count(rows.length)} workers`}
      </p>
    </>
  );
}

const sortBy = (sort: string): void => setQuery({ sort: sort === ORDER ? null : sort });

function WorkerRow({ row }: { row: Row }) {
  // A row that says the same as before is skipped.
  return useMemo(() => <TableRow row={row} columns={columns} />, [row.entry, row.state]);
}

interface ChoiceProps {
  label: string;
  value: string;
  options: (readonly [value: string, name: string])[];
  onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <label>
      <span class="hidden">{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{`${label}: any`}</option>
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

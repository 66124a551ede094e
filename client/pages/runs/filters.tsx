// Search, and which states are shown.
import { useNarrow } from '../../components/narrow.ts';
import { SearchField } from '../../components/search-field.tsx';
import { OrderChoice } from '../../components/table.tsx';
import type { RunEntry, RunState } from '../../entries.ts';
import { count } from '../../format.ts';
import { setQuery } from '../../router.ts';
import { columns } from './columns.tsx';
import { NARROW_REM, STATES, sortBy, view } from './view.ts';

export function Filters({ runs }: { runs: ReadonlyMap<string, RunEntry> }) {
  const { search, state, order } = view.value;
  const counts = new Map<RunState, number>();
  for (const run of runs.values()) counts.set(run.state, (counts.get(run.state) ?? 0) + 1);
  const present = STATES.filter((each) => counts.has(each) || each === state);
  return (
    <search class="filters">
      <SearchField label="Search runs" placeholder="Search names, datasets, seeds" value={search} />
      <fieldset class="chips">
        <legend class="hidden">State</legend>
        <Chip label="All" of={runs.size} on={state === ''} show="" />
        {present.map((each) => (
          <Chip key={each} label={each} of={counts.get(each) ?? 0} on={state === each} show={each} />
        ))}
      </fieldset>
      {useNarrow(NARROW_REM) && <OrderChoice columns={columns} order={order} onOrder={sortBy} />}
    </search>
  );
}

function Chip({ label, of, on, show }: { label: string; of: number; on: boolean; show: RunState | '' }) {
  return (
    <button type="button" class="small" aria-pressed={on} onClick={() => setQuery({ state: show })}>
      {label} <span class="soft number">{count(of)}</span>
    </button>
  );
}

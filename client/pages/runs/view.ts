// What of the runs is shown, and how: all of it is in the address.
import { computed } from '@preact/signals';
import { type Order, ordered } from '../../components/table.tsx';
import type { RunEntry, RunState } from '../../entries.ts';
import { runs } from '../../live.ts';
import { query, setQuery } from '../../router.ts';
import { columns } from './columns.tsx';

export const STATES: readonly RunState[] = ['running', 'paused', 'created', 'done', 'stopped', 'failed', 'diverged'];
/** Below it there is no room for the list's columns. */
export const NARROW_REM = 60;
const NEWEST_FIRST: Order = '-age';

export interface View {
  search: string;
  /** Empty: any. */
  state: RunState | '';
  order: Order;
  compare: boolean;
}

export const view = computed<View>(() => {
  const state = query.value.get('state') as RunState;
  return {
    search: query.value.get('q') ?? '',
    state: STATES.includes(state) ? state : '',
    order: query.value.get('sort') ?? NEWEST_FIRST,
    compare: query.value.has('compare'),
  };
});

const list = computed(() => query.value.get('select') ?? '');

/** Ids of the runs that are ticked. */
export const selected = computed<ReadonlySet<string>>(() => new Set(list.value.split(',').filter(Boolean)));

export function select(ids: Iterable<string>): void {
  setQuery({ select: [...ids].join(',') });
}

export function toggle(id: string): void {
  const ids = new Set(selected.peek());
  if (!ids.delete(id)) ids.add(id);
  select(ids);
}

export function sortBy(order: Order): void {
  setQuery({ sort: order === NEWEST_FIRST ? null : order });
}

/** The runs that the view shows, in its order. */
export function matching({ search, state, order }: View): RunEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...(runs.value?.values() ?? [])].filter((run) => (!state || run.state === state) && words.every((word) => has(run, word)));
  // Of runs that are alike the newest is first.
  return ordered(ordered(found, columns, NEWEST_FIRST), columns, order);
}

const has = ({ name, id, algorithm, dataset, description, state, seed }: RunEntry, word: string): boolean =>
  [name, id, algorithm, dataset.name, description, state, seed].some((text) => text.toLowerCase().includes(word));

// Workers as the page shows them: what each is at, whether it is believed, and which of them were asked for.
import type { WorkerEntry } from '../../entries.ts';
import { count, number, sentence } from '../../format.ts';

/** `distrusted`: caught with a wrong loss; it gets no more work. */
export const STATES = ['working', 'idle', 'leaving', 'distrusted'] as const;
export type WorkerState = (typeof STATES)[number];

export const STATE_NAMES: Record<WorkerState, string> = {
  working: 'Working',
  idle: 'Idle',
  leaving: 'Leaving',
  distrusted: 'Distrusted',
};

/** How a worker was found out. */
interface Verdict {
  run: string;
  generation: number;
  individual: number;
  /** Null: infinite. */
  told: number | null;
  right: number | null;
  at?: string;
}

/** What is known of whoever answers for a worker. */
interface Trust {
  level: 'new' | 'trusted' | 'distrusted' | 'own';
  /** Individuals that somebody else computed with the same outcome, and wrong ones. */
  confirmed?: number;
  wrong?: number;
  verdict?: Verdict | null;
  reason?: string | null;
}

export interface Row {
  entry: WorkerEntry;
  state: WorkerState;
  /** Why it does nothing; null: it does, or nobody knows. */
  reason: string | null;
  trust: Trust | null;
}

/** The server's own threads are a worker of this id. */
export const isLocal = ({ id }: WorkerEntry): boolean => id === 'local';

/** `before`: the worker as it was at the last look. Whoever computed since then works, though it may wait this very moment. */
export function rowOf(entry: WorkerEntry, before?: WorkerEntry): Row {
  const trust = (entry.trust as Trust | undefined) ?? null;
  const { individuals = 0, rate, leaving } = entry;
  const computed = before ? individuals > (before.individuals ?? 0) : (rate ?? 0) > 0;
  const idle = computed ? null : (entry.idle ?? null);
  if (trust?.level === 'distrusted') return { entry, trust, state: 'distrusted', reason: whyDistrusted(trust) };
  if (leaving) return { entry, trust, state: 'leaving', reason: 'It takes no more work' };
  return { entry, trust, state: idle === null ? 'working' : 'idle', reason: idle === null ? null : sentence(idle) };
}

function whyDistrusted({ verdict, reason }: Trust): string {
  if (reason) return sentence(reason);
  if (!verdict) return 'It gave a wrong loss; its results do not count.';
  const { run, generation, individual, told, right } = verdict;
  const loss = (value: number | null) => (value === null ? 'infinite' : number(value));
  return `It gave ${loss(told)} as the loss of individual ${count(individual)} in generation ${count(generation)} of ${run}; it is ${loss(right)}.`;
}

/** What a level of trust means, for whoever has not seen it before. */
export const TRUST: Record<Trust['level'], { name: string; meaning: string }> = {
  own: { name: 'own', meaning: "The server's own threads: what others are compared with" },
  new: { name: 'new', meaning: 'Everything that it gives is computed again by somebody else' },
  trusted: { name: 'trusted', meaning: 'A share of what it gives is computed again by somebody else' },
  distrusted: { name: 'distrusted', meaning: 'Caught with a wrong loss: nothing of it counts any more' },
};

export interface Wanted {
  search: string;
  kind: string;
  state: string;
}

export function matching(rows: Row[], { search, kind, state }: Wanted): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ entry, state: has }) => {
    if ((kind && entry.kind !== kind) || (state && has !== state)) return false;
    const text = `${entry.name} ${entry.address}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface Totals {
  workers: number;
  threads: number;
  /** Evaluations a second; null: not known. */
  rate: number | null;
  working: number;
}

export function totalsOf(rows: Row[]): Totals {
  const here = rows.filter(({ state }) => state !== 'distrusted');
  const rates = here.map(({ entry }) => entry.rate).filter((rate) => typeof rate === 'number');
  return {
    workers: here.length,
    threads: here.reduce((sum, { entry }) => sum + entry.threads, 0),
    rate: rates.length ? rates.reduce((sum, rate) => sum + rate, 0) : null,
    working: here.filter(({ state }) => state === 'working').length,
  };
}

// The run that the form makes: its seed, what stands in its way, and what the server says to it.
import { computed, signal } from '@preact/signals';
import { ApiError, api } from '../../api.ts';
import type { RunEntry } from '../../entries.ts';
import { navigate } from '../../router.ts';
import { checked, draft, origin, problems, textProblem } from './draft.ts';
import { idOf } from './labelled.tsx';
import { randomSeed, seedProblem } from './seed.ts';

/** What is wrong, and where: a field's dotted path, or one of the controls that are none of the experiment. */
export interface Mistake {
  /** Empty: of the experiment as a whole. */
  name: string;
  message: string;
  /** Ids to go to: the first that is on the page. */
  targets: string[];
}

export const JSON_ID = 'experiment-json';
export const SEED_ID = 'seed';

export const seed = signal('');
export const busy = signal(false);
/** Why the server did not take it. */
export const refusal = signal<string | null>(null);

export const wrongSeed = computed(() => seedProblem(seed.value));

export const mistakes = computed<Mistake[]>(() => [
  ...(textProblem.value === null ? [] : [{ name: 'JSON', message: textProblem.value, targets: [JSON_ID] }]),
  ...problems.value.map(({ path, message }) => ({ name: path, message, targets: [...around(path), JSON_ID] })),
  ...(wrongSeed.value === null ? [] : [{ name: 'seed', message: wrongSeed.value, targets: [SEED_ID] }]),
]);

/** The field of a path, and those that it is in. */
function around(path: string): string[] {
  const parts = path.split('.');
  return parts.map((_, i) => idOf(parts.slice(0, parts.length - i).join('.')));
}

export function beginSeed(given: string = randomSeed()): void {
  seed.value = given;
  refusal.value = null;
}

export function goTo({ targets }: Mistake): void {
  const field = targets.map((id) => document.getElementById(id)).find((each) => each !== null);
  if (!field) return;
  for (let fold = field.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) fold.open = true;
  field.focus();
}

/** Makes the run and goes to its page. */
export async function submit(start: boolean): Promise<void> {
  if (busy.peek() || mistakes.peek().length) return;
  busy.value = true;
  refusal.value = null;
  try {
    const made = await create(seed.peek().trim(), start);
    navigate(`/runs/${made.id}`);
  } catch (error) {
    refusal.value = error instanceof ApiError ? error.message : String(error);
  } finally {
    busy.value = false;
  }
}

/** A clone keeps what a run began from: only what was changed of its experiment is sent. */
async function create(seed: string, start: boolean): Promise<RunEntry> {
  const from = origin.peek();
  if (from?.kind !== 'run') return api('/api/runs', { method: 'POST', body: { experiment: draft.peek(), seed, start } });
  const now = checked.peek()?.experiment ?? draft.peek();
  const set = Object.entries(now).flatMap(([path, value]) =>
    JSON.stringify(value) === JSON.stringify(from.experiment[path]) ? [] : [{ path, value }],
  );
  return api(`/api/runs/${from.id}/clone`, { method: 'POST', body: { seed, start, set } });
}

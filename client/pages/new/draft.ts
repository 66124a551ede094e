// The experiment that is being written, as a form and as JSON at once, and what the server says of it.
import { computed, signal } from '@preact/signals';
import { ApiError, api } from '../../api.ts';
import { pretty } from './pretty.ts';
import { type Fields, isFields, type JsonSchema } from './schema.ts';

export interface Problem {
  /** Dotted path of the field; empty: of the whole. */
  path: string;
  message: string;
}

/** What a run will need: bytes, but for the first two. Null: not known. */
export interface Estimate {
  /** Weights of the network. */
  parameters: number;
  evaluations: number;
  /** On a machine of one thread, and more for each further thread. */
  memory: number;
  memoryPerThread: number;
  /** That a worker receives and sends. */
  wirePerGeneration: number;
  diskPerGeneration: number;
}

export interface Checked {
  /** With its defaults; null where it has errors. */
  experiment: Fields | null;
  errors: Problem[];
  estimate: Estimate | null;
}

/** What the draft began as. */
export type Origin = { kind: 'built-in'; name: string } | { kind: 'run'; id: string; experiment: Fields };

/** Milliseconds without a key pressed until the server is asked. */
const PAUSE_MS = 250;

export const draft = signal<Fields>({});
export const origin = signal<Origin | null>(null);
/** The draft as JSON, as its author left it: it may be none at the moment. */
export const text = signal('');
/** Why it is none. */
export const textProblem = signal<string | null>(null);
/** Whether anything was changed since the beginning. */
export const touched = signal(false);

export const checked = signal<Checked | null>(null);
export const checking = signal(false);
/** Why the server could not be asked. */
export const checkProblem = signal<string | null>(null);

/** By path. */
export const problems = computed(() => checked.value?.errors ?? []);

export function begin(experiment: Fields, from: Origin): void {
  const { $schema: _, ...fields } = experiment;
  draft.value = fields;
  origin.value = from;
  text.value = pretty(fields);
  textProblem.value = null;
  touched.value = false;
}

/** From the form. */
export function edit(fields: Fields): void {
  draft.value = fields;
  text.value = pretty(fields);
  textProblem.value = null;
  touched.value = true;
}

/** From the JSON: the form follows where it is an object. */
export function editText(given: string): void {
  text.value = given;
  touched.value = true;
  try {
    const value: unknown = JSON.parse(given);
    if (!isFields(value)) throw new Error('An experiment is an object: { ... }');
    draft.value = value;
    textProblem.value = null;
  } catch (error) {
    textProblem.value = (error as Error).message;
  }
}

/** Asks the server about the draft whenever nothing was typed for a moment. To be run in an effect: returns what ends it. */
export function check(experiment: Fields): () => void {
  const aborted = new AbortController();
  const timer = setTimeout(async () => {
    try {
      checked.value = await api<Checked>('/api/experiments/check', { method: 'POST', body: { experiment }, signal: aborted.signal });
      checkProblem.value = null;
    } catch (error) {
      if (aborted.signal.aborted) return;
      checkProblem.value = error instanceof ApiError ? error.message : String(error);
    }
    checking.value = false;
  }, PAUSE_MS);
  checking.value = true;
  return () => {
    clearTimeout(timer);
    aborted.abort();
  };
}

/** The schema's branch that the draft is of, and the names of all. */
export function branchOf(schema: JsonSchema, { kind }: Fields): { branch: JsonSchema; kinds: string[] } {
  const branches = schema.oneOf ?? schema.anyOf ?? [schema];
  const kinds = branches.map((each) => String(each.properties?.kind?.const));
  return { branch: branches[Math.max(0, kinds.indexOf(String(kind)))], kinds };
}

// What this tab lends: one Web Worker while it does, and what that says of itself. It outlives the page's being left for another page.
import { computed, signal } from '@preact/signals';
import type { ErrorCode } from '../../../protocol/errors.ts';
import type { JoinOptions, PageMessage, ThreadMessage } from '../../../worker/browser/messages.ts';
import type { WorkerEvent, WorkerStatus } from '../../../worker/events.ts';
import { INTERRUPTED, lending } from '../../lending.ts';
import { type Pace, Rate, STILL } from './rate.ts';

export type State =
  | { name: 'off' }
  | { name: 'starting' | 'connecting' | 'connected' | 'leaving' }
  /** `until`: milliseconds of performance.now. */
  | { name: 'waiting'; reason: string; until: number }
  | { name: 'refused'; code: ErrorCode; message: string };

export interface Building {
  run: string;
  generation: number;
  of: number;
}

export const state = signal<State>({ name: 'off' });
export const status = signal<WorkerStatus | null>(null);
export const building = signal<Building | null>(null);
/** Why the server gives this worker nothing. */
export const idle = signal<string | null>(null);
/** Something that went wrong and did not end it. */
export const warning = signal<string | null>(null);
export const pace = signal<Pace>(STILL);
/** Threads that were started. */
export const threads = signal(0);
export const active = computed(() => !['off', 'refused'].includes(state.value.name));

/** Milliseconds that leaving may take. */
const LEAVE_MS = 5_000;
/** Codes that a newer page mends. */
const OUTDATED: ReadonlySet<ErrorCode> = new Set(['engine-mismatch', 'protocol-mismatch']);

let worker: Worker | null = null;
let options: JoinOptions | null = null;
let measured = new Rate();
/** This page is a newer one already. */
let reloaded = false;

export function start(given: JoinOptions): void {
  if (worker) return;
  options = given;
  measured = new Rate();
  state.value = { name: 'starting' };
  status.value = null;
  building.value = null;
  idle.value = null;
  warning.value = null;
  pace.value = STILL;
  threads.value = given.threads;
  lending.value = given.threads;
  worker = new Worker(new URL('../../../worker/browser/connection.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<ThreadMessage>) => receive(data);
  worker.onerror = ({ message }) => end({ code: 'internal', message: message || 'its program could not be loaded' });
  tell({ type: 'start', options: given });
}

/** Gives back what is not done. */
export function stop(): void {
  if (!worker) return;
  state.value = { name: 'leaving' };
  tell({ type: 'stop' });
  const leaving = worker;
  setTimeout(() => {
    if (worker === leaving) end(null);
  }, LEAVE_MS);
}

/** Goes on where a page that turned out to be outdated was left. */
export function goOn(): void {
  const kept = sessionStorage.getItem(INTERRUPTED);
  sessionStorage.removeItem(INTERRUPTED);
  if (!kept) return;
  reloaded = true;
  start(JSON.parse(kept));
}

function tell(message: PageMessage): void {
  worker?.postMessage(message);
}

function receive(message: ThreadMessage): void {
  switch (message.type) {
    case 'event':
      follow(message.event);
      break;
    case 'ended':
      end(message.refusal);
      break;
    case 'status':
      status.value = message.status;
      idle.value = message.idle;
      pace.value = measured.add({ at: message.at, count: message.status.evaluations, busy: message.status.ms });
  }
}

function follow(event: WorkerEvent): void {
  if (state.value.name === 'leaving') return;
  switch (event.event) {
    case 'connecting':
    case 'connected':
      state.value = { name: event.event };
      break;
    case 'waiting':
      state.value = { name: 'waiting', reason: event.reason, until: performance.now() + event.ms };
      building.value = null;
      break;
    case 'building':
      building.value = { run: event.run, generation: event.generation, of: event.of };
      break;
    case 'ready':
      building.value = null;
      warning.value = null;
      break;
    case 'refused':
      building.value = null;
      warning.value = `Run ${event.run} cannot be computed here: ${event.message}`;
      break;
    case 'warning':
      warning.value = event.message;
  }
}

function end(refusal: { code: ErrorCode; message: string } | null): void {
  worker?.terminate();
  worker = null;
  lending.value = 0;
  building.value = null;
  idle.value = null;
  if (refusal && OUTDATED.has(refusal.code) && !reloaded) {
    sessionStorage.setItem(INTERRUPTED, JSON.stringify(options));
    location.reload();
    return;
  }
  state.value = refusal ? { name: 'refused', ...refusal } : { name: 'off' };
}

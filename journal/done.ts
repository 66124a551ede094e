// The event that ended a run, as text that keeps infinities.
import type { DoneEvent } from '../core/events.ts';

/** JSON with non-finite numbers as the strings that JavaScript writes for them. */
export function encodeDone(done: DoneEvent): string {
  return JSON.stringify(done, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value));
}

export function decodeDone(text: string): DoneEvent {
  return JSON.parse(text, (_, value) => (value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : value));
}

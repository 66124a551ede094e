// Those who follow a run: the journal, the terminal, the JSON lines. None of them is wired into the run.
import type { DoneEvent, RunEvent } from '../core/events.ts';

export interface Listener {
  /** Called for each event in turn; the next listener, and the run, wait for it. */
  on(event: RunEvent): void | Promise<void>;
}

/** Gives every event to every listener, in the order of the list: whoever must know first stands first. */
export async function follow(events: AsyncIterable<RunEvent>, listeners: readonly Listener[]): Promise<DoneEvent> {
  let done: DoneEvent | null = null;
  for await (const event of events) {
    for (const listener of listeners) await listener.on(event);
    if (event.event === 'done') done = event;
  }
  if (!done) throw new Error('the run ended without saying so');
  return done;
}

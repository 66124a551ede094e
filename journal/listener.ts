// Writes a run's stream of events into its journal.
import type { DoneEvent, GenerationEvent, RunEvent } from '../core/events.ts';
import type { Run } from '../core/run.ts';
import { Cadence, type Clock } from './cadence.ts';
import { JournalError } from './error.ts';
import type { Journal } from './journal.ts';

export interface JournalListenerOptions {
  /** A snapshot every so many generations (0: none); default: by cost (cadence.ts). */
  snapshotEvery?: number;
  /** Records that may wait for the disk while the run goes on, default 1: the engine computes while the last record is written. 0: none. */
  inFlight?: number;
  /** A snapshot could not be written for want of room. The run goes on without: only a resume would take longer. */
  onSkippedSnapshot?: (error: JournalError) => void;
  clock?: Clock;
}

export interface JournalListener {
  /**
   * Takes the run's next event; to be awaited before the run goes on. Resolves when all records but the last `inFlight` are on the disk;
   * for the last event, when everything is. Rejects with JournalError when a record could not be written: the run has to stop there, and
   * can be resumed from what is written.
   */
  on(event: RunEvent): Promise<void>;
  /** Resolves when everything that `on` took is on the disk. */
  settled(): Promise<void>;
}

/** Reasons to end at which the run could go on: its last state is kept, so that a resume starts at once. */
const RESUMABLE: readonly DoneEvent['reason'][] = ['stopped', 'minutes'];

export function journalListener(journal: Journal, run: Pick<Run, 'snapshot'>, options: JournalListenerOptions = {}): JournalListener {
  const { snapshotEvery, inFlight = 1, onSkippedSnapshot, clock } = options;
  const cadence = new Cadence(snapshotEvery, clock);
  const waiting: Promise<void>[] = [];

  const settle = async (left: number): Promise<void> => {
    while (waiting.length > left) {
      await waiting[0];
      waiting.shift();
    }
  };

  const snapshot = async (generation: number, digest: string): Promise<void> => {
    const from = cadence.now();
    try {
      cadence.taken(await journal.addSnapshot(generation, digest, run.snapshot()), from);
    } catch (error) {
      if (!(error instanceof JournalError && error.code === 'disk-full')) throw error;
      cadence.failed();
      onSkippedSnapshot?.(error);
    }
  };

  const record = async (event: GenerationEvent): Promise<void> => {
    const appended = journal.append(event);
    // Whoever awaits it next hears of a failure; until then it is not unhandled.
    appended.catch(() => {});
    waiting.push(appended);
    await settle(inFlight);
    // Before the state advances: it is the one that this generation's losses were measured on.
    if (cadence.due(event.generation)) await snapshot(event.generation, event.digest);
  };

  const end = async (event: DoneEvent): Promise<void> => {
    await settle(0);
    if (RESUMABLE.includes(event.reason) && snapshotEvery !== 0 && event.generations > 0) await snapshot(event.generations, event.digest);
    await journal.finish(event);
  };

  return {
    on: (event) => (event.event === 'generation' ? record(event) : end(event)),
    settled: () => settle(0),
  };
}

// What a person sees of a run.
import type { WriteStream } from 'node:tty';
import type { Listener } from '../listener.ts';
import { LineDisplay } from './lines.ts';
import { LiveDisplay } from './live.ts';
import { type PastGeneration, Progress, type RunTitle } from './progress.ts';

export interface Display extends Listener {
  /** Generations of before, where a run goes on. */
  recall(past: Iterable<PastGeneration>): void;
  /** Leaves what it shows as it is; what is written next comes below. May be called twice. */
  close(): void;
  /** Gives it the part of the generation in progress that is done, 0 to 1, whenever it asks. */
  within(part: () => number): void;
  /** What goes on while there are no events: starting, replaying. */
  note(text: string | null): void;
}

/** In place on a terminal, plain lines elsewhere. */
export function display(title: RunTitle, stream: WriteStream, environment: NodeJS.ProcessEnv = process.env): Display {
  const progress = new Progress(title);
  if (stream.isTTY && environment.TERM !== 'dumb') return new LiveDisplay(progress, stream);
  return new LineDisplay(progress, (line) => void stream.write(line));
}

export { type SummaryOptions, summary } from './summary.ts';
export type { RunTitle };

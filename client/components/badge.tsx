// A state in one word, with a dot that says it too. Colour is never alone.
import type { RunState } from '../entries.ts';

/** `busy`: something goes on; `good`: it went well; `quiet`: nothing happens; `trouble`: somebody should look. */
export type Tone = 'busy' | 'good' | 'quiet' | 'trouble';

export function Badge({ tone, children, title }: { tone: Tone; children: string; title?: string }) {
  return (
    <span class={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}

const TONES: Record<RunState, Tone> = {
  created: 'quiet',
  running: 'busy',
  paused: 'quiet',
  stopped: 'quiet',
  done: 'good',
  failed: 'trouble',
  diverged: 'trouble',
};

/** What a run's state means, for whoever has not seen it before. */
export const STATE_MEANINGS: Record<RunState, string> = {
  created: 'Made, not started yet',
  running: 'Workers evaluate its individuals',
  paused: 'Goes on where it is when it is resumed',
  stopped: 'Ended by hand; it can be resumed',
  done: 'Reached its end',
  failed: 'Something went wrong; its page says what',
  diverged: 'Its weights became infinite: a smaller step may help',
};

export function StateBadge({ state }: { state: RunState }) {
  return (
    <Badge tone={TONES[state] ?? 'quiet'} title={STATE_MEANINGS[state]}>
      {state}
    </Badge>
  );
}

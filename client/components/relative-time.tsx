// How long ago; the exact time is in its title.
import { useComputed, useSignal } from '@preact/signals';
import { now } from '../clock.ts';
import { ago, dateTime } from '../format.ts';

/** `at`: ISO 8601, or milliseconds since 1970. */
export function RelativeTime({ at }: { at: string | number }) {
  const time = new Date(at).getTime();
  const current = useSignal(time);
  current.value = time;
  // A text that is the same as a second ago renders nothing.
  const text = useComputed(() => ago(current.value, now.value));
  return (
    <time dateTime={new Date(time).toISOString()} title={dateTime(time)} class="number">
      {text}
    </time>
  );
}

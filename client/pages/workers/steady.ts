// Numbers that change ten times a second are read by nobody: a value that follows another at a pace for eyes.
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

/** Follows `source`, changing once every `ms` at most; from null to something at once. */
export function useSteady<Value>(source: ReadonlySignal<Value | null>, ms: number): Value | null {
  const [shown] = useState(() => signal(source.peek()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const publish = () => {
      timer = undefined;
      shown.value = source.peek();
    };
    const end = source.subscribe((value) => {
      if (value === shown.peek()) return;
      if (shown.peek() === null) publish();
      else timer ??= setTimeout(publish, ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [source, ms, shown]);
  return shown.value;
}

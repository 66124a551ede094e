// Follows a signal, but not more often than now and then.
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

/** Renders anew at most every `ms` milliseconds while the signal changes, and with its last value. */
export function useSlow(changing: ReadonlySignal<unknown>, ms: number): void {
  const [, render] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again = false;
    const draw = () => {
      render((count) => count + 1);
      again = false;
      timer = setTimeout(() => {
        timer = undefined;
        if (again) draw();
      }, ms);
    };
    const unsubscribe = changing.subscribe(() => {
      if (timer === undefined) draw();
      else again = true;
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [changing, ms]);
}

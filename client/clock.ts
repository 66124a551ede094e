// The time, second by second, for whatever says how long ago something was. It stands while the tab is hidden.
import { signal } from '@preact/signals';

/** Milliseconds since 1970. */
export const now = signal(Date.now());

const tick = () => {
  if (document.visibilityState === 'visible') now.value = Date.now();
};
setInterval(tick, 1_000);
document.addEventListener('visibilitychange', tick);

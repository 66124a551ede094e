// Below the header, on every page that shows what the server tells: that it does not tell anything at the moment, and how old the rest is.
import { signal } from '@preact/signals';
import { timeOfDay } from '../format.ts';
import { status } from '../live.ts';

/** Milliseconds that a connection may be gone before it is said: a restart of the server is shorter. */
const PATIENCE_MS = 800;

const late = signal(false);
let waiting: ReturnType<typeof setTimeout> | undefined;
/** The program that this page came from. */
const first = signal<string | null>(null);
const updated = signal(false);

status.subscribe((now) => {
  if (now.name === 'open') {
    first.value ??= now.version;
    updated.value = first.value !== now.version;
  }
  if (now.name !== 'lost') {
    clearTimeout(waiting);
    waiting = undefined;
    late.value = false;
  } else if (!waiting) {
    waiting = setTimeout(() => {
      late.value = true;
    }, PATIENCE_MS);
  }
});

export function Banner() {
  const now = status.value;
  return (
    // Always there, so that what appears in it is read out.
    <div role="status">
      {now.name === 'lost' && late.value && (
        <p class="banner">
          {now.heard === null
            ? 'The server cannot be reached, trying again.'
            : `The server is gone, trying again; what you see is from ${timeOfDay(now.heard)}.`}
        </p>
      )}
      {updated.value && (
        <div class="banner">
          The server was updated.
          <button type="button" class="small" onClick={() => location.reload()}>
            Load this page again
          </button>
        </div>
      )}
    </div>
  );
}

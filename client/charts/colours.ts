// The theme's colours for canvases, which know no CSS variables.
import { effect, signal } from '@preact/signals';
import { theme } from '../theme.ts';

/** Changes whenever colours do: what draws reads it, to draw again. */
export const colours = signal(0);
const known = new Map<string, string>();

function changed(): void {
  known.clear();
  colours.value = colours.peek() + 1;
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
// The theme's own effect, which was made before this one, has set the attribute by now.
effect(() => {
  theme.value;
  changed();
});

/** `name`: a variable of theme.css, as `--accent`. */
export function colour(name: string): string {
  let value = known.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    known.set(name, value);
  }
  return value;
}

/** Colours of series that name none, in this order. */
export const SERIES = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-5', '--chart-6'];

// Numbers on axes and in legends.
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 });
const significant = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const tiny = new Intl.NumberFormat('en-US', { notation: 'scientific', maximumSignificantDigits: 3 });
const part = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });

/** Large numbers short: 12.8M. */
export function compact(value: number): string {
  if (Math.abs(value) >= 100_000) return short.format(value);
  return Number.isInteger(value) ? whole.format(value) : significant.format(value);
}

/** Four digits that count; far from one, with an exponent. */
export function precise(value: number): string {
  if (Number.isInteger(value)) return whole.format(value);
  const size = Math.abs(value);
  return size < 0.001 || size >= 1e9 ? tiny.format(value) : significant.format(value);
}

export const percent = (value: number): string => part.format(value);

const STEPS: [number, string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** Seconds as 45 s, 12 min, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 && seconds % 1 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  for (const [i, [size, unit]] of STEPS.entries()) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    const [below, name] = STEPS[i + 1] ?? [1, 's'];
    const rest = Math.round((seconds - count * size) / below);
    return rest && count < 10 ? `${count} ${unit} ${rest} ${name}` : `${count} ${unit}`;
  }
  return '';
}

/** Ticks of a time axis, in seconds. */
export const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];

/** Ticks of an axis of whole numbers. */
export const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

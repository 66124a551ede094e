// Numbers and times in words.
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const scientific = new Intl.NumberFormat('en', { notation: 'scientific', maximumSignificantDigits: 3 });
const share = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' });

/** What stands where there is no number. */
export const NOTHING = '–';

type Maybe = number | null | undefined;
const missing = (value: Maybe): value is null | undefined => value === null || value === undefined || !Number.isFinite(value);

/** 12,345 */
export const count = (value: Maybe): string => (missing(value) ? NOTHING : whole.format(value));
/** 12.3K */
export const short = (value: Maybe): string => (missing(value) ? NOTHING : value < 1000 ? precise.format(value) : compact.format(value));
/** Evaluations a second: all digits of a few thousand, so that what changes is the number and not its shape. */
export const pace = (value: Maybe): string => (missing(value) || value < 10 ? short(value) : value < 100_000 ? count(value) : short(value));
/** A loss: four digits that matter. */
export const number = (value: Maybe): string =>
  missing(value)
    ? NOTHING
    : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)
      ? scientific.format(value)
      : precise.format(value);
/** 97.1% */
export const percent = (value: Maybe): string => (missing(value) ? NOTHING : share.format(value));

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];
/** 12.3 MB */
export function bytes(value: Maybe): string {
  if (missing(value)) return NOTHING;
  const unit = Math.min(BYTES.length - 1, value < 1000 ? 0 : Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** unit;
  return `${unit ? scaled.toPrecision(Math.max(3, String(Math.round(scaled)).length)) : Math.round(scaled)} ${BYTES[unit]}`;
}

/** 3 min 12 s */
export function duration(seconds: Maybe): string {
  if (missing(seconds)) return NOTHING;
  if (seconds < 0.1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} min ${all % 60} s`;
  if (all < 86_400) return `${Math.floor(all / 3600)} h ${Math.floor((all % 3600) / 60)} min`;
  return `${Math.floor(all / 86_400)} d ${Math.floor((all % 86_400) / 3600)} h`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** 3 min. ago; both in milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  for (const [unit, size] of STEPS) if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return Math.abs(seconds) < 5 ? 'now' : relative.format(Math.trunc(seconds), 'second');
}

/** Date and time of day; time of day alone. Milliseconds since 1970. */
export const dateTime = (at: number): string => exact.format(at);
export const timeOfDay = (at: number): string => clock.format(at);

/** A server's message as a sentence. */
export function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

// Ticks of axes that are not just numbers.

/** Of whole numbers. */
export const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Of seconds. */
export const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY),
];

/** Seconds, as short as an axis needs: 45 s, 12 min, 2:30 h. */
export function timeTick(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < MINUTE) return `${seconds} s`;
  const [size, below, unit] = seconds < HOUR ? [MINUTE, 1, 'min'] : seconds < DAY ? [HOUR, MINUTE, 'h'] : [DAY, HOUR, 'd'];
  const whole = Math.floor(seconds / size);
  const rest = Math.round((seconds - whole * size) / below);
  return rest ? `${whole}:${String(rest).padStart(2, '0')} ${unit}` : `${whole} ${unit}`;
}

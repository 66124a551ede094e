// Whole numbers on the command line.
import { UsageError } from './mistake.ts';

/** More than any machine has, and few enough to start. */
export const MAX_THREADS = 1024;

/** @throws UsageError that names the option */
export function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option}: must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

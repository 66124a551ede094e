// Sizes of memory on the command line.
import { UsageError } from './mistake.ts';

const UNITS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40 };

/** `2GB`, `1.5 GiB`, `800M`, or `50%` of `whole` bytes. @throws UsageError that names the option */
export function sizeOf(text: string, option: string, whole: number): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(%|(?:[kmgt]i?)?b?)$/i.exec(text.trim()) ?? [];
  const factor = unit === '%' ? whole / 100 : UNITS[unit?.toLowerCase().replace(/b$/, '') ?? 'none'];
  const bytes = Math.floor(Number(digits) * factor);
  if (bytes >= 1e6 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${option}: must be a size like 2GB, 800MB or 50%, and at least 1 MB, not ${JSON.stringify(text)}`);
}

// Numbers as people read them.

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 12,345 */
export function counted(value: number): string {
  return Number.isFinite(value) ? count.format(value) : '-';
}

/** 0.4310, 12.35, 1.20e-5: about four digits, and mostly six characters. */
export function loss(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return 'infinite';
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(2);
  return size < 10 ? value.toFixed(4) : value.toPrecision(Math.max(4, Math.ceil(Math.log10(size + 1))));
}

/** 87.3 % */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

/** 0:07, 12:34, 1:02:03 */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** 512 B, 12 kB, 1.7 MB */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 || scaled >= 10 ? Math.round(scaled) : scaled.toFixed(1)} ${units[unit]}`;
}

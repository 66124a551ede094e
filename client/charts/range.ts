// What an axis spans.
import type { Range } from './plot.tsx';

/** Least and greatest finite value; null where there is none. */
export class Extent {
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  get empty(): boolean {
    return this.least > this.most;
  }
}

/** With a margin, so that a curve does not run along the frame; what is never negative does not get negative ticks. */
export function padded({ least, most, empty }: Extent): Range {
  if (empty) return [0, 1];
  if (least === most) {
    const room = Math.abs(least) / 2 || 0.5;
    return [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
  }
  const room = (most - least) * 0.05;
  return [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
}

/** On a logarithmic scale; of positive values. */
export function paddedLog({ least, most, empty }: Extent): Range {
  if (empty) return [0.1, 1];
  const room = Math.max(1.05, (most / least) ** 0.05);
  return [least / room, most * room];
}

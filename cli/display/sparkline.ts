// A curve one line high, and the history that it is drawn from.

const LEVELS = '▁▂▃▄▅▆▇█';
const HISTORY_LIMIT = 2048;

/** Values over a run of any length in bounded memory: when it is full, neighbours are averaged. */
export class History {
  #values: number[] = [];
  #stride = 1;
  #pending: number[] = [];

  push(value: number): void {
    this.#pending.push(value);
    if (this.#pending.length < this.#stride) return;
    this.#values.push(mean(this.#pending));
    this.#pending = [];
    if (this.#values.length < HISTORY_LIMIT) return;
    this.#values = buckets(this.#values, HISTORY_LIMIT / 2);
    this.#stride *= 2;
  }

  get values(): readonly number[] {
    return this.#values;
  }
}

/** At most `width` columns; the lowest value has the lowest bar. A value that is not finite is left blank. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = values.length > width ? buckets(values, width) : values;
  const finite = columns.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  return columns
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      return LEVELS[span === 0 ? 0 : Math.round(((value - low) / span) * (LEVELS.length - 1))];
    })
    .join('');
}

/** The means of `count` runs of neighbours. */
function buckets(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * values.length) / count);
    return mean(values.slice(first, Math.max(first + 1, Math.floor(((i + 1) * values.length) / count))));
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// What a benchmark reports: one figure, what it is compared with, and the limit that the machine sets.

export interface Row {
  /** What was measured, and against what. */
  name: string;
  /** The figure, in `unit`. */
  value: number;
  unit: string;
  /** The figure over what it is compared with, measured in the same process; null where it stands alone. */
  ratio: number | null;
  /** The least (or, with `atMost`, the greatest) ratio or value that we hold ourselves to; null: none. */
  target: number | null;
  /** The target bounds the value from above instead of the ratio from below. */
  atMost?: boolean;
  /** The most that the machine could give, in `unit`, and how that is reckoned. */
  limit: { value: number; by: string } | null;
  note?: string;
}

/** Whether a row keeps its target. */
export const kept = (row: Row): boolean =>
  row.target === null || (row.atMost ? row.value <= row.target : (row.ratio ?? row.value) >= row.target);

/** Median of an odd or even number of figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median milliseconds of each task, run in turns `rounds` times after one round to warm up: what disturbs the machine disturbs all. */
export async function inTurns(tasks: (() => unknown)[], rounds: number): Promise<number[]> {
  const times: number[][] = tasks.map(() => []);
  for (let round = -1; round < rounds; ++round) {
    for (let i = 0; i < tasks.length; ++i) {
      const began = performance.now();
      await tasks[i]();
      if (round >= 0) times[i].push(performance.now() - began);
    }
  }
  return times.map(median);
}

// A population's losses over time, from their deciles: between two neighbouring ones lies a tenth of the population.
import { firstAt } from './decimate.ts';
import type { Cells } from './heat-map.tsx';

/** Generations of a column that are looked at, at most. */
const MOST = 8;

/**
 * Adds the shares of the population to `cells`. `generation`: [rows] ascending; `levels`: [rows][count] ascending within a row, NaN where
 * they are not known.
 */
export function addDensity(cells: Cells, generation: ArrayLike<number>, levels: ArrayLike<number>, count: number): void {
  const { values, columns, rows, x, edges } = cells;
  const per = (x[1] - x[0]) / columns;
  for (let c = 0; c < columns; ++c) {
    const [from, to] = [x[0] + c * per, x[0] + (c + 1) * per];
    const end = firstAt(generation, to);
    // A generation is as wide as the way to the next.
    const first = Math.max(0, firstAt(generation, from) - (generation[firstAt(generation, from)] === from ? 0 : 1));
    if (first >= generation.length || generation[first] > to) continue;
    if (first === generation.length - 1 && from >= generation[first] + 1) continue;
    const some = Math.max(1, end - first);
    const step = Math.max(1, Math.ceil(some / MOST));
    const looked = Math.ceil(some / step);
    for (let row = first; row < first + some; row += step) addRow(values, c * rows, rows, edges, levels, row * count, count, 1 / looked);
  }
}

function addRow(
  values: Float32Array,
  at: number,
  rows: number,
  edges: Float64Array,
  levels: ArrayLike<number>,
  first: number,
  count: number,
  weight: number,
): void {
  const share = weight / (count - 1);
  let bin = 0;
  for (let i = 0; i < count - 1; ++i) {
    const [low, high] = [levels[first + i], levels[first + i + 1]];
    if (Number.isNaN(low) || Number.isNaN(high)) return;
    while (bin < rows - 1 && edges[bin + 1] <= low) bin += 1;
    if (high <= edges[bin + 1] || high === low) {
      if (low >= edges[0] && low <= edges[rows]) values[at + bin] += share;
      continue;
    }
    for (let b = bin; b < rows && edges[b] < high; ++b) {
      const part = Math.min(high, edges[b + 1]) - Math.max(low, edges[b]);
      if (part > 0) values[at + b] += (share * part) / (high - low);
    }
  }
}

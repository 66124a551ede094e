// How a generation's losses are spread: the deciles of the finite ones, and how many are not.

export interface Levels {
  /** The least loss, nine deciles, the largest; null where no loss is finite. */
  levels: number[] | null;
  /** Losses that are not finite. */
  infinite: number;
}

/** Losses that deciles are taken of at most: of more, evenly spread ones. */
const MOST = 65536;
const STEPS = 10;
/** Values that are sorted rather than divided further. */
const FEW = 48;

/** `losses`: [population] float32; not changed. */
export function levelsOf(losses: Float32Array): Levels {
  // Odd, so that both of each antithetic pair, and all places of a block, have their turns.
  const stride = Math.ceil(losses.length / MOST) | 1;
  const taken = new Float32Array(Math.ceil(losses.length / stride));
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let finite = 0;
  let count = 0;
  for (let i = 0; i < losses.length; ++i) {
    const loss = losses[i];
    if (!Number.isFinite(loss)) continue;
    if (loss < least) least = loss;
    if (loss > largest) largest = loss;
    if (finite++ % stride === 0) taken[count++] = loss;
  }
  const infinite = losses.length - finite;
  if (!finite) return { levels: null, infinite };
  const ranks = Array.from({ length: STEPS + 1 }, (_, step) => Math.round((step * (count - 1)) / STEPS));
  place(taken, ranks, 0, count, 0);
  const levels = ranks.map((rank) => taken[rank]);
  levels[0] = least;
  levels[STEPS] = largest;
  return { levels, infinite };
}

/** Brings the values of these ranks to where they would be among `first` to `end` if all were sorted (Hoare's FIND, for several ranks at once). */
function place(values: Float32Array, ranks: number[], first: number, end: number, depth: number): void {
  const within = ranks.filter((rank) => rank >= first && rank < end);
  if (!within.length) return;
  // Values that divide badly again and again are sorted: never quadratic.
  if (end - first <= FEW || depth > FEW) {
    values.subarray(first, end).sort();
    return;
  }
  const pivot = middleOf(values[first], values[(first + end) >> 1], values[end - 1]);
  let low = first;
  let high = end - 1;
  while (low <= high) {
    while (values[low] < pivot) low++;
    while (values[high] > pivot) high--;
    if (low > high) break;
    const value = values[low];
    values[low++] = values[high];
    values[high--] = value;
  }
  place(values, within, first, high + 1, depth + 1);
  place(values, within, low, end, depth + 1);
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

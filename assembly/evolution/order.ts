// Sorting by loss. Ties break by Philox(seed, generation, individual, TIE), then by index: an error rate on 64 examples has 65 values,
// and plain index order would freeze drift.
import { word } from '../rng/philox';
import { TIE } from '../rng/streams';
import { size } from './size';

function before(losses: usize, ties: usize, a: u32, b: u32): bool {
  const x = load<f32>(losses + (<usize>a << 2));
  const y = load<f32>(losses + (<usize>b << 2));
  if (x != y) return x < y;
  const s = load<u32>(ties + (<usize>a << 2));
  const t = load<u32>(ties + (<usize>b << 2));
  return s != t ? s < t : a < b;
}

/** Bytes of `scratch` that `order` takes. */
export function orderScratch(count: u32): usize {
  return size(<u64>count << 3);
}

/** Indices of `losses` ([count] f32, none NaN), best first, to `out` ([count] u32). A merge sort from the bottom up. */
export function order(losses: usize, count: u32, seedLo: u32, seedHi: u32, generation: u32, out: usize, scratch: usize): void {
  const ties = scratch;
  let from = out;
  let to = scratch + (<usize>count << 2);
  for (let i: u32 = 0; i < count; ++i) {
    store<u32>(ties + (<usize>i << 2), word(seedLo, seedHi, 0, i, generation, TIE));
    store<u32>(out + (<usize>i << 2), i);
  }
  for (let width: u32 = 1; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      let l = start;
      const middle = min(start + width, count);
      let r = middle;
      const end = min(middle + width, count);
      for (let k = start; k < end; ++k) {
        const left = load<u32>(from + (<usize>l << 2));
        const right = load<u32>(from + (<usize>r << 2));
        if (l < middle && (r >= end || !before(losses, ties, right, left))) {
          store<u32>(to + (<usize>k << 2), left);
          ++l;
        } else {
          store<u32>(to + (<usize>k << 2), right);
          ++r;
        }
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != out) memory.copy(out, from, <usize>count << 2);
}

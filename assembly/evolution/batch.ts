// Which examples a generation is measured on. The examples of all batches stand in one endless row, cut into epochs: each epoch is a
// permutation of the split, so every example comes once before any comes again, and a place in the row is computed on its own.
// The permutation is a Feistel network with Philox rounds, walked until it falls inside the split (Black and Rogaway 2002).
import { word } from '../rng/philox';
import { BATCH } from '../rng/streams';
import { SEED_HI, SEED_LO } from '../layout';
import { getU } from './record';

const ROUNDS: u32 = 6;

/** The image of `place` under the permutation of 0..`count`-1 that belongs to `epoch`. */
export function permute(seedLo: u32, seedHi: u32, epoch: u32, count: u32, place: u32): u32 {
  if (count < 2) return 0;
  const half = (33 - clz<u32>(count - 1)) >> 1; // bits of a half; 2^(2 half) is at least `count`
  const mask: u32 = (1 << half) - 1;
  do {
    let left = place >> half;
    let right = place & mask;
    for (let round: u32 = 0; round < ROUNDS; ++round) {
      const next = left ^ (word(seedLo, seedHi, right, round, epoch, BATCH) & mask);
      left = right;
      right = next;
    }
    place = (left << half) | right;
  } while (place >= count);
  return place;
}

/**
 * Row numbers (u32) of examples `first` to `last` (exclusive) of `generation`'s batch from a split of `count`, to `out`. `stride`:
 * examples that the row moves on per generation.
 */
export function batch(config: usize, count: u32, generation: u32, stride: u32, first: u32, last: u32, out: usize): void {
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  for (let i = first; i < last; ++i) {
    const place = <u64>generation * stride + i;
    store<u32>(out, permute(seedLo, seedHi, <u32>(place / count), count, <u32>(place % count)));
    out += 4;
  }
}

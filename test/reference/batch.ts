// The examples of a batch: a Feistel network over Philox, walked along its cycle until it falls inside the split.
import { BATCH } from '../../assembly/rng/streams.ts';
import { word } from './philox.ts';

const ROUNDS = 6;

/** Image of `place` under the permutation of 0 .. count - 1 that belongs to `epoch`. */
export function permute(seedLo: number, seedHi: number, epoch: number, count: number, place: number): number {
  if (count < 2) return 0;
  let half = 1;
  while (4 ** half < count) half += 1;
  const size = 2 ** half;
  let at = place;
  do {
    let [left, right] = [Math.floor(at / size), at % size];
    for (let round = 0; round < ROUNDS; ++round) {
      const mixed = word({ seedLo, seedHi, individual: round, generation: epoch }, BATCH, right) % size;
      [left, right] = [right, (left ^ mixed) >>> 0];
    }
    at = left * size + right;
  } while (at >= count);
  return at;
}

/** Rows of examples `first` to `last` (exclusive) of `generation`'s batch, from a split of `count`. */
export function batch(
  seedLo: number,
  seedHi: number,
  count: number,
  generation: number,
  stride: number,
  first: number,
  last: number,
): number[] {
  return Array.from({ length: last - first }, (_, i) => {
    const place = generation * stride + first + i;
    return permute(seedLo, seedHi, Math.floor(place / count), count, place % count);
  });
}

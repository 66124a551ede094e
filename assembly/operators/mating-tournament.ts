// Tournament selection (Goldberg and Deb 1991): the best of `size` ranks drawn from the pool, with replacement.
import { below, word } from '../rng/philox';
import { PARENT } from '../rng/streams';
import { SLOT_DRAWS } from './mating-uniform';

/** Rank of the parent in `slot` of the children of `block`, of `n`, 0 the best. `size`: at most 64; at least one is drawn. */
export function matingTournament(
  n: u32, size: u32, seedLo: u32, seedHi: u32, block: u32, slot: u32, generation: u32,
): u32 {
  let best = n;
  const draws = min(max(size, 1), SLOT_DRAWS);
  for (let k: u32 = 0; k < draws; k++) {
    best = min(best, below(n, word(seedLo, seedHi, slot * SLOT_DRAWS + k, block, generation, PARENT)));
  }
  return best;
}

// The digest of a state: its words and its parents' digests, in index order. Optimiser moments are not part of it (they follow from the
// journal and stay with the coordinator); a strategy's centre is its one parent.
import {
  ALGORITHM, CAPACITY, ES, GENERATION, INHERITANCE, MATING, MATING_ROULETTE, PARENTS, RANKS, SEED_HI, SEED_LO, STATE_SIGMA,
} from '../layout';
import { digest } from './digest';
import { getF, getU, setU } from './record';
import { size } from './size';
import { cumulativeOf, inheritedOf, ranksOf, sigmasOf } from './state';

/** Bytes of `scratch` that `digestState` takes. */
export function digestStateScratch(capacity: u32, pool: u32): usize {
  return size(32 + <u64>capacity * 28 + (<u64>pool << 2));
}

/** `digests`: the parents', 16 bytes each; `out`: 16 bytes. */
export function digestState(config: usize, state: usize, digests: usize, scratch: usize, out: usize): void {
  const parents = getU(state, PARENTS);
  const capacity = getU(config, CAPACITY);
  setU(scratch, 0, getU(config, SEED_LO));
  setU(scratch, 1, getU(config, SEED_HI));
  setU(scratch, 2, getU(config, ALGORITHM));
  setU(scratch, 3, getU(state, GENERATION));
  setU(scratch, 4, parents);
  setU(scratch, 5, getU(state, RANKS));
  setU(scratch, 6, getU(state, STATE_SIGMA));
  setU(scratch, 7, 0);
  let to = scratch + 32;
  if (getU(config, ALGORITHM) != ES) {
    to = copied(ranksOf(state), parents, to);
    to = copied(sigmasOf(state, capacity), parents, to);
    if (getF(config, INHERITANCE) > 0) to = copied(inheritedOf(state, capacity), parents, to);
    if (getU(config, MATING) == MATING_ROULETTE && getU(state, GENERATION)) to = copied(cumulativeOf(state, capacity), getU(state, RANKS), to);
  }
  to = copied(digests, parents << 2, to);
  digest(scratch, to - scratch, 0, out);
}

function copied(from: usize, words: u32, to: usize): usize {
  memory.copy(to, from, <usize>words << 2);
  return to + (<usize>words << 2);
}

// From an individual's number to what expresses it: parents, crossover, mutation strength. Nobody else's weights are needed to know it.
import {
  ALGORITHM, BLOCK, CAPACITY, CHILD, CROSSED, CROSSOVER_PROBABILITY, CROSSOVER_SHARE, ELITE, ELITES, ES,
  FOUNDER, FOUNDERS, GENERATION, KIND, LINEAGE_SHARE, LINEAGE_SIGMA, LINEAGE_WORDS, MATE, MATES, MUTATED, MUTATION, MUTATION_NONE, MUTATION_PROBABILITY,
  PAIR, PARENTS, PERTURBED, RANDOM, RANKS, SECOND, SEED_HI, SEED_LO, SIGMA, SIGMA_B, SIGMA_C, SIGMA_D, SIGMA_SELF_ADAPTIVE, STATE_SIGMA,
} from '../layout';
import { selfAdaptiveSigma } from '../operators/schedule';
import { FATE } from '../rng/streams';
import { uniformAt } from '../rng/uniform';
import { drawMates, mateCount } from './mates';
import { getF, getU, setF, setU } from './record';
import { cumulativeOf, ranksOf, sigmasOf } from './state';

/** Position in the state of the parent of this rank. */
function positionOf(state: usize, rank: u32): u32 {
  const ranks = ranksOf(state);
  let low: u32 = 0;
  let high = getU(state, PARENTS);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (getU(ranks, middle) < rank) low = middle + 1;
    else high = middle;
  }
  return min(low, getU(state, PARENTS) - 1);
}

/** Individuals that go on unchanged, at the head of a generation. */
export function eliteCount(config: usize, state: usize): u32 {
  if (getU(state, GENERATION) == 0) return getU(config, FOUNDERS);
  return getU(config, ALGORITHM) == RANDOM ? 1 : min(getU(config, ELITES), getU(state, PARENTS));
}

/** Writes the lineage (LINEAGE_WORDS) of `individual` in the state's generation. */
export function lineage(config: usize, state: usize, individual: u32, out: usize): void {
  memory.fill(out, 0, LINEAGE_WORDS << 2);
  const algorithm = getU(config, ALGORITHM);
  const generation = getU(state, GENERATION);
  setU(out, PAIR, individual >> 1);
  setU(out, SECOND, individual & 1);
  setF(out, LINEAGE_SIGMA, getF(state, STATE_SIGMA));
  if (algorithm == ES) {
    setU(out, KIND, PERTURBED);
    setU(out, MUTATED, 1);
    setU(out, MATES, 1);
    return;
  }
  const capacity = getU(config, CAPACITY);
  if (individual < eliteCount(config, state)) {
    setU(out, KIND, ELITE);
    setU(out, MATES, 1);
    setU(out, MATE, individual);
    setF(out, LINEAGE_SIGMA, getF(sigmasOf(state, capacity), individual));
    return;
  }
  if (algorithm == RANDOM || getU(state, PARENTS) == 0) {
    setU(out, KIND, FOUNDER);
    return;
  }
  setU(out, KIND, CHILD);
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const pool = getU(state, RANKS);
  const mates = out + (MATE << 2);
  drawMates(config, pool, cumulativeOf(state, capacity), individual / getU(config, BLOCK), generation, mates);
  let count = mateCount(config, pool);
  if (count > 1 && uniformAt(seedLo, seedHi, 0, individual >> 1, generation, FATE) < getF(config, CROSSOVER_PROBABILITY)) {
    setU(out, CROSSED, 1);
    const share = getU(config, CROSSOVER_SHARE);
    setU(out, LINEAGE_SHARE, count > 2 || getU(mates, 0) <= getU(mates, 1) ? share : 256 - share);
  } else {
    for (let i: u32 = 1; i < count; ++i) setU(mates, i, 0);
    count = 1;
  }
  setU(out, MATES, count);
  for (let i: u32 = 0; i < count; ++i) setU(mates, i, positionOf(state, getU(mates, i)));
  if (getU(config, MUTATION) != MUTATION_NONE && uniformAt(seedLo, seedHi, 1, individual, generation, FATE) < getF(config, MUTATION_PROBABILITY)) {
    setU(out, MUTATED, 1);
  }
  if (getU(config, SIGMA) == SIGMA_SELF_ADAPTIVE) {
    const parent = getF(sigmasOf(state, capacity), getU(mates, 0));
    setF(out, LINEAGE_SIGMA, selfAdaptiveSigma(
      parent, getF(config, SIGMA_D), getF(config, SIGMA_B), getF(config, SIGMA_C), seedLo, seedHi, individual, generation,
    ));
  }
}

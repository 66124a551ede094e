// Who breeds in a block of consecutive individuals: ranks drawn from the pool, the same for whoever asks.
import {
  CROSSOVER, CROSSOVER_INTERMEDIATE, CROSSOVER_NONE, CROSSOVER_PARENTS, MATING, MATING_BIAS, MATING_RANK, MATING_ROULETTE, MATING_SIZE,
  MATING_TOURNAMENT, SEED_HI, SEED_LO,
} from '../layout';
import { matingRank } from '../operators/mating-rank';
import { matingRoulette } from '../operators/mating-roulette';
import { matingTournament } from '../operators/mating-tournament';
import { matingUniform } from '../operators/mating-uniform';
import { getF, getU, setU } from './record';

/** Draws for a second parent that differs from the first; after them it is the first's neighbour in rank. */
const TRIES: u32 = 4;

function drawRank(config: usize, pool: u32, cumulative: usize, block: u32, slot: u32, generation: u32): u32 {
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const kind = generation ? getU(config, MATING) : 0; // founders have no losses yet: any alike
  if (kind == MATING_TOURNAMENT) return matingTournament(pool, getU(config, MATING_SIZE), seedLo, seedHi, block, slot, generation);
  if (kind == MATING_RANK) return matingRank(pool, getF(config, MATING_BIAS), seedLo, seedHi, block, slot, generation);
  if (kind == MATING_ROULETTE) return matingRoulette(cumulative, pool, seedLo, seedHi, block, slot, generation);
  return matingUniform(pool, seedLo, seedHi, block, slot, generation);
}

/** Parents that a block draws. */
export function mateCount(config: usize, pool: u32): u32 {
  const crossover = getU(config, CROSSOVER);
  if (crossover == CROSSOVER_NONE || pool < 2) return 1;
  return crossover == CROSSOVER_INTERMEDIATE ? getU(config, CROSSOVER_PARENTS) : 2;
}

/** Writes the ranks (u32, mateCount of them) that breed in `block` of `generation`, as drawn. `cumulative`: the roulette's weights. */
export function drawMates(config: usize, pool: u32, cumulative: usize, block: u32, generation: u32, out: usize): void {
  const count = mateCount(config, pool);
  const first = drawRank(config, pool, cumulative, block, 0, generation);
  setU(out, 0, first);
  if (count == 2) {
    let second = first;
    for (let slot: u32 = 1; second == first && slot <= TRIES; ++slot) second = drawRank(config, pool, cumulative, block, slot, generation);
    if (second == first) second = first + 1 < pool ? first + 1 : 0;
    setU(out, 1, second);
    return;
  }
  for (let slot: u32 = 1; slot < count; ++slot) setU(out, slot, drawRank(config, pool, cumulative, block, slot, generation));
}

// The genetic algorithm (and random search, whose pool is one): from losses to a selection, from a selection to the next state.
// A selection names the individuals that the next generation draws as parents, no others: the draws depend on ranks alone, so
// whoever knows the pool's size knows them before anyone is born.
import {
  ALGORITHM, BLOCK, CAPACITY, ELITES, FOUNDER, GENERATION, INHERITANCE, KIND, LINEAGE_SIGMA, LINEAGE_WORDS, MATE, MATES, MATING,
  MATING_ROULETTE, PARENTS, POOL, POPULATION, RANDOM, RANKS, SEED_HI, SEED_LO, SELECTION_COUNT, SELECTION_FLAGS, SELECTION_GENERATION,
  SELECTION_HEADER, SELECTION_RANKS, SELECTION_SCALAR, SELECTION_VERSION, SELECTION_WORDS, SIGMA, SIGMA_ADAPTIVE, SIGMA_B, SIGMA_C, SIGMA_D,
  SIGMA_E, STATE_SIGMA,
} from '../layout';
import { inherit } from '../operators/inherit';
import { scheduleAdaptive } from '../operators/schedule';
import { lineage } from './lineage';
import { drawMates, mateCount } from './mates';
import { order, orderScratch } from './order';
import { getF, getU, setF, setU } from './record';
import { scheduledSigma } from './schedule';
import { size } from './size';
import { cumulativeOf, inheritedOf, ranksOf, sigmasOf, stateBytes } from './state';

const INHERITED: u32 = 1;
const ROULETTE: u32 = 2;

/** Individuals that may breed after this generation. */
function poolSize(config: usize): u32 {
  return getU(config, ALGORITHM) == RANDOM ? 1 : min(getU(config, POOL), getU(config, POPULATION));
}

/** What follows the survivors in this run's selections. */
function flagsOf(config: usize): u32 {
  return (getF(config, INHERITANCE) > 0 ? INHERITED : 0) | (getU(config, MATING) == MATING_ROULETTE ? ROULETTE : 0);
}

function survivorWords(flags: u32): u32 {
  return flags & INHERITED ? 3 : 2;
}

/** Bytes of `scratch` that `selectSurvivors` takes. */
export function selectScratch(population: u32): usize {
  return size(<u64>population * 9 + orderScratch(population) + 16 + (LINEAGE_WORDS << 2));
}

/** Bytes of the largest selection. */
export function selectionBytes(config: usize): usize {
  const pool = poolSize(config);
  return size((SELECTION_WORDS + <u64>min(getU(config, CAPACITY), pool) * 3 + pool) << 2);
}

/**
 * Chooses the parents of the next generation from `losses` ([population] f32; NaN counts as +Infinity). Writes the selection to `out`
 * and returns its bytes. `cumulative`: room for the pool's f32 roulette weights. `scratch`: selectScratch bytes, 16-aligned.
 */
export function selectSurvivors(config: usize, state: usize, losses: usize, cumulative: usize, scratch: usize, out: usize): u32 {
  const population = getU(config, POPULATION);
  const generation = getU(state, GENERATION);
  const pool = poolSize(config);
  const capacity = getU(config, CAPACITY);
  const effective = scratch;
  const ranking = effective + (<usize>population << 2);
  const sorting = ranking + (<usize>population << 2);
  const drawn = sorting + orderScratch(population);
  const record = (drawn + population + 15) & ~15;
  const inheritance = getF(config, INHERITANCE);

  let best: f32 = Infinity;
  let total: f64 = 0;
  let finite: u32 = 0;
  for (let i: u32 = 0; i < population; ++i) {
    let loss = getF(losses, i);
    if (loss != loss) loss = Infinity;
    if (loss < Infinity) {
      best = min(best, loss);
      total += loss;
      ++finite;
    }
    setF(effective, i, inheritance > 0 ? inheritedLoss(config, state, i, loss, inheritance, record) : loss);
  }
  order(effective, population, getU(config, SEED_LO), getU(config, SEED_HI), generation, ranking, sorting);

  const roulette = getU(config, MATING) == MATING_ROULETTE;
  if (roulette) rouletteWeights(effective, ranking, pool, cumulative);
  const flags = flagsOf(config);
  markDrawn(config, pool, cumulative, generation + 1, drawn, record);

  const words = survivorWords(flags);
  let count: u32 = 0;
  let to = out + (SELECTION_WORDS << 2);
  for (let rank: u32 = 0; rank < pool; ++rank) {
    if (!load<u8>(drawn + rank)) continue;
    const individual = getU(ranking, rank);
    setU(to, 0, individual);
    setU(to, 1, rank);
    if (flags & INHERITED) setF(to, 2, getF(effective, individual));
    to += words << 2;
    ++count;
  }
  if (roulette) {
    memory.copy(to, cumulative, <usize>pool << 2);
    to += <usize>pool << 2;
  }
  setU(out, SELECTION_HEADER, SELECTION_VERSION | (getU(config, ALGORITHM) << 8));
  setU(out, SELECTION_GENERATION, generation);
  setU(out, SELECTION_COUNT, count);
  setU(out, SELECTION_RANKS, pool);
  setU(out, SELECTION_FLAGS, flags);
  let sigma = scheduledSigma(config, generation + 1);
  if (getU(config, SIGMA) == SIGMA_ADAPTIVE) {
    sigma = getF(state, STATE_SIGMA);
    if (finite) {
      sigma = scheduleAdaptive(
        sigma, best, <f32>(total / <f64>finite), getF(config, SIGMA_D), getF(config, SIGMA_E), getF(config, SIGMA_B), getF(config, SIGMA_C),
      );
    }
  }
  setF(out, SELECTION_SCALAR, sigma);
  return <u32>(to - out);
}

/** LEEA (Morse and Stanley 2016): part of the parents' loss stays with the child. */
function inheritedLoss(config: usize, state: usize, individual: u32, loss: f32, inheritance: f32, record: usize): f32 {
  lineage(config, state, individual, record);
  if (getU(record, KIND) == FOUNDER) return loss;
  const table = inheritedOf(state, getU(config, CAPACITY));
  const a = getF(table, getU(record, MATE));
  const b = getU(record, MATES) > 1 ? getF(table, getU(record, MATE + 1)) : a;
  return isFinite<f32>(a) && isFinite<f32>(b) ? inherit(loss, a, b, inheritance) : loss;
}

/** Cumulative (worst finite loss - loss) by rank; where all are alike, everyone weighs 1. */
function rouletteWeights(losses: usize, ranking: usize, pool: u32, cumulative: usize): void {
  let worst: f32 = -Infinity;
  for (let rank: u32 = 0; rank < pool; ++rank) {
    const loss = getF(losses, getU(ranking, rank));
    if (loss < Infinity) worst = max(worst, loss);
  }
  let sum: f32 = 0;
  for (let rank: u32 = 0; rank < pool; ++rank) {
    const loss = getF(losses, getU(ranking, rank));
    if (loss < Infinity) sum += worst - loss;
    setF(cumulative, rank, sum);
  }
  if (sum > 0 && sum < Infinity) return;
  for (let rank: u32 = 0; rank < pool; ++rank) setF(cumulative, rank, <f32>(rank + 1));
}

/** Marks (one byte a rank) who is drawn in `generation`: its elites and the mates of its blocks. */
function markDrawn(config: usize, pool: u32, cumulative: usize, generation: u32, drawn: usize, mates: usize): void {
  memory.fill(drawn, 0, pool);
  if (getU(config, ALGORITHM) == RANDOM) {
    store<u8>(drawn, 1);
    return;
  }
  const elites = min(getU(config, ELITES), pool);
  memory.fill(drawn, 1, elites);
  const population = getU(config, POPULATION);
  let left = pool - elites;
  if (elites >= population || !left) return;
  const block = getU(config, BLOCK);
  const count = mateCount(config, pool);
  for (let b = elites / block; b <= (population - 1) / block; ++b) {
    drawMates(config, pool, cumulative, b, generation, mates);
    for (let i: u32 = 0; i < count; ++i) {
      const mark = drawn + getU(mates, i);
      if (load<u8>(mark)) continue;
      store<u8>(mark, 1);
      if (--left == 0) return; // as it soon is where the population is large beside the pool
    }
  }
}

/**
 * Parents that `generation` draws, where its draws do not depend on losses (a roulette's do: there it is the whole pool). `drawn`: a byte
 * for each of the pool; `mates`: a lineage's bytes.
 */
export function drawnCount(config: usize, generation: u32, drawn: usize, mates: usize): u32 {
  const pool = poolSize(config);
  if (getU(config, MATING) == MATING_ROULETTE) return pool;
  markDrawn(config, pool, 0, generation, drawn, mates);
  let count: u32 = 0;
  for (let rank: u32 = 0; rank < pool; ++rank) count += load<u8>(drawn + rank);
  return count;
}

/** What is wrong with a selection; 0: nothing. */
const WRONG_VERSION: u32 = 1;
const WRONG_GENERATION: u32 = 2;
const WRONG_LENGTH: u32 = 3;
const WRONG_SURVIVORS: u32 = 4;
const WRONG_NUMBERS: u32 = 5;

/**
 * Fills `next` from `state` and a selection of `bytes` bytes, weights aside: the host expresses each survivor (survivorOf) into the
 * next parents. Returns 0, or what is wrong (1 version or algorithm, 2 generation, 3 length, 4 survivors, 5 numbers), and then `next` is void.
 */
export function advanceSurvivors(config: usize, state: usize, selection: usize, bytes: u32, next: usize, scratch: usize): u32 {
  const capacity = getU(config, CAPACITY);
  const population = getU(config, POPULATION);
  if (bytes < <u32>(SELECTION_WORDS << 2)) return WRONG_LENGTH;
  if (getU(selection, SELECTION_HEADER) != (SELECTION_VERSION | (getU(config, ALGORITHM) << 8))) return WRONG_VERSION;
  if (getU(selection, SELECTION_GENERATION) != getU(state, GENERATION)) return WRONG_GENERATION;
  const flags = getU(selection, SELECTION_FLAGS);
  const pool = getU(selection, SELECTION_RANKS);
  const count = getU(selection, SELECTION_COUNT);
  if (flags != flagsOf(config)) return WRONG_VERSION;
  if (pool != poolSize(config) || count == 0 || count > capacity || count > pool) return WRONG_SURVIVORS;
  if (bytes != (SELECTION_WORDS + survivorWords(flags) * count + (flags & ROULETTE ? pool : 0)) << 2) return WRONG_LENGTH;
  if (!isFinite<f32>(getF(selection, SELECTION_SCALAR))) return WRONG_NUMBERS;

  memory.fill(next, 0, stateBytes(capacity, 0));
  setU(next, GENERATION, getU(state, GENERATION) + 1);
  setU(next, PARENTS, count);
  setU(next, RANKS, pool);
  setF(next, STATE_SIGMA, getF(selection, SELECTION_SCALAR));
  const words = survivorWords(flags);
  let from = selection + (SELECTION_WORDS << 2);
  let above: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const individual = getU(from, 0);
    const rank = getU(from, 1);
    if (individual >= population || rank >= pool || rank < above) return WRONG_SURVIVORS;
    above = rank + 1;
    if (flags & INHERITED && !(getF(from, 2) > -Infinity)) return WRONG_NUMBERS;
    lineage(config, state, individual, scratch);
    setU(ranksOf(next), i, rank);
    setF(sigmasOf(next, capacity), i, getF(scratch, LINEAGE_SIGMA));
    setF(inheritedOf(next, capacity), i, flags & INHERITED ? getF(from, 2) : 0);
    from += words << 2;
  }
  if (flags & ROULETTE) {
    let sum: f32 = 0;
    for (let i: u32 = 0; i < pool; ++i) {
      if (!(getF(from, i) >= sum && getF(from, i) < Infinity)) return WRONG_NUMBERS;
      sum = getF(from, i);
    }
    memory.copy(cumulativeOf(next, capacity), from, <usize>pool << 2);
  }
  return 0;
}

/** The individual that becomes the next state's parent `position`. */
export function survivorOf(selection: usize, position: u32): u32 {
  return getU(selection + ((SELECTION_WORDS + survivorWords(getU(selection, SELECTION_FLAGS)) * position) << 2), 0);
}

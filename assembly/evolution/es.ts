// The evolution strategy: antithetic pairs around a centre, shaped losses, Adam (Salimans et al. 2017, arXiv 1703.03864; Kingma and Ba
// 2015), with low-rank noise after EGGROLL (arXiv 2511.16652). A pair's utility is one int8: the rounding is part of the algorithm, so
// that whoever holds the selection makes the same step.
import {
  ALGORITHM, BETA1, BETA1_POWER, BETA2, BETA2_POWER, EPSILON, GENERATION, MUTATION_RANK, PARENTS, POPULATION, RANKS, SEED_HI, SEED_LO,
  SEGMENTS, SEGMENT_COLUMNS, SEGMENT_DRAW, SEGMENT_OFFSET, SEGMENT_ROWS, SEGMENT_WORDS, SELECTION_COUNT, SELECTION_FLAGS,
  SELECTION_GENERATION, SELECTION_HEADER, SELECTION_RANKS, SELECTION_SCALAR, SELECTION_VERSION, SELECTION_WORDS, SHAPING, SHAPING_CLIP,
  SHAPING_RANK, STATE_SIGMA, STATE_WORDS, WEIGHT_DECAY,
} from '../layout';
import { gemmScratch, gemmTransposed } from '../kernels/gemm';
import { shapeCenteredRank } from '../operators/shape-centered-rank';
import { shapeZScore } from '../operators/shape-z-score';
import { normal } from '../rng/normal';
import { FACTOR, NOISE } from '../rng/streams';
import { order, orderScratch } from './order';
import { getF, getU, setF, setU } from './record';
import { learningRate, scheduledSigma } from './schedule';
import { size } from './size';

/** Noise vectors summed in one product. */
const TERMS: u32 = 256;
/** Weights per unit of work with full-rank noise. */
const RUN: u32 = 1024;

/** Bytes of a selection. */
export function strategySelectionBytes(config: usize): usize {
  return (SELECTION_WORDS << 2) + (((<usize>getU(config, POPULATION) >> 1) + 3) & ~3);
}

/** Bytes of `scratch` that `selectUtilities` takes. */
export function utilitiesScratch(population: u32): usize {
  return size(<u64>population * 12 + orderScratch(population));
}

/** Shapes `losses` and writes the selection: an int8 per pair, in units of SELECTION_SCALAR. Returns its bytes. `scratch`: utilitiesScratch. */
export function selectUtilities(config: usize, state: usize, losses: usize, scratch: usize, out: usize): u32 {
  const population = getU(config, POPULATION);
  const pairs = population >> 1;
  const generation = getU(state, GENERATION);
  const clean = scratch;
  const utilities = clean + (<usize>population << 2);
  const ranking = utilities + (<usize>population << 2);
  let finite: u32 = 0;
  for (let i: u32 = 0; i < population; ++i) {
    const loss = getF(losses, i);
    if (loss < Infinity) ++finite;
    setF(clean, i, loss == loss ? loss : Infinity);
  }
  if (getU(config, SHAPING) == SHAPING_RANK) {
    order(clean, population, getU(config, SEED_LO), getU(config, SEED_HI), generation, ranking, ranking + (<usize>population << 2));
    shapeCenteredRank(clean, population, ranking, utilities);
    if (!finite) memory.fill(utilities, 0, <usize>population << 2);
  } else shapeZScore(clean, population, getF(config, SHAPING_CLIP), utilities);

  let most: f32 = 0;
  for (let p: u32 = 0; p < pairs; ++p) most = max(most, abs(getF(utilities, 2 * p) - getF(utilities, 2 * p + 1)));
  const scale = most / 127;
  const to = out + (SELECTION_WORDS << 2);
  memory.fill(to, 0, (pairs + 3) & ~3);
  if (scale > 0) {
    for (let p: u32 = 0; p < pairs; ++p) {
      store<i8>(to + p, <i8>nearest((getF(utilities, 2 * p) - getF(utilities, 2 * p + 1)) / scale));
    }
  }
  setU(out, SELECTION_HEADER, SELECTION_VERSION | (getU(config, ALGORITHM) << 8));
  setU(out, SELECTION_GENERATION, generation);
  setU(out, SELECTION_COUNT, pairs);
  setU(out, SELECTION_RANKS, 0);
  setF(out, SELECTION_SCALAR, scale);
  setU(out, SELECTION_FLAGS, 0);
  return (SELECTION_WORDS << 2) + ((pairs + 3) & ~3);
}

/** Fills `next` from `state` and a selection; the host then takes the steps. Returns 0, or what is wrong as `advanceSurvivors` says. */
export function advanceStrategy(config: usize, state: usize, selection: usize, bytes: u32, next: usize): u32 {
  if (bytes != <u32>strategySelectionBytes(config)) return 3;
  if (getU(selection, SELECTION_HEADER) != (SELECTION_VERSION | (getU(config, ALGORITHM) << 8))) return 1;
  if (getU(selection, SELECTION_GENERATION) != getU(state, GENERATION)) return 2;
  if (getU(selection, SELECTION_COUNT) != getU(config, POPULATION) >> 1) return 4;
  if (!isFinite<f32>(getF(selection, SELECTION_SCALAR))) return 5;
  memory.copy(next, state, STATE_WORDS << 2);
  const generation = getU(state, GENERATION) + 1;
  setU(next, GENERATION, generation);
  setU(next, PARENTS, 1);
  setU(next, RANKS, 1);
  setF(next, STATE_SIGMA, scheduledSigma(config, generation));
  setF(next, BETA1_POWER, getF(state, BETA1_POWER) * getF(config, BETA1));
  setF(next, BETA2_POWER, getF(state, BETA2_POWER) * getF(config, BETA2));
  return 0;
}

function padded(count: u32): u32 {
  return (count + 15) & ~15;
}

/** Bytes of `scratch` that a low-rank step over `rows` rows of a layer with `columns` units takes. */
export function stepScratch(rows: u32, columns: u32): usize {
  const r = <u64>padded(rows);
  const c = <u64>padded(columns);
  return size((r * c * 2 + r * TERMS + c * TERMS) * 4 + gemmScratch(<u32>r, TERMS) + 64);
}

/**
 * Low-rank noise: the step of rows `first` to `first` + `rows` of layer `segment` (`first` a multiple of 16). The estimate
 *   g = scale / (2 pairs sigma) * sum over pairs p and ranks r of q_p u_pr v_pr^T / sqrt(rank)
 * is summed in the order of pairs, TERMS at a time, and goes to Adam. `centre`, `m`, `v`: [parameters] f32, changed in place.
 */
export function strategyStep(
  config: usize, state: usize, next: usize, selection: usize, segment: u32, first: u32, rows: u32, centre: usize, m: usize, v: usize,
  scratch: usize,
): void {
  const layer = <usize>getU(config, SEGMENTS) + <usize>segment * (SEGMENT_WORDS * 4);
  const layerRows = getU(layer, SEGMENT_ROWS);
  const columns = getU(layer, SEGMENT_COLUMNS);
  const rank = getU(config, MUTATION_RANK);
  const pairs = getU(selection, SELECTION_COUNT);
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const generation = getU(state, GENERATION);
  const run = padded(layerRows) + padded(columns);
  const wide = padded(rows);
  const across = padded(columns);
  const sum = scratch;
  const part = sum + ((<usize>rows * columns * 4 + 15) & ~15);
  const us = part + ((<usize>rows * columns * 4 + 15) & ~15);
  const vs = us + <usize>TERMS * wide * 4;
  const product = vs + <usize>TERMS * across * 4;
  memory.fill(sum, 0, <usize>rows * columns << 2);
  const perProduct = TERMS / rank;
  for (let p: u32 = 0; p < pairs; p += perProduct) {
    const end = min(p + perProduct, pairs);
    let term: u32 = 0;
    for (let i = p; i < end; ++i) {
      const q = <f32>load<i8>(selection + (SELECTION_WORDS << 2) + i);
      for (let r: u32 = 0; r < rank; ++r) {
        const draw = getU(layer, SEGMENT_DRAW) + r * run;
        // Rows of `at` and `b` must be as long as the product's sides: a row's last tile runs over into the next row, which follows.
        normal(us + ((<usize>term * rows) << 2), draw + first, wide, q, seedLo, seedHi, i, generation, FACTOR, 0);
        normal(vs + ((<usize>term * columns) << 2), draw + padded(layerRows), across, 1, seedLo, seedHi, i, generation, FACTOR, 0);
        ++term;
      }
    }
    gemmTransposed(us, vs, part, rows, term, columns, product);
    for (let j: usize = 0; j < <usize>rows * columns << 2; j += 4) store<f32>(sum + j, load<f32>(sum + j) + load<f32>(part + j));
  }
  const scale = stepScale(state, selection) / sqrt<f32>(<f32>rank);
  const offset = (<usize>getU(layer, SEGMENT_OFFSET) + <usize>first * columns) << 2;
  adam(config, next, sum, scale, rows * columns, centre + offset, m + offset, v + offset);
}

/** Bytes of `scratch` that a full-rank step takes. */
export function denseStepScratch(): usize {
  return RUN * 4 * 2 + 64;
}

/** Full-rank noise: the step of weights `first` to `first` + `count` (`first` a multiple of 16); otherwise as `strategyStep`. */
export function strategyDenseStep(
  config: usize, state: usize, next: usize, selection: usize, first: u32, count: u32, centre: usize, m: usize, v: usize, scratch: usize,
): void {
  const pairs = getU(selection, SELECTION_COUNT);
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const generation = getU(state, GENERATION);
  const sum = scratch;
  const draws = sum + RUN * 4;
  const scale = stepScale(state, selection);
  for (let at = first; at < first + count; at += RUN) {
    const width = min(RUN, first + count - at);
    memory.fill(sum, 0, RUN * 4);
    for (let p: u32 = 0; p < pairs; ++p) {
      const q = <f32>load<i8>(selection + (SELECTION_WORDS << 2) + p);
      normal(draws, at, padded(width), q, seedLo, seedHi, p, generation, NOISE, 0);
      for (let j: usize = 0; j < <usize>width << 2; j += 16) v128.store(sum + j, f32x4.add(v128.load(sum + j), v128.load(draws + j)));
    }
    const offset = <usize>at << 2;
    adam(config, next, sum, scale, width, centre + offset, m + offset, v + offset);
  }
}

function stepScale(state: usize, selection: usize): f32 {
  return getF(selection, SELECTION_SCALAR) / (2 * <f32>getU(selection, SELECTION_COUNT) * getF(state, STATE_SIGMA));
}

/** Adam, uphill in utility, on `count` weights; the estimate is `scale` * g. Decoupled weight decay (Loshchilov and Hutter 2019). */
function adam(config: usize, next: usize, g: usize, scale: f32, count: u32, centre: usize, m: usize, v: usize): void {
  const beta1 = getF(config, BETA1);
  const beta2 = getF(config, BETA2);
  const epsilon = getF(config, EPSILON);
  const rate = learningRate(config, getU(next, GENERATION) - 1);
  const decay: f32 = <f32>1 - rate * getF(config, WEIGHT_DECAY);
  const correct1: f32 = <f32>1 - getF(next, BETA1_POWER);
  const correct2: f32 = <f32>1 - getF(next, BETA2_POWER);
  for (let j: usize = 0; j < <usize>count << 2; j += 4) {
    const gradient = load<f32>(g + j) * scale;
    const first = beta1 * load<f32>(m + j) + (<f32>1 - beta1) * gradient;
    const second = beta2 * load<f32>(v + j) + (<f32>1 - beta2) * gradient * gradient;
    store<f32>(m + j, first);
    store<f32>(v + j, second);
    store<f32>(centre + j, load<f32>(centre + j) * decay + (rate * (first / correct1)) / (sqrt<f32>(second / correct2) + epsilon));
  }
}

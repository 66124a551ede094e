// From a lineage to weights: copy or cross the parents, then mutate.
import {
  CROSSED, CROSSOVER, CROSSOVER_INTERMEDIATE, CROSSOVER_LAYER, CROSSOVER_NEURON, CROSSOVER_SINGLE_POINT,
  FOUNDER, GENERATION, KIND, LINEAGE_SHARE, LINEAGE_SIGMA, MATES, MAX_MATES, MUTATED, MUTATION, MUTATION_FRACTION, MUTATION_GAUSSIAN, MUTATION_LOW_RANK,
  MUTATION_RANK, MUTATION_SET, MUTATION_SPARSE, PAIR, PARAMETERS, PERTURBED, SECOND, SEED_HI, SEED_LO, SEGMENTS, SEGMENT_COLUMNS,
  SEGMENT_COUNT, SEGMENT_DRAW, SEGMENT_NEURON, SEGMENT_OFFSET, SEGMENT_ROWS, SEGMENT_WORDS,
} from '../layout';
import { crossoverIntermediate } from '../operators/crossover-intermediate';
import { crossoverLayer } from '../operators/crossover-layer';
import { crossoverNeuron } from '../operators/crossover-neuron';
import { crossoverSinglePoint } from '../operators/crossover-single-point';
import { crossoverUniform } from '../operators/crossover-uniform';
import { mutateGaussian } from '../operators/mutate-gaussian';
import { lowRankLength, lowRankNoise, mutateLowRank } from '../operators/mutate-low-rank';
import { mutateSet } from '../operators/mutate-set';
import { mutateSparse } from '../operators/mutate-sparse';
import { founder } from './init';
import { getF, getU } from './record';
import { size } from './size';

/** Bytes of `scratch` that `express` takes for a layer of this size: low-rank factors, and a tile of draws. */
export function expressScratch(rows: u32, columns: u32, rank: u32): usize {
  return size(64 + MAX_MATES * 4 + (<u64>lowRankLength(rows, columns, rank) << 2));
}

/** What low-rank noise is multiplied by: sigma / sqrt(rank), negative for the second of an antithetic pair. */
export function noiseScale(config: usize, lineage: usize): f32 {
  const scale = getF(lineage, LINEAGE_SIGMA) / sqrt<f32>(<f32>getU(config, MUTATION_RANK));
  return getU(lineage, KIND) == PERTURBED && getU(lineage, SECOND) ? -scale : scale;
}

/** The counter of an individual's noise: its own, or its antithetic pair's. */
export function noiseOwner(lineage: usize, individual: u32): u32 {
  return getU(lineage, KIND) == PERTURBED ? getU(lineage, PAIR) : individual;
}

/**
 * Writes the weights of `individual`, whose `lineage` it is, to `out` ([parameters] f32). `parents`: pointers (u32) to the weights of
 * its mates, in order. `scratch`: the largest expressScratch of the layers, 16-aligned.
 */
export function express(config: usize, state: usize, lineage: usize, individual: u32, parents: usize, out: usize, scratch: usize): void {
  if (getU(lineage, KIND) == FOUNDER) {
    founder(config, individual, getU(state, GENERATION), out, scratch);
    return;
  }
  expressFrom(config, state, lineage, individual, parents, 0, out, scratch);
}

/** The same from layer `firstSegment` on, for lineages that are no founders; `out` is still the genome's start. Layers before it are not written. */
export function expressFrom(
  config: usize, state: usize, lineage: usize, individual: u32, parents: usize, firstSegment: u32, out: usize, scratch: usize,
): void {
  const count = getU(config, PARAMETERS);
  const segments = getU(config, SEGMENTS);
  const offset = firstSegment < getU(config, SEGMENT_COUNT) ? getU(segments + <usize>firstSegment * (SEGMENT_WORDS * 4), SEGMENT_OFFSET) : count;
  const start = <usize>offset << 2;
  if (getU(lineage, CROSSED)) cross(config, state, lineage, parents, firstSegment, out, scratch);
  else memory.copy(out + start, <usize>getU(parents, 0) + start, <usize>(count - offset) << 2);
  if (getU(lineage, MUTATED)) mutate(config, state, lineage, individual, firstSegment, out, scratch);
}

function cross(config: usize, state: usize, lineage: usize, parents: usize, firstSegment: u32, out: usize, scratch: usize): void {
  const kind = getU(config, CROSSOVER);
  const count = getU(config, PARAMETERS);
  const share = getU(lineage, LINEAGE_SHARE);
  const complement = getU(lineage, SECOND) != 0;
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const pair = getU(lineage, PAIR);
  const generation = getU(state, GENERATION);
  const a: usize = getU(parents, 0);
  const b: usize = getU(parents, 1);
  if (kind == CROSSOVER_INTERMEDIATE) {
    const mates = getU(lineage, MATES);
    const own = <f32>share / 256;
    const other = (<f32>1 - own) / <f32>(mates - 1);
    // The complementary child gives the first parent's share to the second.
    const strong: u32 = complement ? 1 : 0;
    for (let i: u32 = 0; i < mates; ++i) store<f32>(scratch + (i << 2), i == strong ? own : other);
    crossoverIntermediate(parents, mates, scratch, out, count);
    return;
  }
  if (kind != CROSSOVER_NEURON && kind != CROSSOVER_LAYER) {
    if (kind == CROSSOVER_SINGLE_POINT) crossoverSinglePoint(a, b, out, count, complement, seedLo, seedHi, pair, generation);
    else crossoverUniform(a, b, out, count, share, complement, seedLo, seedHi, pair, generation);
    return;
  }
  const segments = getU(config, SEGMENTS);
  for (let i = firstSegment; i < getU(config, SEGMENT_COUNT); ++i) {
    const segment = segments + <usize>i * (SEGMENT_WORDS * 4);
    const offset = getU(segment, SEGMENT_OFFSET);
    const rows = getU(segment, SEGMENT_ROWS);
    const columns = getU(segment, SEGMENT_COLUMNS);
    const at = <usize>offset << 2;
    if (kind == CROSSOVER_LAYER) crossoverLayer(a, b, out, offset, rows * columns, i, share, complement, seedLo, seedHi, pair, generation);
    else {
      crossoverNeuron(
        a + at, b + at, out + at, rows, columns, getU(segment, SEGMENT_NEURON), share, complement, seedLo, seedHi, pair, generation,
      );
    }
  }
}

function mutate(config: usize, state: usize, lineage: usize, individual: u32, firstSegment: u32, out: usize, scratch: usize): void {
  const kind = getU(config, MUTATION);
  const count = getU(config, PARAMETERS);
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const generation = getU(state, GENERATION);
  const owner = noiseOwner(lineage, individual);
  if (kind == MUTATION_LOW_RANK) {
    const rank = getU(config, MUTATION_RANK);
    const scale = noiseScale(config, lineage);
    const segments = getU(config, SEGMENTS);
    for (let i = firstSegment; i < getU(config, SEGMENT_COUNT); ++i) {
      const segment = segments + <usize>i * (SEGMENT_WORDS * 4);
      const rows = getU(segment, SEGMENT_ROWS);
      const columns = getU(segment, SEGMENT_COLUMNS);
      lowRankNoise(scratch, rows, columns, rank, getU(segment, SEGMENT_DRAW), seedLo, seedHi, owner, generation);
      mutateLowRank(out + (<usize>getU(segment, SEGMENT_OFFSET) << 2), rows, columns, rank, scale, scratch);
    }
    return;
  }
  const sigma = getU(lineage, KIND) == PERTURBED && getU(lineage, SECOND) ? -getF(lineage, LINEAGE_SIGMA) : getF(lineage, LINEAGE_SIGMA);
  if (kind == MUTATION_GAUSSIAN) mutateGaussian(out, count, sigma, seedLo, seedHi, owner, generation, scratch);
  else if (kind == MUTATION_SPARSE) {
    mutateSparse(out, count, sigma, getF(config, MUTATION_FRACTION), seedLo, seedHi, owner, generation, scratch);
  } else if (kind == MUTATION_SET) mutateSet(out, count, sigma, getF(config, MUTATION_FRACTION), seedLo, seedHi, owner, generation, scratch);
}

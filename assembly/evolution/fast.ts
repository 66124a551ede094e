// The fast path, after EGGROLL (arXiv 2511.16652): where a child is W + s u v^T, its first layer on the batch x is
//     x W + s (x u) v^T,
// and where neurons are crossed, a selection of its parents' columns. x W, the base, is computed once per parent, batch and machine; a
// child then costs a product with u and its later layers. Agrees with the general path to rounding.
import { dense } from '../kernels/dense';
import { transposeRows } from '../kernels/gemm';
import { mean } from '../kernels/loss';
import { LANE_BYTES } from '../kernels/tile';
import {
  CHUNK, CROSSED, CROSSOVER, CROSSOVER_LAYER, GENERATION, GROUP, LINEAGE_SHARE, LINEAGE_WORDS, MUTATED, MUTATION_RANK, NO_BIAS, OP_BIAS,
  OP_IN, OP_OUT, OP_RELU, PAIR, PROGRAM, SECOND, SEED_HI, SEED_LO, SEGMENTS, SEGMENT_DRAW, SEGMENT_OFFSET, SEGMENT_ROWS,
  ZEROS,
} from '../layout';
import { layerFromA } from '../operators/crossover-layer';
import { neuronMask } from '../operators/crossover-neuron';
import { lowRankNoise } from '../operators/mutate-low-rank';
import { bufferBytes, exampleLosses, targetPanelBytes } from './evaluate';
import { expressFrom, noiseOwner, noiseScale } from './express';
import { lineage } from './lineage';
import { getU, setF } from './record';
import { size } from './size';

function align<T>(bytes: T): T {
  return (bytes + 15) & ~15;
}

function padded(count: u32): u32 {
  return (count + 15) & ~15;
}

/** Bytes of a parent's base: [panels][units][8]. */
export function baseBytes(config: usize, panels: u32): usize {
  return size(<u64>panels * getU(getU(config, PROGRAM), OP_OUT) * LANE_BYTES);
}

/** Computes the base of `parent` (its weights) over the batch `x`, bias included. `scratch`: for packed weights. */
export function fastBase(config: usize, parent: usize, x: usize, panels: u32, out: usize, scratch: usize): void {
  const op: usize = getU(config, PROGRAM);
  const offset = <usize>getU(getU(config, SEGMENTS), SEGMENT_OFFSET) << 2;
  const bias: usize = getU(op, OP_BIAS) == NO_BIAS ? getU(config, ZEROS) : parent + (<usize>getU(op, OP_BIAS) << 2);
  dense(x, parent + offset, bias, out, panels, getU(op, OP_IN), getU(op, OP_OUT), scratch, -Infinity);
}

/** Bytes of `scratch` that `fastLosses` takes beside the buffers, the later layers' weights and the packing scratch. */
export function fastScratch(config: usize, panels: u32): usize {
  const op: usize = getU(config, PROGRAM);
  const units = getU(op, OP_OUT);
  const rows = getU(getU(config, SEGMENTS), SEGMENT_ROWS);
  const columns = GROUP * getU(config, MUTATION_RANK);
  return size(
    align<u64>(GROUP * LINEAGE_WORDS * 4) + <u64>columns * (padded(rows) + padded(units)) * 4 + align<u64>(<u64>columns * rows * 4)
    + <u64>panels * columns * LANE_BYTES + align<u64>(<u64>units * 4) + align<u64>(<u64>units * getU(config, MUTATION_RANK) * 4),
  );
}

/**
 * Losses of individuals `first` to `first` + `count` (at most GROUP), which all have the same parents, to `out`. `parents`: pointers
 * (u32) to the weights of their mates, `bases`: to their bases, in order. `x`: [panels][features][8]; `targets`: their panels;
 * `weights`: room for a genome; `perExample`: [panels][8]; `scratch`: fastScratch; `packing`: for packed weights and low-rank factors.
 */
export function fastLosses(
  config: usize, state: usize, first: u32, count: u32, parents: usize, bases: usize, x: usize, targets: usize, examples: u32,
  weights: usize, perExample: usize, buffers: usize, scratch: usize, packing: usize, out: usize,
): void {
  const op: usize = getU(config, PROGRAM);
  const segment: usize = getU(config, SEGMENTS);
  const features = getU(op, OP_IN);
  const units = getU(op, OP_OUT);
  const rows = getU(segment, SEGMENT_ROWS);
  const rank = getU(config, MUTATION_RANK);
  const panels = (examples + 7) >> 3;
  const run = padded(rows) + padded(units); // draws of one rank: u, then v

  const lineages = scratch;
  const noise = lineages + align(GROUP * LINEAGE_WORDS * 4);
  const us = noise + <usize>GROUP * rank * run * 4;
  const products = us + align(<usize>GROUP * rank * rows * 4);
  const mask = products + <usize>panels * GROUP * rank * LANE_BYTES;
  const vs = mask + align(<usize>units * 4);

  // Noise once per owner: the two of an antithetic pair share it.
  let owners: u32 = 0;
  let last: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const l = lineages + <usize>i * (LINEAGE_WORDS * 4);
    lineage(config, state, first + i, l);
    const owner = noiseOwner(l, first + i);
    if (i > 0 && owner == last) continue;
    const to = noise + <usize>owners * rank * run * 4;
    if (getU(l, MUTATED)) {
      lowRankNoise(to, rows, units, rank, getU(segment, SEGMENT_DRAW), getU(config, SEED_LO), getU(config, SEED_HI), owner, getU(state, GENERATION));
    } else memory.fill(to, 0, <usize>rank * run * 4);
    last = owner;
    ++owners;
  }
  const columns = owners * rank;
  transposeRows(noise, run, columns, rows, us, columns);
  const bias: usize = getU(op, OP_BIAS) == NO_BIAS ? getU(config, ZEROS) : us + ((<usize>features * columns) << 2);
  dense(x, us, bias, products, panels, features, columns, packing, -Infinity);

  let column: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const l = lineages + <usize>i * (LINEAGE_WORDS * 4);
    const owner = noiseOwner(l, first + i);
    if (i > 0 && owner != noiseOwner(l - LINEAGE_WORDS * 4, first + i - 1)) column += rank;
    const scale: f32 = getU(l, MUTATED) ? noiseScale(config, l) : 0;
    for (let r: u32 = 0; r < rank; ++r) {
      const v = noise + ((<usize>(column + r) * run + padded(rows)) << 2);
      for (let j: u32 = 0; j < units; ++j) store<f32>(vs + ((<usize>r * units + j) << 2), scale * load<f32>(v + (<usize>j << 2)));
    }
    columnMask(config, state, l, units, mask);
    expressFrom(config, state, l, first + i, parents, 1, weights, packing);
    setF(out, i, firstLayerOn(config, bases, mask, vs, products, column, columns, targets, examples, weights, perExample, buffers, packing));
  }
}

/** One u32 per unit of the first layer: all ones where it is the first parent's. */
function columnMask(config: usize, state: usize, lineage: usize, units: u32, mask: usize): void {
  if (!getU(lineage, CROSSED)) {
    memory.fill(mask, 0xff, <usize>units << 2);
    return;
  }
  const share = getU(lineage, LINEAGE_SHARE);
  const complement = getU(lineage, SECOND) != 0;
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  const generation = getU(state, GENERATION);
  if (getU(config, CROSSOVER) == CROSSOVER_LAYER) {
    const own = layerFromA(0, share, complement, seedLo, seedHi, getU(lineage, PAIR), generation);
    memory.fill(mask, own ? 0xff : 0, <usize>units << 2);
  } else neuronMask(mask, units, 0, share, complement, seedLo, seedHi, getU(lineage, PAIR), generation);
}

function firstLayerOn(
  config: usize, bases: usize, mask: usize, vs: usize, products: usize, column: u32, columns: u32, targets: usize, examples: u32,
  weights: usize, perExample: usize, buffers: usize, packing: usize,
): f32 {
  const op: usize = getU(config, PROGRAM);
  const units = getU(op, OP_OUT);
  const rank = getU(config, MUTATION_RANK);
  const least = f32x4.splat(getU(op, OP_RELU) ? 0 : -Infinity);
  const panels = (examples + 7) >> 3;
  const chunk = getU(config, CHUNK);
  const targetPanel = targetPanelBytes(config);
  const basePanel = <usize>units * LANE_BYTES;
  // The first layer's result takes the second buffer: the next operation writes the first.
  const hidden = buffers + (bufferBytes(config) >> 1);
  const a: usize = getU(bases, 0);
  const b: usize = getU(bases, 1);
  for (let start: u32 = 0; start < panels; start += chunk) {
    const width = min(chunk, panels - start);
    let to = hidden;
    for (let p = start; p < start + width; ++p) {
      const xu = products + ((<usize>p * columns + column) * LANE_BYTES);
      let at = p * basePanel;
      if (rank == 1) {
        const x0 = v128.load(xu);
        const x1 = v128.load(xu, 16);
        for (let j: usize = 0; j < <usize>units << 2; j += 4) {
          const base = (load<u32>(mask + j) ? a : b) + at;
          const v = v128.load32_splat(vs + j);
          v128.store(to, f32x4.pmax(f32x4.add(v128.load(base), f32x4.mul(x0, v)), least));
          v128.store(to, f32x4.pmax(f32x4.add(v128.load(base, 16), f32x4.mul(x1, v)), least), 16);
          at += LANE_BYTES;
          to += LANE_BYTES;
        }
      } else {
        for (let j: usize = 0; j < <usize>units << 2; j += 4) {
          const base = (load<u32>(mask + j) ? a : b) + at;
          let s0 = f32x4.splat(0);
          let s1 = s0;
          for (let r: u32 = 0; r < rank; ++r) {
            const v = v128.load32_splat(vs + ((<usize>r * units) << 2) + j);
            s0 = f32x4.add(s0, f32x4.mul(v128.load(xu + <usize>r * LANE_BYTES), v));
            s1 = f32x4.add(s1, f32x4.mul(v128.load(xu + <usize>r * LANE_BYTES, 16), v));
          }
          v128.store(to, f32x4.pmax(f32x4.add(v128.load(base), s0), least));
          v128.store(to, f32x4.pmax(f32x4.add(v128.load(base, 16), s1), least), 16);
          at += LANE_BYTES;
          to += LANE_BYTES;
        }
      }
    }
    exampleLosses(
      config, 1, weights, hidden, targets + start * targetPanel, width, perExample + start * LANE_BYTES, 0, buffers, packing,
    );
  }
  return mean(perExample, examples);
}

// Crossover by neuron: a neuron keeps all its incoming weights and its bias from one parent (Montana and Davis, "Training feedforward
// neural networks using genetic algorithms", IJCAI 1989: crossover-nodes).
import { belowShare, limitOf, SIGNS } from '../rng/bytes';
import { MASK } from '../rng/streams';
import { wordTiles } from '../rng/tiles';
import { BLOCK, blockBits } from './mask';
import { overlap } from './overlap';

const BLOCK_BYTES: usize = 256;

// @ts-ignore: decorator
@inline
function expand16(out: usize, signed: v128, limit: v128): void {
  v128.store(out, belowShare(signed, 0, limit));
  v128.store(out, belowShare(signed, 1, limit), 16);
  v128.store(out, belowShare(signed, 2, limit), 32);
  v128.store(out, belowShare(signed, 3, limit), 48);
}

// @ts-ignore: decorator
@inline
function select(a: usize, b: usize, out: usize, mask: usize): void {
  v128.store(out, v128.bitselect(v128.load(a), v128.load(b), v128.load(mask)));
}

/**
 * The neurons `firstNeuron` to `firstNeuron + columns - 1` of the network, at `out`: [columns] u32, 0xffffffff where the neuron comes
 * from the first parent, 0 from the second; the other way round with `complement`.
 */
export function neuronMask(
  out: usize, columns: u32, firstNeuron: u32, share: u32, complement: bool, seedLo: u32, seedHi: u32, pair: u32, generation: u32,
): void {
  if (share == 0 || share >= 256) {
    memory.fill(out, (share == 0) == complement ? 0xff : 0, usize(columns) << 2);
    return;
  }
  const swap: u32 = complement ? 0xffffffff : 0;
  const limit = limitOf(share);
  const signs = i32x4.splat(SIGNS);
  for (let neuron = firstNeuron, end = firstNeuron + columns; neuron < end; ) {
    const block = neuron / BLOCK;
    const stop = min(end, (block + 1) * BLOCK);
    if (stop - neuron == BLOCK) {
      // The words wait at the end of what they become.
      const words = out + 192;
      wordTiles(words, block, 1, seedLo, seedHi, pair, generation, MASK);
      const inverse = i32x4.splat(swap);
      const v0 = v128.xor(v128.load(words), signs);
      const v1 = v128.xor(v128.load(words, 16), signs);
      const v2 = v128.xor(v128.load(words, 32), signs);
      const v3 = v128.xor(v128.load(words, 48), signs);
      expand16(out, v0, limit);
      expand16(out + 64, v1, limit);
      expand16(out + 128, v2, limit);
      expand16(out + 192, v3, limit);
      if (complement) for (let i: usize = 0; i < BLOCK_BYTES; i += 16) v128.store(out + i, v128.xor(v128.load(out + i), inverse));
      out += BLOCK_BYTES;
    } else {
      let bits = blockBits(block, share, seedLo, seedHi, pair, generation) >>> u64(neuron % BLOCK);
      for (let i = neuron; i < stop; i++, out += 4, bits >>>= 1) store<u32>(out, (0 - u32(bits & 1)) ^ swap);
    }
    neuron = stop;
  }
}

/**
 * One layer. `a`, `b`, `out`: [rows, columns] float32, a column a neuron, the bias the last row; the columns are the network's neurons
 * from `firstNeuron` on. False, and nothing written, where `out` overlaps a parent.
 */
export function crossoverNeuron(
  a: usize, b: usize, out: usize, rows: u32, columns: u32, firstNeuron: u32, share: u32, complement: bool,
  seedLo: u32, seedHi: u32, pair: u32, generation: u32,
): bool {
  const bytes = (u64(rows) * u64(columns)) << 2;
  if (overlap(out, bytes, a, bytes) || overlap(out, bytes, b, bytes)) return false;
  if (bytes == 0) return true;
  if (share == 0 || share >= 256) {
    memory.copy(out, (share == 0) == complement ? a : b, usize(bytes));
    return true;
  }
  // The mask waits in the last row, which is mixed last.
  const row = usize(columns) << 2;
  const wide = row & ~63;
  const narrow = row & ~15;
  const mask = out + row * (rows - 1);
  neuronMask(mask, columns, firstNeuron, share, complement, seedLo, seedHi, pair, generation);
  for (let i: u32 = 0; i < rows; i++) {
    let x: usize = 0;
    for (; x < wide; x += 64) {
      select(a + x, b + x, out + x, mask + x);
      select(a + x + 16, b + x + 16, out + x + 16, mask + x + 16);
      select(a + x + 32, b + x + 32, out + x + 32, mask + x + 32);
      select(a + x + 48, b + x + 48, out + x + 48, mask + x + 48);
    }
    for (; x < narrow; x += 16) select(a + x, b + x, out + x, mask + x);
    for (; x < row; x += 4) store<u32>(out + x, load<u32>(load<u32>(mask + x) != 0 ? a + x : b + x));
    a += row;
    b += row;
    out += row;
  }
  return true;
}

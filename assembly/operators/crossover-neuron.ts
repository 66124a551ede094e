// Crossover by neuron: a neuron keeps all its incoming weights and its bias from one parent (Montana and Davis, "Training feedforward
// neural networks using genetic algorithms", IJCAI 1989: crossover-nodes).
import { BLOCK, blockBits, limitOf, maskOf, maskWords, signedBytes } from './mask';
import { overlap } from './overlap';

const BLOCK_BYTES: usize = 256;

// @ts-ignore: decorator
@inline
function expand16(out: usize, signed: v128, limit: v128): void {
  v128.store(out, maskOf(signed, 0, limit));
  v128.store(out, maskOf(signed, 1, limit), 16);
  v128.store(out, maskOf(signed, 2, limit), 32);
  v128.store(out, maskOf(signed, 3, limit), 48);
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
  const bias = i32x4.splat(0x80808080);
  for (let neuron = firstNeuron, end = firstNeuron + columns; neuron < end; ) {
    const block = neuron / BLOCK;
    const stop = min(end, (block + 1) * BLOCK);
    if (stop - neuron == BLOCK) {
      // The words wait at the end of what they become.
      const words = out + 192;
      maskWords(words, block, 1, seedLo, seedHi, pair, generation);
      const inverse = i32x4.splat(swap);
      const v0 = signedBytes(words, bias);
      const v1 = signedBytes(words + 16, bias);
      const v2 = signedBytes(words + 32, bias);
      const v3 = signedBytes(words + 48, bias);
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
  const vectors = row & ~15;
  const mask = out + row * (rows - 1);
  neuronMask(mask, columns, firstNeuron, share, complement, seedLo, seedHi, pair, generation);
  for (let i: u32 = 0; i < rows; i++) {
    let x: usize = 0;
    for (; x < vectors; x += 16) {
      v128.store(out + x, v128.bitselect(v128.load(a + x), v128.load(b + x), v128.load(mask + x)));
    }
    for (; x < row; x += 4) store<u32>(out + x, load<u32>(load<u32>(mask + x) != 0 ? a + x : b + x));
    a += row;
    b += row;
    out += row;
  }
  return true;
}

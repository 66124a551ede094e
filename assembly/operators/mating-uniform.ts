// Any of the breeding pool alike; with a pool of the best few this is truncation selection.
import { below, word } from '../rng/philox';
import { PARENT } from '../rng/streams';

/** Draws of stream PARENT that a slot may take, block by block. */
export const SLOT_DRAWS: u32 = 64;

/** Rank of the parent in `slot` (0 the first) of the children of `block`, of `n`, 0 the best. */
export function matingUniform(n: u32, seedLo: u32, seedHi: u32, block: u32, slot: u32, generation: u32): u32 {
  return below(n, word(seedLo, seedHi, slot * SLOT_DRAWS, block, generation, PARENT));
}

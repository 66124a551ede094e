// Rank-biased selection (Whitley's GENITOR, 1989, in the power form): rank floor(n * U^bias); bias 1 is uniform, larger favours the fitter.
import { word } from '../rng/philox';
import { PARENT } from '../rng/streams';
import { SLOT_DRAWS } from './mating-uniform';

/** Rank of the parent in `slot` of the children of `block`, of `n`, 0 the best. */
export function matingRank(n: u32, bias: f32, seedLo: u32, seedHi: u32, block: u32, slot: u32, generation: u32): u32 {
  if (n < 2) return 0;
  const u = f64(word(seedLo, seedHi, slot * SLOT_DRAWS, block, generation, PARENT)) / 4294967296.0;
  const rank = f64(n) * NativeMath.pow(u, f64(bias));
  return rank < f64(n) ? u32(rank) : n - 1;
}

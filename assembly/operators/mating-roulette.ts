// Roulette-wheel (fitness-proportionate) selection (Holland 1975) by binary search in the cumulated fitness.
import { below, word } from '../rng/philox';
import { PARENT } from '../rng/streams';
import { uniformAt } from '../rng/uniform';
import { SLOT_DRAWS } from './mating-uniform';

/**
 * Rank of the parent in `slot` of the children of `block`. `cumulative`: [n] float32, nondecreasing; rank i's part is what it adds.
 * Without any fitness (the last is 0, infinite or not a number) all ranks are alike.
 */
export function matingRoulette(
  cumulative: usize, n: u32, seedLo: u32, seedHi: u32, block: u32, slot: u32, generation: u32,
): u32 {
  if (n < 2) return 0;
  const total = load<f32>(cumulative + (usize(n - 1) << 2));
  const position = slot * SLOT_DRAWS;
  if (!(total > 0 && total < Infinity)) return below(n, word(seedLo, seedHi, position, block, generation, PARENT));
  const ball = uniformAt(seedLo, seedHi, position, block, generation, PARENT) * total;
  // The first rank whose sum is above the ball; rounding may put the ball on the total.
  let low: u32 = 0;
  let high = n - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<f32>(cumulative + (usize(middle) << 2)) > ball) high = middle;
    else low = middle + 1;
  }
  return low;
}

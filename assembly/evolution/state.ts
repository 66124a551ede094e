// The arrays behind a state's words (layout.ts), each `capacity` long.
import { STATE_WORDS } from '../layout';
import { size } from './size';

/** Bytes of a state for so many parents and so large a breeding pool. */
export function stateBytes(capacity: u32, pool: u32): usize {
  return size((STATE_WORDS + <u64>capacity * 3 + pool) << 2);
}

/** u32: each parent's rank, ascending. */
export function ranksOf(state: usize): usize {
  return state + (STATE_WORDS << 2);
}

/** f32: each parent's own mutation strength. */
export function sigmasOf(state: usize, capacity: u32): usize {
  return state + ((STATE_WORDS + <usize>capacity) << 2);
}

/** f32: each parent's inherited loss. */
export function inheritedOf(state: usize, capacity: u32): usize {
  return state + ((STATE_WORDS + <usize>capacity * 2) << 2);
}

/** f32: the roulette's cumulative weights by rank. */
export function cumulativeOf(state: usize, capacity: u32): usize {
  return state + ((STATE_WORDS + <usize>capacity * 3) << 2);
}


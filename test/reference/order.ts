// Sorting by loss, ties by Philox: JavaScript's own stable sort over (loss, draw) pairs.
import { TIE } from '../../assembly/rng/streams.ts';
import { word } from './philox.ts';

/** Indices of `losses`, best first. */
export function order(losses: Float32Array, seedLo: number, seedHi: number, generation: number): number[] {
  const ties = Array.from(losses, (_, individual) => word({ seedLo, seedHi, individual, generation }, TIE, 0));
  const compare = (a: number, b: number) => (losses[a] === losses[b] ? ties[a] - ties[b] : losses[a] < losses[b] ? -1 : 1);
  return Array.from(losses, (_, i) => i).sort(compare);
}

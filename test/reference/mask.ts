// Which parent number i comes from: one byte of stream MASK each (assembly/operators/mask.ts).
import { MASK } from '../../assembly/rng/streams.ts';
import { type Source, word } from './philox.ts';

/** Source's individual is the pair. */
export function fromFirst(number: number, share: number, pair: Source): boolean {
  const tile = Math.floor(number / 64);
  const vector = Math.floor((number % 64) / 16);
  const byte = Math.floor((number % 16) / 4);
  const lane = number % 4;
  return ((word(pair, MASK, 16 * tile + 4 * vector + lane) >>> (8 * byte)) & 0xff) < share;
}

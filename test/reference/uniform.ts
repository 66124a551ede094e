// Uniform floats in [0, 1) (assembly/rng/uniform.ts).
import { type Source, word } from './philox.ts';

export function uniform(source: Source, stream: number, position: number): number {
  return (word(source, stream, position) >>> 8) * 2 ** -24;
}

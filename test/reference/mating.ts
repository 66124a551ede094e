// Who breeds (assembly/operators/mating-*.ts). The source's individual is the block.
import { PARENT } from '../../assembly/rng/streams.ts';
import { mul } from './float.ts';
import { below, type Source, word } from './philox.ts';
import { uniform } from './uniform.ts';

const SLOT_DRAWS = 64;

export function matingUniform(n: number, block: Source, slot: number): number {
  return below(n, word(block, PARENT, slot * SLOT_DRAWS));
}

export function matingTournament(n: number, size: number, block: Source, slot: number): number {
  const draws = Array.from({ length: size }, (_, k) => below(n, word(block, PARENT, slot * SLOT_DRAWS + k)));
  return Math.min(...draws);
}

/** Before it is rounded down: the host's power may differ in the last place. */
export function matingRank(n: number, bias: number, block: Source, slot: number): number {
  return n * (word(block, PARENT, slot * SLOT_DRAWS) / 2 ** 32) ** Math.fround(bias);
}

export function matingRoulette(cumulative: number[], block: Source, slot: number): number {
  const total = cumulative[cumulative.length - 1];
  if (!(total > 0 && total < Infinity)) return matingUniform(cumulative.length, block, slot);
  const ball = mul(uniform(block, PARENT, slot * SLOT_DRAWS), total);
  const rank = cumulative.findIndex((sum) => sum > ball);
  return rank < 0 ? cumulative.length - 1 : rank;
}

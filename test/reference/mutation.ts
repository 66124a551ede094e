// The mutation operators, weight by weight (assembly/operators/mutate-*.ts).
import { CHOICE, FACTOR, NOISE } from '../../assembly/rng/streams.ts';
import { add, mul } from './float.ts';
import { normal } from './normal.ts';
import { type Source, word } from './philox.ts';

type Weights = ArrayLike<number>;

export function gaussian(w: Weights, sigma: number, source: Source): number[] {
  return Array.from(w, (weight, j) => add(weight, normal(source, NOISE, j, sigma)));
}

function chosen(j: number, fraction: number, source: Source): boolean {
  return fraction >= 1 || word(source, CHOICE, j) < Math.floor(fraction * 2 ** 32);
}

export function sparse(w: Weights, sigma: number, fraction: number, source: Source): number[] {
  return Array.from(w, (weight, j) => (chosen(j, fraction, source) ? add(weight, normal(source, NOISE, j, sigma)) : weight));
}

export function set(w: Weights, sigma: number, fraction: number, source: Source): number[] {
  return Array.from(w, (weight, j) => (chosen(j, fraction, source) ? normal(source, NOISE, j, sigma) : weight));
}

const padded = (count: number): number => Math.ceil(count / 16) * 16;

export function lowRankLength(rows: number, columns: number, rank: number): number {
  return rank * (padded(rows) + padded(columns));
}

export function lowRankNoise(rows: number, columns: number, rank: number, firstDraw: number, source: Source): number[] {
  return Array.from({ length: lowRankLength(rows, columns, rank) }, (_, i) => normal(source, FACTOR, firstDraw + i, 1));
}

export function lowRank(w: Weights, rows: number, columns: number, rank: number, scale: number, noise: Weights): number[] {
  const stride = padded(rows) + padded(columns);
  return Array.from(w, (weight, index) => {
    if (rank === 0) return weight;
    const i = Math.floor(index / columns);
    const j = index % columns;
    const term = (r: number): number => mul(noise[r * stride + i], noise[r * stride + padded(rows) + j]);
    let t = term(0);
    for (let r = 1; r < rank; r++) t = add(t, term(r));
    return add(weight, mul(Math.fround(scale), t));
  });
}

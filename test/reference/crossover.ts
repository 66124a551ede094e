// The crossover operators, weight by weight (assembly/operators/crossover-*.ts). Weights are numbers of any kind: nothing is computed
// with them but in `intermediate`.
import { MASK } from '../../assembly/rng/streams.ts';
import { add, mul } from './float.ts';
import { fromFirst } from './mask.ts';
import { below, type Source, word } from './philox.ts';

type Weights = ArrayLike<number>;

/** Settings that the mask operators share; `pair` has the pair as its individual. */
export interface Mix {
  share: number;
  complement: boolean;
  pair: Source;
}

function pick(a: Weights, b: Weights, index: number, first: boolean): number {
  return first ? a[index] : b[index];
}

export function uniform(a: Weights, b: Weights, { share, complement, pair }: Mix): number[] {
  return Array.from(a, (_, i) => pick(a, b, i, fromFirst(i, share, pair) !== complement));
}

export function neuron(a: Weights, b: Weights, columns: number, firstNeuron: number, { share, complement, pair }: Mix): number[] {
  return Array.from(a, (_, i) => pick(a, b, i, fromFirst(firstNeuron + (i % columns), share, pair) !== complement));
}

export function layer(a: Weights, b: Weights, number: number, { share, complement, pair }: Mix): number[] {
  return Array.from(a, (_, i) => pick(a, b, i, fromFirst(number, share, pair) !== complement));
}

export function singlePoint(a: Weights, b: Weights, complement: boolean, pair: Source): number[] {
  const cut = 1 + below(a.length - 1, word(pair, MASK, 0));
  return Array.from(a, (_, i) => pick(a, b, i, i < cut !== complement));
}

export function intermediate(parents: Weights[], weights: Weights, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (parents.length ? parents.map((parent, k) => mul(weights[k], parent[i])).reduce(add) : 0));
}

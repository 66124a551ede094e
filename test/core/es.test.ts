// The evolution strategy: antithetic pairs, one int8 a pair, and a step that equals a plain one in double precision.
import { describe, expect, it } from 'vitest';
import { NOISE } from '../../assembly/rng/streams.ts';
import type { EvolutionStrategy, Schedule } from '../../core/settings.ts';
import { lowRankNoise } from '../reference/mutation.ts';
import { normal } from '../reference/normal.ts';
import { centeredRank, zScore } from '../reference/shaping.ts';
import { lines } from './fixtures/datasets.ts';
import { lowRank, networkOf } from './fixtures/express.ts';
import { bits, evolve, machine, measure } from './fixtures/machine.ts';
import { ranking, source } from './fixtures/order.ts';
import { readUtilities } from './fixtures/selection.ts';
import { ALGORITHMS, es, layer, sequential, weights } from './fixtures/settings.ts';

const f = Math.fround;
const STRATEGIES = ALGORITHMS.flatMap(({ name, algorithm }) => (algorithm.name === 'es' ? [{ name, algorithm }] : []));
const padded = (count: number) => Math.ceil(count / 16) * 16;

const scheduled = (schedule: Schedule, generation: number, horizon: number): number =>
  schedule.name === 'constant' ? schedule.value : schedule.from * (schedule.to / schedule.from) ** Math.min(1, generation / horizon);

const settingsOf = (algorithm: EvolutionStrategy) => weights({ algorithm, population: 30 });

/** Noise of unit scale of a pair, for every weight: what sigma is multiplied by. */
function noiseOf(strategy: EvolutionStrategy, pair: number, generation: number): Float64Array {
  const network = networkOf(settingsOf(strategy), [6]);
  const owner = source(pair, generation);
  const out = new Float64Array(network.parameters);
  if (strategy.noise.name === 'gaussian') return out.map((_, j) => normal(owner, NOISE, j, 1));
  const { rank } = strategy.noise;
  let draws = 0;
  for (const { offset, rows, columns } of network.segments) {
    const factors = lowRankNoise(rows, columns, rank, draws, owner);
    const run = padded(rows) + padded(columns);
    draws += rank * run;
    for (let r = 0; r < rank; r++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          out[offset + i * columns + j] += (factors[r * run + i] * factors[r * run + padded(rows) + j]) / Math.sqrt(rank);
        }
      }
    }
  }
  return out;
}

describe.each(STRATEGIES)('$name', ({ algorithm }) => {
  it('the two of a pair are the centre plus and minus the same noise', () => {
    const settings = settingsOf(algorithm);
    const evolution = machine(settings);
    evolve(evolution, 1);
    const centre = evolution.centre();
    const network = networkOf(settings, [6]);
    for (const pair of [0, 4, 14]) {
      const { sigma, ...lineage } = evolution.lineage(2 * pair);
      expect(lineage).toEqual({ kind: 'perturbed', mates: [0], crossed: false, mutated: true, pair, second: false });
      expect(evolution.lineage(2 * pair + 1)).toEqual({ ...lineage, sigma, second: true });
      expect(sigma / scheduled(algorithm.sigma, 1, 20)).toBeCloseTo(1, 6);
      for (const second of [0, 1]) {
        const signed = second ? -sigma : sigma;
        const expected =
          algorithm.noise.name === 'gaussian'
            ? Array.from(centre, (weight, j) => f(weight + normal(source(pair, 1), NOISE, j, signed)))
            : lowRank(network, Array.from(centre), algorithm.noise.rank, f(signed / f(Math.sqrt(algorithm.noise.rank))), source(pair, 1));
        expect(bits(evolution.express(2 * pair + second))).toEqual(bits(Float32Array.from(expected)));
      }
    }
  });

  it('a selection is a head and an int8 a pair, of which the largest is 127', () => {
    const evolution = machine(settingsOf(algorithm));
    for (let g = 0; g < 3; g++) {
      const { losses, selection } = measure(evolution);
      const { pairs, scale, padding, ...head } = readUtilities(selection);
      expect(head).toEqual({ version: 1, algorithm: 1, generation: g, count: 15, ranks: 0, scalar: scale, flags: 0 });
      expect(padding).toEqual([0]);
      const list = Array.from(losses);
      const utilities =
        algorithm.shaping.name === 'z-score' ? zScore(list, algorithm.shaping.clip) : centeredRank(list, ranking(losses, g));
      const differences = pairs.map((_, p) => f(utilities[2 * p] - utilities[2 * p + 1]));
      expect(scale).toBe(f(Math.max(...differences.map(Math.abs)) / 127));
      expect(Math.max(...pairs.map(Math.abs))).toBe(127);
      // Rounded to the nearest; a half may go either way by the rounding of the quotient.
      pairs.forEach((pair, p) => {
        expect(Math.abs(pair - differences[p] / scale)).toBeLessThan(0.5001);
      });
      evolution.advance(selection);
    }
  });

  it('a step equals the plain one in double precision', () => {
    const settings = settingsOf(algorithm);
    const evolution = machine(settings);
    const [beta1, beta2] = [f(algorithm.adam.beta1), f(algorithm.adam.beta2)];
    let centre = Float64Array.from(evolution.centre());
    const m = new Float64Array(centre.length);
    const v = new Float64Array(centre.length);
    for (let g = 0; g < 5; g++) {
      const { selection } = measure(evolution);
      const { pairs, scale } = readUtilities(selection);
      const sigma = scheduled(algorithm.sigma, g, settings.generations);
      const rate = scheduled(algorithm.learningRate, g, settings.generations);
      const gradient = new Float64Array(centre.length);
      pairs.forEach((pair, p) => {
        const noise = noiseOf(algorithm, p, g);
        for (let j = 0; j < centre.length; j++) gradient[j] += (scale * pair * noise[j]) / (2 * pairs.length * sigma);
      });
      centre = centre.map((weight, j) => {
        m[j] = beta1 * m[j] + (1 - beta1) * gradient[j];
        v[j] = beta2 * v[j] + (1 - beta2) * gradient[j] ** 2;
        const first = m[j] / (1 - beta1 ** (g + 1));
        const second = v[j] / (1 - beta2 ** (g + 1));
        return weight * (1 - rate * algorithm.weightDecay) + (rate * first) / (Math.sqrt(second) + algorithm.adam.epsilon);
      });
      evolution.advance(selection);
      // The estimate is a float32 sum of 15 to 45 terms, of which some nearly cancel; its error passes through Adam as a part of the
      // rate, some 1e-6 of it. A step of another sign, scale or bias correction is off by 0.1 of the rate and more.
      const after = evolution.centre();
      centre.forEach((weight, j) => {
        expect([g, j, Math.abs(after[j] - weight) < rate * 2e-5]).toEqual([g, j, true]);
      });
      // From the engine's own centre on: errors do not add up here.
      centre = Float64Array.from(after);
    }
  });
});

it('zero utilities move the centre by the momentum and the decay alone', () => {
  const settings = settingsOf(es({ weightDecay: 0.5, learningRate: { name: 'constant', value: 0.125 } }));
  const evolution = machine(settings);
  const before = evolution.centre();
  evolution.advance(evolution.select(new Float32Array(30).fill(Number.POSITIVE_INFINITY)));
  expect(evolution.centre()).toEqual(before.map((weight) => f(weight * f(1 - 0.0625))));
});

it('more pairs than are summed in one product, and more ranks', () => {
  // 256 noise vectors go into a product: 300 pairs of rank 3 are four of them.
  const network = sequential(layer('Dense', { units: 3 }));
  const algorithm = es({ noise: { name: 'low-rank', rank: 3 } });
  const settings = weights({ algorithm, network, population: 600 });
  const evolution = machine(settings);
  const before = evolution.centre();
  const { selection } = measure(evolution);
  const { pairs } = readUtilities(selection);
  const compiled = networkOf(settings, [6]);
  const sum = new Float64Array(21);
  pairs.forEach((pair, p) => {
    const factors = lowRankNoise(7, 3, 3, 0, source(p, 0));
    for (let r = 0; r < 3; r++) {
      for (let j = 0; j < 21; j++) sum[j] += pair * factors[r * 32 + Math.floor(j / 3)] * factors[r * 32 + 16 + (j % 3)];
    }
  });
  expect(compiled.parameters).toBe(21);
  evolution.advance(selection);
  // Adam's first step is the rate in the direction of the estimate.
  evolution.centre().forEach((weight, j) => {
    expect(weight - before[j]).toBeCloseTo(0.03125 * Math.sign(sum[j]), 5);
  });
});

it.each(STRATEGIES)('solves a quadratic: $name', ({ algorithm }) => {
  // The squared error of one linear layer: a parabola in its 10 weights, whose minimum is 0.
  const settings = weights({
    algorithm: {
      ...algorithm,
      weightDecay: 0,
      sigma: { name: 'constant', value: 0.05 },
      learningRate: { name: 'exponential', from: 0.1, to: 0.005 },
    },
    network: sequential(layer('Dense', { units: 2 })),
    loss: { name: 'mean-squared-error' },
    init: { name: 'zeros', scale: 1, founders: 0 },
    batch: [{ generation: 0, size: 101 }],
    generations: 80,
    population: 40,
  });
  const evolution = machine(settings, { dataset: lines() });
  const lossOf = () => {
    evolution.candidate(-1);
    evolution.score('test');
    return evolution.scored('test').loss;
  };
  const before = lossOf();
  expect(before).toBeGreaterThan(0.3);
  evolve(evolution, 80);
  expect(lossOf()).toBeLessThan(before / 1000);
});

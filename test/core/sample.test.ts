// What a run shows of itself for people: mutation strength, weights of the candidate, how far the parents lie apart.
import { expect, it } from 'vitest';
import type { Split } from '../../core/dataset.ts';
import { CENTRE } from '../../core/run.ts';
import { survivorsOf } from '../../core/survivors.ts';
import { blobs } from './fixtures/datasets.ts';
import { evolve, machine, measure, snapshotOf } from './fixtures/machine.ts';
import { openRun, story } from './fixtures/runs.ts';
import { ALGORITHMS, algorithmNamed, es, ga, KINDS, layer, sequential, weights } from './fixtures/settings.ts';

const POSITIONS = [0, 7, 40, 149];
const SELF_ADAPTIVE = algorithmNamed('ga: neuron, low-rank, roulette, inheritance, self-adaptive sigma');

/** Deviations from the mean, in double precision. */
function apart(genomes: Float32Array[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const deviations = POSITIONS.map((position) => {
    const middle = mean(genomes.map((genome) => genome[position]));
    return Math.sqrt(mean(genomes.map((genome) => (genome[position] - middle) ** 2)));
  });
  return mean(deviations) / mean(POSITIONS.flatMap((position) => genomes.map((genome) => Math.abs(genome[position]))));
}

/** 33 kB of weights, so that the parents are most of the memory. */
const large = weights({
  network: sequential(layer('Dense', { units: 120, activation: 'relu' }), layer('Dense', { units: 60 }), layer('Dense', { units: 3 })),
  algorithm: SELF_ADAPTIVE,
});

it.each(['inside the memory', 'outside'])('parents are compared where they are: %s', (where) => {
  const limit = where === 'outside' ? machine(large).plan.bytes - 65536 : undefined;
  const evolution = machine(large, { limit });
  expect(evolution.plan.outside).toBe(limit !== undefined);
  evolve(evolution, 3);
  const { selection } = measure(evolution);
  const survivors = survivorsOf(selection);
  const genomes = survivors.map((individual) => evolution.express(individual));
  const sigmas = survivors.map((individual) => evolution.lineage(individual).sigma);
  expect(new Set(sigmas).size).toBeGreaterThan(1);
  evolution.advance(selection);
  expect(evolution.diversity(POSITIONS)).toBeCloseTo(apart(genomes), 10);
  expect(evolution.sigma).toBeCloseTo(sigmas.reduce((a, b) => a + b) / sigmas.length, 10);
});

it('there is nothing to compare without parents, in a strategy, in random search', () => {
  for (const algorithm of [es(), { name: 'random' } as const, ga({ parents: 1, elites: 1 })]) {
    const evolution = machine(weights({ algorithm }));
    evolve(evolution, 2);
    expect(evolution.diversity(POSITIONS)).toBeNull();
  }
  // Everyone a draw of its own.
  expect(machine(weights({ init: { name: 'glorot', scale: 1, founders: 50 } })).diversity(POSITIONS)).toBeNull();
  expect(machine(weights({ init: { name: 'zeros', scale: 1, founders: 0 } })).diversity(POSITIONS)).toBeNull();
});

it('the strength of mutation follows its schedule; where nothing mutates there is none', () => {
  const strategy = machine(weights({ algorithm: es({ sigma: { name: 'exponential', from: 0.5, to: 0.125 } }), generations: 4 }));
  const seen = [strategy.sigma];
  for (let g = 0; g < 2; ++g) {
    evolve(strategy, 1);
    seen.push(strategy.sigma);
  }
  expect(seen[0]).toBe(0.5);
  expect(seen[2]).toBeCloseTo(0.25, 6);
  const adaptive = machine(weights({ algorithm: algorithmNamed('ga: layer, sparse, rank mating, inheritance, adaptive sigma') }));
  evolve(adaptive, 1);
  expect([0.125 * 1.25, 0.125 / 1.25]).toContain(adaptive.sigma);
  expect(adaptive.sigma).toBe(adaptive.lineage(49).sigma);
  expect(machine(weights({ algorithm: SELF_ADAPTIVE, init: { name: 'glorot', scale: 1, founders: 50 } })).sigma).toBe(0.125);
  expect(machine(weights({ algorithm: ga({ mutation: { name: 'none' } }) })).sigma).toBeNull();
  expect(machine(weights({ algorithm: { name: 'random' } })).sigma).toBeNull();
});

it.each(ALGORITHMS)('looking changes nothing: $name', ({ algorithm }) => {
  const looked = machine(weights({ algorithm }));
  evolve(looked, 2);
  const generation = measure(looked);
  const before = snapshotOf(looked);
  const individual = algorithm.name === 'es' ? CENTRE : 17;
  const whole = algorithm.name === 'es' ? looked.centre() : looked.express(17);
  expect(looked.sample(individual, POSITIONS)).toEqual(Float32Array.from(POSITIONS, (position) => whole[position]));
  looked.diversity(POSITIONS);
  void looked.sigma;
  expect(snapshotOf(looked)).toEqual(before);
  expect(looked.digest()).toBe(generation.digest);
});

it.each(KINDS)('a run shows the one that a validation scores, and goes on as if nobody had looked: $name', async ({ algorithm }) => {
  const settings = weights({ algorithm, generations: 4 });
  const alone = machine(settings);
  const straight = await story({ settings });
  await using run = await openRun({ settings });
  const digests: string[] = [];
  for await (const event of run.events()) {
    if (event.event === 'done') continue;
    digests.push(event.digest);
    const { losses, selection } = measure(alone);
    const individual = algorithm.name === 'es' ? CENTRE : losses.indexOf(Math.min(...losses));
    expect(run.sample(POSITIONS)).toEqual({ weights: alone.sample(individual, POSITIONS), diversity: alone.diversity(POSITIONS) });
    expect(run.sigma).toBe(alone.sigma);
    alone.advance(selection);
  }
  expect(digests).toEqual(straight.events.map(({ digest }) => digest));
});

it('the train score is of as many examples as validation has, evenly spread, on any number of threads', async () => {
  const settings = weights({ generations: 1 });
  const dataset = blobs(6, 3, { train: 1000, validation: 200, test: 200 });
  const { train } = dataset.splits;
  const rows = [0, 328, 656]
    .flatMap((first) => Array.from({ length: 64 }, (_, i) => first + i))
    .concat([992, 993, 994, 995, 996, 997, 998, 999]);
  const same: Split = {
    count: 200,
    inputs: Uint8Array.from(rows.flatMap((row) => [...train.inputs.subarray(row * 6, (row + 1) * 6)])),
    targets: Uint16Array.from(rows, (row) => train.targets[row]),
  };
  const evolution = machine(settings, { dataset: { ...dataset, splits: { ...dataset.splits, test: same } } });
  const { losses } = measure(evolution);
  evolution.candidate(losses.indexOf(Math.min(...losses)));
  evolution.score('test');
  for (const threads of [1, 3]) {
    const { events } = await story({ settings, dataset, threads });
    expect(events[0].train).toEqual(evolution.scored('test'));
    expect(events[0].train).not.toEqual(events[0].validation);
  }
});

it('a train split that is smaller than validation is scored whole', () => {
  const dataset = blobs(6, 3, { train: 30, validation: 75, test: 30 });
  const { splits } = dataset;
  const evolution = machine(weights(), { dataset: { ...dataset, splits: { ...splits, test: splits.train } } });
  measure(evolution);
  const [train, test] = (['train', 'test'] as const).map((split) => {
    evolution.candidate(0);
    evolution.score(split);
    return evolution.scored(split);
  });
  expect(train).toEqual(test);
});

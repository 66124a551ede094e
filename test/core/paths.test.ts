// The fast path computes a child's first layer from its parents' activations; the general one expresses the child. They agree to
// rounding on losses, and not to a bit less than all on what follows from a selection.
import { describe, expect, it } from 'vitest';
import { CENTRE } from '../../core/run.ts';
import type { Algorithm, WeightsSettings } from '../../core/settings.ts';
import { bars } from './fixtures/datasets.ts';
import { bits, machine, measure } from './fixtures/machine.ts';
import { ALGORITHMS, algorithmNamed, CONVOLUTION, es, ga, layer, sequential, weights } from './fixtures/settings.ts';

/**
 * Between the paths, a pre-activation of the first layer differs by the rounding of at most (features + rank + 3) float32 operations,
 * about 10 * 2^-24 of the sum of its absolute terms; inputs are at most 1 and weights of the order of 1, so about 1e-6 of a number near
 * 1. The layers behind it have Lipschitz constants of a few units each, and the loss is a mean of Lipschitz functions of the outputs:
 * one more factor of ten. A wrong path is off by its noise, which is 0.06 and more.
 */
const TOLERANCE = 1e-5;

const generalOf = (settings: WeightsSettings): WeightsSettings => ({ ...settings, path: 'general' });

function compare(settings: WeightsSettings, options = {}) {
  const fast = machine(settings, options);
  const general = machine(generalOf(settings), options);
  expect([fast.config.fast, general.config.fast]).toEqual([true, false]);
  let different = 0;
  for (let g = 0; g < 4; g++) {
    const { losses, selection } = measure(fast);
    const expected = measure(general).losses;
    losses.forEach((loss, i) => {
      expect([g, i, Math.abs(loss - expected[i]) <= TOLERANCE * (1 + Math.abs(expected[i]))]).toEqual([g, i, true]);
      if (loss !== expected[i]) different += 1;
    });
    // Weights come of the same operators: the same selection leads both to the same state, bit for bit.
    expect(fast.advance(selection)).toBe(true);
    expect(general.advance(selection)).toBe(true);
    expect(general.digest()).toBe(fast.digest());
    expect(general.express(11)).toEqual(fast.express(11));
  }
  // The two did go different ways.
  return different;
}

describe.each(ALGORITHMS.filter(({ fast }) => fast))('$name', ({ algorithm }) => {
  it('agrees on both paths', () => {
    expect(compare(weights({ algorithm }))).toBeGreaterThan(0);
  });

  it.each([1, 8, 64, 101])('with a batch of %i', (size) => {
    compare(weights({ algorithm, batch: [{ generation: 0, size }] }));
  });

  it.each([
    { what: 'one layer alone', network: sequential(layer('Dense', { units: 3 })) },
    {
      what: 'a first layer without a bias',
      network: sequential(layer('Dense', { units: 17, use_bias: false }), layer('Dense', { units: 3 })),
    },
    {
      what: 'an activation of its own',
      network: sequential(layer('Dense', { units: 9 }), layer('Activation', { activation: 'sigmoid' }), layer('Dense', { units: 3 })),
    },
    {
      what: 'a flatten before it',
      network: sequential(layer('Flatten'), layer('Dense', { units: 9, activation: 'relu' }), layer('Dense', { units: 3 })),
    },
  ])('with $what', ({ network }) => {
    compare(weights({ algorithm, network }));
  });
});

it('elites have the same bits on both paths: nothing is added to what they are', () => {
  const settings = weights({ algorithm: ga({ elites: 6 }) });
  const fast = machine(settings);
  const general = machine(generalOf(settings));
  for (let g = 0; g < 3; g++) {
    const { selection, losses } = measure(fast);
    const elites = g === 0 ? 9 : 6; // generation 0 begins with its founders
    expect(bits(losses.slice(0, elites))).toEqual(bits(measure(general).losses.slice(0, elites)));
    expect(fast.lineage(elites - 1).kind).toBe('elite');
    expect(fast.lineage(elites).kind).toBe('child');
    fast.advance(selection);
    general.advance(selection);
  }
});

it('groups of a strategy longer than the fast path takes at a time', () => {
  expect(compare(weights({ algorithm: es(), population: 150 }))).toBeGreaterThan(0);
  expect(compare(weights({ algorithm: ga({ block: 100 }), population: 250 }))).toBeGreaterThan(0);
});

describe('the general path is taken', () => {
  it.each(ALGORITHMS)('as the table says: $name', ({ algorithm, fast }) => {
    expect(machine(weights({ algorithm })).config.fast).toBe(fast);
    expect(machine(generalOf(weights({ algorithm }))).config.fast).toBe(false);
  });

  const low = algorithmNamed('ga: neuron, low-rank');
  it.each<{ what: string; algorithm: Algorithm }>([
    { what: 'uniform crossover', algorithm: ga({ crossover: { name: 'uniform', probability: 1, share: 0.5 } }) },
    { what: 'single-point crossover', algorithm: ga({ crossover: { name: 'single-point', probability: 1 } }) },
    { what: 'intermediate crossover', algorithm: ga({ crossover: { name: 'intermediate', probability: 1, share: 0.5, parents: 2 } }) },
    { what: 'no mutation', algorithm: ga({ mutation: { name: 'none' } }) },
  ])('with $what', ({ algorithm }) => {
    expect(machine(weights({ algorithm })).config.fast).toBe(false);
  });

  it('by a network that begins with a convolution', () => {
    for (const algorithm of [low, es()]) {
      const settings = weights({ algorithm, network: CONVOLUTION });
      const evolution = machine(settings, { dataset: bars() });
      expect(evolution.config.fast).toBe(false);
      expect(measure(evolution).losses).toEqual(measure(machine(generalOf(settings), { dataset: bars() })).losses);
    }
  });
});

it('a score takes the general path on both', () => {
  const [fast, general] = (['auto', 'general'] as const).map((path) => {
    const evolution = machine(weights({ algorithm: es(), path }));
    return [CENTRE, 0, 5, 49].map((individual) => {
      const genome = evolution.candidate(individual);
      evolution.score('validation');
      return [bits(genome), evolution.scored('validation')];
    });
  });
  expect(fast).toEqual(general);
});

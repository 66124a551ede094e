// From a number to a genome: founders, elites, mates, crossover and mutation, against the plain references bit for bit.
import { describe, expect, it } from 'vitest';
import type { Evolution } from '../../core/evolution.ts';
import type { Crossover, GeneticAlgorithm, Init, Mating, Mutation, WeightsSettings } from '../../core/settings.ts';
import { inherit } from '../reference/shaping.ts';
import { bars } from './fixtures/datasets.ts';
import { express, founder, foundersOf, lineageOf, networkOf, parentsOf, ranksOf, selfAdaptation } from './fixtures/express.ts';
import { bits, machine, measure } from './fixtures/machine.ts';
import { ranking } from './fixtures/order.ts';
import { readSurvivors, type Survivors } from './fixtures/selection.ts';
import { ALGORITHMS, algorithmNamed, CONVOLUTION, es, ga, layer, sequential, weights } from './fixtures/settings.ts';

const f = Math.fround;
const SIGMA = { name: 'constant', value: 0.125 } as const;

/** Losses that are no one's, but all different and in no order. */
const made = (population: number, g: number) => Float32Array.from({ length: population }, (_, i) => ((i * 29 + g * 7) % population) + 0.5);

/** Advances by made-up losses; returns what the selection says. */
function step(evolution: Evolution): Survivors {
  const selection = evolution.select(made(evolution.config.settings.population, evolution.generation));
  evolution.advance(selection);
  return readSurvivors(selection);
}

const geneticOf = (settings: WeightsSettings) => settings.algorithm as GeneticAlgorithm;

describe('lineages follow the reference', () => {
  const matings: Mating[] = [{ name: 'uniform' }, { name: 'tournament', size: 4 }, { name: 'rank', bias: 2.5 }, { name: 'roulette' }];
  const crossovers: Crossover[] = [
    { name: 'none' },
    { name: 'neuron', probability: 0.5, share: 0.75 },
    { name: 'intermediate', probability: 0.5, share: 0.5, parents: 5 },
  ];
  it.each(matings.flatMap((mating) => crossovers.map((crossover) => ({ mating, crossover }))))(
    '$mating.name mating, $crossover.name crossover',
    ({ mating, crossover }) => {
      for (const { parents, block } of [
        { parents: 9, block: 8 },
        { parents: 2, block: 2 },
        { parents: 1, block: 4 },
        { parents: 60, block: 2 },
      ]) {
        const settings = weights({
          population: 60,
          algorithm: ga({ parents, block, mating, crossover, mutation: { name: 'gaussian', probability: 0.5, sigma: SIGMA } }),
        });
        const evolution = machine(settings);
        let state = foundersOf(parents === 60 ? 0 : parents);
        for (let g = 0; g < 3; g++) {
          for (let i = 0; i < 60; i++) {
            const { sigma: _, ...lineage } = evolution.lineage(i);
            const { share: __, ...expected } = lineageOf(geneticOf(settings), state, i);
            if (g === 0 && parents === 60) expect(lineage.kind).toBe('founder');
            else expect([g, i, lineage]).toEqual([g, i, expected]);
          }
          state = parentsOf(step(evolution));
        }
      }
    },
  );
});

describe('survivors', () => {
  it.each(ALGORITHMS.filter(({ algorithm }) => algorithm.name === 'ga'))(
    'are the ranks that the next generation draws, and its mates are among them: $name',
    ({ algorithm }) => {
      const settings = weights({ algorithm, population: 60 });
      const evolution = machine(settings);
      for (let g = 0; g < 4; g++) {
        const selection = step(evolution);
        const parents = parentsOf(selection);
        const drawn = new Set(Array.from({ length: geneticOf(settings).elites }, (_, i) => i));
        for (let i = drawn.size; i < 60; i++) {
          for (const rank of ranksOf(geneticOf(settings), parents, Math.floor(i / geneticOf(settings).block))) drawn.add(rank);
        }
        expect(parents.ranks).toEqual([...drawn].sort((a, b) => a - b));
        const blocks = new Map<number, string>();
        for (let i = geneticOf(settings).elites; i < 60; i++) {
          const { mates, crossed } = evolution.lineage(i);
          expect(mates.every((mate) => mate >= 0 && mate < parents.ranks.length)).toBe(true);
          // A block's children have the same mates, as far as they are crossed.
          const block = Math.floor(i / geneticOf(settings).block);
          if (crossed) expect(blocks.get(block) ?? mates.join()).toBe(mates.join());
          if (crossed) blocks.set(block, mates.join());
        }
      }
    },
  );
});

describe('elites', () => {
  it.each(ALGORITHMS.filter(({ algorithm }) => algorithm.name !== 'es'))('go on unchanged: $name', ({ algorithm }) => {
    const evolution = machine(weights({ algorithm }));
    for (let g = 0; g < 4; g++) {
      const { losses, selection } = measure(evolution);
      const { survivors } = readSurvivors(selection);
      const elites = algorithm.name === 'random' ? 1 : geneticOf(evolution.config.settings).elites;
      const before = survivors.slice(0, elites).map(({ individual }) => bits(evolution.express(individual)));
      expect(survivors.slice(0, elites).map(({ rank }) => rank)).toEqual(before.map((_, i) => i));
      if (geneticOf(evolution.config.settings).inheritance === 0) {
        expect(survivors.slice(0, elites).map(({ individual }) => individual)).toEqual(ranking(losses, g).slice(0, elites));
      }
      evolution.advance(selection);
      expect(before.map((_, i) => bits(evolution.express(i)))).toEqual(before);
      expect(evolution.lineage(elites).kind).not.toBe('elite');
    }
  });

  it('are measured again, on the new batch', () => {
    const evolution = machine(weights({ algorithm: ga({ elites: 5 }) }));
    const first = measure(evolution);
    const elites = readSurvivors(first.selection).survivors.slice(0, 5);
    evolution.advance(first.selection);
    const again = measure(evolution).losses.slice(0, 5);
    expect(again).not.toEqual(Float32Array.from(elites, ({ individual }) => first.losses[individual]));
    // With all of the split as every batch they differ by the order of a sum alone.
    const whole = machine(weights({ algorithm: ga({ elites: 5 }), batch: [{ generation: 0, size: 101 }] }));
    const all = measure(whole);
    const best = readSurvivors(all.selection).survivors.slice(0, 5);
    whole.advance(all.selection);
    measure(whole)
      .losses.slice(0, 5)
      .forEach((loss, i) => {
        expect(loss).toBeCloseTo(all.losses[best[i].individual], 6);
      });
  });
});

describe('founders', () => {
  it('are as many as the pool, and individuals themselves', () => {
    const settings = weights();
    const evolution = machine(settings);
    const network = networkOf(settings, [6]);
    for (let i = 0; i < 9; i++) {
      expect(evolution.lineage(i).kind).toBe('elite');
      expect(bits(evolution.express(i))).toEqual(bits(founder(settings, network, i)));
    }
    expect(evolution.lineage(9).kind).toBe('child');
  });

  it.each([1, 3, 20])('%i of them', (founders) => {
    const settings = weights({ init: { name: 'glorot', scale: 1, founders } });
    const evolution = machine(settings);
    expect(evolution.lineage(founders - 1).kind).toBe('elite');
    for (let i = founders; i < 50; i++) {
      const { kind, mates } = evolution.lineage(i);
      expect(kind).toBe('child');
      expect(mates.every((mate) => mate < founders)).toBe(true);
    }
    const { selection } = measure(evolution);
    evolution.advance(selection);
    expect(evolution.lineage(2).kind).toBe('child');
  });

  it('are all of generation 0 where there are as many as individuals', () => {
    const settings = weights({ population: 12, init: { name: 'he', scale: 1, founders: 12 } });
    const evolution = machine(settings);
    const network = networkOf(settings, [6]);
    for (const i of [0, 5, 11]) {
      expect(evolution.lineage(i).kind).toBe('founder');
      expect(bits(evolution.express(i))).toEqual(bits(founder(settings, network, i)));
    }
    // A founder that is chosen becomes a parent as it is.
    const selection = evolution.select(made(12, 0));
    const { survivors } = readSurvivors(selection);
    evolution.advance(selection);
    expect(bits(evolution.express(0))).toEqual(bits(founder(settings, network, survivors[0].individual)));
  });

  it('are new in every generation of random search, but for the best', () => {
    const settings = weights({ algorithm: { name: 'random' }, population: 10 });
    const evolution = machine(settings);
    const network = networkOf(settings, [6]);
    let best: number[] | null = null;
    for (let g = 0; g < 3; g++) {
      for (let i = best ? 1 : 0; i < 10; i++) expect(bits(evolution.express(i))).toEqual(bits(founder(settings, network, i, g)));
      if (best) expect(bits(evolution.express(0))).toEqual(best);
      const { survivors } = readSurvivors(evolution.select(made(10, g)));
      best = bits(evolution.express(survivors[0].individual));
      step(evolution);
    }
  });
});

describe('express', () => {
  const crossovers: Crossover[] = [
    { name: 'none' },
    { name: 'uniform', probability: 0.75, share: 0.625 },
    { name: 'neuron', probability: 0.75, share: 0.625 },
    { name: 'layer', probability: 0.75, share: 0.625 },
    { name: 'single-point', probability: 0.75 },
    { name: 'intermediate', probability: 0.75, share: 0.625, parents: 2 },
    { name: 'intermediate', probability: 0.75, share: 0.25, parents: 4 },
  ];
  const mutations: Mutation[] = [
    { name: 'none' },
    { name: 'gaussian', probability: 0.75, sigma: SIGMA },
    { name: 'sparse', probability: 0.75, sigma: SIGMA, fraction: 0.25 },
    { name: 'low-rank', probability: 0.75, sigma: SIGMA, rank: 1 },
    { name: 'low-rank', probability: 0.75, sigma: SIGMA, rank: 3 },
    { name: 'set', probability: 0.75, sigma: SIGMA, fraction: 0.25 },
  ];
  const combinations = crossovers.flatMap((crossover) => mutations.map((mutation) => ({ crossover, mutation })));

  function check(settings: WeightsSettings, shape: number[], individuals: number[], options = {}) {
    const evolution = machine(settings, options);
    const network = networkOf(settings, shape);
    const algorithm = geneticOf(settings);
    let state = foundersOf(algorithm.parents);
    const seen = new Set<string>();
    for (let g = 0; g < 2; g++) {
      const selection = readSurvivors(evolution.select(made(settings.population, g)));
      const parents = selection.survivors.map(({ individual }) => evolution.express(individual));
      step(evolution);
      state = parentsOf(selection);
      for (const i of individuals) {
        const lineage = { ...lineageOf(algorithm, state, i), sigma: evolution.lineage(i).sigma };
        const mates = lineage.mates.map((mate) => parents[mate]);
        seen.add([lineage.crossed, lineage.mutated, lineage.share > 128].join());
        expect([g + 1, i, bits(evolution.express(i))]).toEqual([g + 1, i, bits(express(algorithm, network, lineage, mates, i, g + 1))]);
      }
    }
    return seen;
  }

  it.each(combinations)('$crossover.name ($crossover.parents), $mutation.name ($mutation.rank), against the reference', (made) => {
    const seen = check(weights({ algorithm: ga({ ...made, block: 4 }) }), [6], [0, 5, 8, 9, 13, 22, 23, 49]);
    expect(seen.size).toBeGreaterThan(made.crossover.name === 'none' && made.mutation.name === 'none' ? 0 : 1);
  });

  it('the layers of a convolution', () => {
    for (const crossover of crossovers.slice(2, 4)) {
      const algorithm = ga({ crossover, mutation: mutations[4], block: 4 });
      check(weights({ algorithm, network: CONVOLUTION }), [6, 6, 1], [8, 9, 13], { dataset: bars() });
    }
  });

  it('layers of more than a tile of draws and than a block of a mask', () => {
    const network = sequential(layer('Dense', { units: 70, activation: 'relu' }), layer('Dense', { units: 3, use_bias: false }));
    for (const crossover of crossovers.slice(1, 5)) {
      check(weights({ algorithm: ga({ crossover, mutation: mutations[3], block: 4 }), network }), [6], [9, 22]);
    }
  });
});

/** Children of two different parents, who have no weight in common, by a crossover alone. */
function crossed(crossover: Crossover, network?: unknown) {
  const settings = weights({
    ...(network ? { network } : {}),
    population: 60,
    algorithm: ga({ elites: 0, block: 2, crossover, mutation: { name: 'none' } }),
    init: { name: 'normal', scale: 1, founders: 60 },
  });
  const evolution = machine(settings);
  const selection = evolution.select(made(60, 0));
  const { survivors } = readSurvivors(selection);
  const parents = survivors.map(({ individual }) => evolution.express(individual));
  evolution.advance(selection);
  return Array.from({ length: 30 }, (_, pair) => {
    const { mates } = evolution.lineage(2 * pair);
    const [better, worse] = [...mates].sort((a, b) => survivors[a].rank - survivors[b].rank).map((mate) => parents[mate]);
    return { mates, better, worse, first: evolution.express(2 * pair), second: evolution.express(2 * pair + 1) };
  });
}

describe('a pair of children', () => {
  it.each<Crossover>([
    { name: 'uniform', probability: 1, share: 0.625 },
    { name: 'neuron', probability: 1, share: 0.25 },
    { name: 'layer', probability: 1, share: 0.5 },
    { name: 'single-point', probability: 1 },
  ])("parts the parents' weights exactly: $name", (crossover) => {
    let mixed = 0;
    for (const { better, worse, first, second } of crossed(crossover)) {
      const fromBetter = Array.from(first, (weight, j) => {
        const own = weight === better[j];
        expect([weight, second[j]]).toEqual(own ? [better[j], worse[j]] : [worse[j], better[j]]);
        return own;
      });
      if (new Set(fromBetter).size === 2) mixed += 1;
    }
    expect(mixed).toBeGreaterThan(10);
  });

  it('of an intermediate crossover of two has their sum', () => {
    for (const { better, worse, first, second } of crossed({ name: 'intermediate', probability: 1, share: 0.75, parents: 2 })) {
      first.forEach((weight, j) => {
        expect(weight).toBe(f(f(0.75 * better[j]) + f(0.25 * worse[j])));
        expect(second[j]).toBeCloseTo(better[j] + worse[j] - weight, 5);
      });
    }
  });
});

describe('share', () => {
  const names = ['uniform', 'neuron', 'layer', 'intermediate'] as const;
  const of = (name: (typeof names)[number], share: number): Crossover =>
    name === 'intermediate' ? { name, probability: 1, share, parents: 2 } : { name, probability: 1, share };

  it.each(names)('1 gives exactly the better parent, and the other to the complement: %s', (name) => {
    const pairs = crossed(of(name, 1));
    // In the order drawn, the better one is first as often as second.
    expect(new Set(pairs.map(({ mates }) => mates[0] < mates[1])).size).toBe(2);
    for (const { better, worse, first, second } of pairs) {
      expect(first).toEqual(better);
      expect(second).toEqual(worse);
    }
  });

  it.each(names)('0 gives exactly the worse: %s', (name) => {
    for (const { better, worse, first, second } of crossed(of(name, 0))) {
      expect(first).toEqual(worse);
      expect(second).toEqual(better);
    }
  });

  it.each([0.25, 0.625, 0.875])('%d of the weights come from the better parent', (share) => {
    // 30 pairs of 150 weights: a deviation of sqrt(0.25 / 4500) = 0.0075 at most.
    const pairs = crossed(of('uniform', share));
    const count = pairs.reduce((sum, { better, first }) => sum + first.filter((weight, j) => weight === better[j]).length, 0);
    expect(Math.abs(count / (30 * 150) - share)).toBeLessThan(0.03);
  });
});

describe('probabilities', () => {
  const children = (algorithm: GeneticAlgorithm) => {
    const evolution = machine(weights({ algorithm, population: 60 }));
    step(evolution);
    return Array.from({ length: 58 }, (_, i) => evolution.lineage(i + 2));
  };
  const crossover = (probability: number) => ({ name: 'uniform', probability, share: 0.5 }) as const;
  const mutation = (probability: number) => ({ name: 'gaussian', probability, sigma: SIGMA }) as const;

  it.each([
    { crosses: 0, mutates: 1 },
    { crosses: 1, mutates: 0 },
    { crosses: 0, mutates: 0 },
    { crosses: 1, mutates: 1 },
  ])('of 0 and 1 are never and always: crossover $crosses, mutation $mutates', ({ crosses, mutates }) => {
    for (const { crossed: is, mutated, mates } of children(ga({ crossover: crossover(crosses), mutation: mutation(mutates) }))) {
      expect(is).toBe(crosses === 1);
      expect(mutated).toBe(mutates === 1);
      expect(mates.length).toBe(crosses + 1);
    }
  });

  it('in between are some: a pair shares its crossing, not its mutation', () => {
    const all = children(ga({ crossover: crossover(0.5), mutation: mutation(0.5) }));
    for (const of of [all.map(({ crossed: is }) => is), all.map(({ mutated }) => mutated)]) {
      const part = of.filter(Boolean).length / of.length;
      expect(part).toBeGreaterThan(0.2);
      expect(part).toBeLessThan(0.8);
    }
    const pairs = Array.from({ length: 29 }, (_, p) => all.slice(2 * p, 2 * p + 2));
    expect(pairs.every(([a, b]) => a.crossed === b.crossed && a.pair === b.pair && !a.second && b.second)).toBe(true);
    expect(pairs.some(([a, b]) => a.mutated !== b.mutated)).toBe(true);
  });

  it('a child neither crossed nor mutated is its first parent', () => {
    const evolution = machine(weights({ algorithm: ga({ crossover: crossover(0), mutation: mutation(0), elites: 9 }) }));
    step(evolution);
    for (const i of [9, 20, 49]) expect(evolution.express(i)).toEqual(evolution.express(evolution.lineage(i).mates[0]));
  });
});

describe('mutation strength', () => {
  it('follows an exponential schedule over the horizon, then stays', () => {
    const sigma = { name: 'exponential', from: 0.5, to: 0.03125 } as const;
    const settings = weights({ generations: 8, algorithm: ga({ mutation: { name: 'gaussian', probability: 1, sigma } }) });
    const evolution = machine(settings);
    for (let g = 0; g < 11; g++) {
      const expected = 0.5 * 0.0625 ** (Math.min(g, 8) / 8);
      expect(evolution.lineage(20).sigma / expected).toBeCloseTo(1, 6);
      step(evolution);
    }
    expect(evolution.lineage(20).sigma).toBe(0.03125);
  });

  it('adapts to convergence', () => {
    const sigma = { name: 'adaptive', initial: 0.125, minimum: 0.1, maximum: 0.2, spread: 0.1, rate: 1.25 } as const;
    const evolution = machine(weights({ algorithm: ga({ mutation: { name: 'gaussian', probability: 1, sigma } }) }));
    const next = (losses: Float32Array) => {
      const selection = evolution.select(losses);
      evolution.advance(selection);
      expect(evolution.lineage(20).sigma).toBe(readSurvivors(selection).sigma);
      return evolution.lineage(20).sigma;
    };
    const close = Float32Array.from({ length: 50 }, (_, i) => 1 + i / 1000);
    const wide = Float32Array.from({ length: 50 }, (_, i) => 1 + i);
    const rate = f(1.25);
    expect(evolution.lineage(20).sigma).toBe(0.125);
    expect(next(close)).toBe(f(f(0.125) * rate));
    expect(next(close)).toBe(f(f(f(0.125) * rate) * rate));
    expect(next(close)).toBe(f(0.2));
    expect(next(wide)).toBe(f(f(0.2) / rate));
    for (let g = 0; g < 5; g++) next(wide);
    expect(next(wide)).toBe(f(0.1));
    // An infinite loss counts for neither the best nor the mean.
    expect(next(close.map((loss, i) => (i === 7 ? Number.POSITIVE_INFINITY : loss)))).toBe(f(f(0.1) * rate));
  });

  it("adapts by itself: the child has its first parent's times factor^U(-1, 1), the elite keeps its own", () => {
    const sigma = { name: 'self-adaptive', initial: 0.125, minimum: 0.06, maximum: 0.25, factor: 1.5 } as const;
    const settings = weights({ algorithm: ga({ mutation: { name: 'gaussian', probability: 1, sigma } }) });
    const evolution = machine(settings);
    let own = new Array<number>(9).fill(0.125);
    const bounds = new Set<number>();
    for (let g = 0; g < 6; g++) {
      const sigmas = Array.from({ length: 50 }, (_, i) => {
        const { kind, mates, sigma: found } = evolution.lineage(i);
        if (kind === 'elite') expect(found).toBe(own[i]);
        else {
          const expected = Math.max(f(0.06), Math.min(f(0.25), own[mates[0]] * selfAdaptation(1.5, i, g)));
          expect(found / expected).toBeCloseTo(1, 6);
          if (found === f(0.06) || found === f(0.25)) bounds.add(found);
        }
        return found;
      });
      own = step(evolution).survivors.map(({ individual }) => sigmas[individual]);
    }
    expect(bounds.size).toBe(2);
    expect(new Set(own).size).toBeGreaterThan(2);
  });
});

describe('inheritance', () => {
  it('mixes the losses of a child with what its parents had, and ranks by that', () => {
    const part = 0.375;
    const settings = weights({ algorithm: ga({ inheritance: part, block: 2 }) });
    const evolution = machine(settings);
    let table: (number | null)[] = new Array(9).fill(null); // founders have nothing to pass on
    for (let g = 0; g < 4; g++) {
      const losses = made(50, g);
      const effective = Array.from(losses, (loss, i) => {
        const { mates } = evolution.lineage(i);
        const [a, b] = [table[mates[0]], table[mates[1] ?? mates[0]]];
        return a === null || b === null ? loss : inherit(loss, a, b, f(part));
      });
      const selection = evolution.select(losses);
      const { survivors } = readSurvivors(selection);
      const order = ranking(effective, g);
      for (const { individual, rank, inherited } of survivors) {
        expect([rank, individual, inherited]).toEqual([rank, order[rank], effective[individual]]);
      }
      if (g > 0) expect(order).not.toEqual(ranking(losses, g));
      table = survivors.map(({ inherited }) => inherited);
      evolution.advance(selection);
    }
  });
});

describe('roulette', () => {
  it('weighs by what a loss is below the worst of the pool', () => {
    const evolution = machine(weights({ algorithm: ga({ mating: { name: 'roulette' }, parents: 6 }) }));
    const losses = made(50, 0);
    losses[3] = 0.25;
    const { cumulative } = readSurvivors(evolution.select(losses));
    const pool = ranking(losses, 0).slice(0, 6);
    let sum = 0;
    const expected = pool.map((individual) => {
      sum = f(sum + f(losses[pool[5]] - losses[individual]));
      return sum;
    });
    expect(cumulative).toEqual(expected);
    // All alike, or too far apart for a sum: everyone weighs the same.
    for (const flat of [new Float32Array(50).fill(0.5), Float32Array.from({ length: 50 }, (_, i) => (i ? 3e38 : -3e38))]) {
      expect(readSurvivors(evolution.select(flat)).cumulative).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('favours the fitter', () => {
    const algorithm = algorithmNamed('ga: single-point, set, roulette, self-adaptive sigma');
    const evolution = machine(weights({ algorithm, population: 2000, batch: [{ generation: 0, size: 1 }] }));
    const { survivors } = step(evolution);
    const drawn = new Array<number>(9).fill(0);
    for (let i = 2; i < 2000; i += 2) drawn[survivors[evolution.lineage(i).mates[0]].rank] += 1;
    // Made-up losses fall by one a rank: weights 8, 7, ..., 0 of 36.
    drawn.forEach((count, rank) => {
      expect(Math.abs(count / 999 - (8 - rank) / 36)).toBeLessThan(0.05);
    });
  });
});

describe('init', () => {
  const large = sequential(
    layer('Dense', { units: 400, activation: 'relu' }),
    layer('Dense', { units: 90 }),
    layer('Dense', { units: 3, use_bias: false }),
  );
  const parts = (init: Init) => {
    const settings = weights({ network: large, init: { ...init, founders: 2 }, algorithm: ga({ parents: 2 }) });
    const genome = machine(settings).express(0);
    const network = networkOf(settings, [6]);
    return network.tensors.map(({ name, offset, size }) => {
      const tensor = genome.subarray(offset, offset + size);
      const mean = tensor.reduce((a, b) => a + b) / size;
      const deviation = Math.sqrt(tensor.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size);
      return { kernel: name.endsWith('kernel'), size, mean, deviation, tensor };
    });
  };
  const fans = [6, 400, 90, 3];

  it.each([
    { name: 'glorot', variance: (layer: number) => 2 / (fans[layer] + fans[layer + 1]) },
    { name: 'he', variance: (layer: number) => 2 / fans[layer] },
  ] as const)("$name: a normal of its author's variance, biases zero", ({ name, variance }) => {
    for (const scale of [1, 0.5]) {
      const all = parts({ name, scale, founders: 2 });
      all
        .filter(({ kernel }) => kernel)
        .forEach(({ size, mean, deviation }, layer) => {
          const expected = Math.sqrt(variance(layer)) * scale;
          expect(Math.abs(deviation / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * size));
          expect(Math.abs(mean)).toBeLessThan((4 * expected) / Math.sqrt(size));
        });
      const biases = all.filter(({ kernel }) => !kernel);
      expect(biases.length).toBe(2);
      expect(biases.every(({ tensor }) => tensor.every((x) => x === 0))).toBe(true);
    }
  });

  it('normal and uniform: all weights, biases too', () => {
    for (const { kernel, size, mean, deviation, tensor } of parts({ name: 'normal', scale: 0.25, founders: 2 })) {
      expect(Math.abs(deviation / 0.25 - 1)).toBeLessThan(4 / Math.sqrt(2 * size));
      expect(Math.abs(mean)).toBeLessThan(1 / Math.sqrt(size));
      expect(kernel || tensor.some((x) => x !== 0)).toBe(true);
    }
    for (const { size, mean, deviation, tensor } of parts({ name: 'uniform', scale: 0.25, founders: 2 })) {
      expect(Math.abs((deviation * Math.sqrt(3)) / 0.25 - 1)).toBeLessThan(4 / Math.sqrt(size));
      expect(Math.abs(mean)).toBeLessThan(0.6 / Math.sqrt(size));
      expect(tensor.every((x) => x >= -0.25 && x < 0.25)).toBe(true);
    }
  });

  it('zeros', () => {
    expect(parts({ name: 'zeros', scale: 1, founders: 2 }).every(({ tensor }) => tensor.every((x) => Object.is(x, 0)))).toBe(true);
  });

  it.each(['glorot', 'he', 'normal', 'uniform', 'zeros'] as const)('%s is the reference, bit for bit', (name) => {
    for (const algorithm of [ga(), es()]) {
      const settings = weights({ algorithm, init: { name, scale: 0.7, founders: 0 } });
      const evolution = machine(settings);
      const expected = founder(settings, networkOf(settings, [6]), 0);
      expect(bits(algorithm.name === 'es' ? evolution.centre() : evolution.express(0))).toEqual(bits(expected));
    }
    const convolution = weights({ network: CONVOLUTION, init: { name, scale: 1, founders: 0 } });
    const evolution = machine(convolution, { dataset: bars() });
    expect(bits(evolution.express(4))).toEqual(bits(founder(convolution, networkOf(convolution, [6, 6, 1]), 4)));
  });
});

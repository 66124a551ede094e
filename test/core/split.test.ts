// Losses do not depend on how work was split: neither on ranges and their order, nor on threads, nor on what was evaluated before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Evolution } from '../../core/evolution.ts';
import type { GroundOptions } from '../../core/ground.ts';
import type { WeightsSettings } from '../../core/settings.ts';
import { Threads } from '../../core/threads.ts';
import { bars, blobs } from './fixtures/datasets.ts';
import { bits, engine, evolve, type Generation, ground, machine, restoreFrom, SEED, snapshotOf } from './fixtures/machine.ts';
import { ALGORITHMS, algorithmNamed, CONVOLUTION, layer, sequential, weights } from './fixtures/settings.ts';

/** Two generations in, so that elites, children and every parent's rank are there. */
const BEFORE = 2;

/** Ranges that cover 0 to `population` exactly, in any order. */
function partitions(population: number): fc.Arbitrary<[first: number, count: number][]> {
  return fc
    .uniqueArray(fc.integer({ min: 1, max: population - 1 }), { maxLength: 24 })
    .map((cuts) => [0, ...cuts.sort((a, b) => a - b), population])
    .map((edges) => edges.slice(1).map((end, i): [number, number] => [edges[i], end - edges[i]]))
    .chain((ranges) => fc.shuffledSubarray(ranges, { minLength: ranges.length }));
}

/** The losses of generation BEFORE, all at once; and a machine that goes back to its start. */
function prepared(settings: WeightsSettings, options: Partial<GroundOptions> = {}) {
  const evolution = machine(settings, options);
  evolve(evolution, BEFORE);
  const start = snapshotOf(evolution);
  const whole = evolve(evolution, 1)[0].losses;
  return {
    evolution,
    whole,
    rewind() {
      restoreFrom(evolution, start);
      evolution.losses.fill(-1);
      evolution.collectBatch();
    },
  };
}

describe.each(ALGORITHMS)('$name', ({ algorithm }) => {
  it('gives every individual the same loss in any partition', () => {
    const { evolution, whole, rewind } = prepared(weights({ algorithm }));
    expect(new Set(whole).size).toBeGreaterThan(3);
    fc.assert(
      fc.property(partitions(whole.length), (ranges) => {
        rewind();
        for (const [first, count] of ranges) evolution.evaluate(first, count);
        expect(bits(evolution.losses)).toEqual(bits(whole));
      }),
      { numRuns: 25 },
    );
  });

  it('gives an individual alone, and one after another, the same loss', () => {
    const { evolution, whole, rewind } = prepared(weights({ algorithm }));
    for (let i = 0; i < whole.length; i++) {
      rewind();
      expect(bits(evolution.evaluate(i, 1) as Float32Array)).toEqual(bits(whole.slice(i, i + 1)));
    }
    rewind();
    for (let i = whole.length - 1; i >= 0; i--) evolution.evaluate(i, 1);
    for (let i = 0; i < whole.length; i += 7) evolution.evaluate(i, Math.min(11, whole.length - i)); // again, over what is there
    expect(bits(evolution.losses)).toEqual(bits(whole));
  });

  it('gives the same bits whichever of three instances over one memory does a unit of work', () => {
    const settings = weights({ algorithm });
    const alone = comparable(evolve(machine(settings), 3));
    fc.assert(
      fc.property(partitions(settings.population), fc.array(fc.nat(2), { minLength: 8, maxLength: 40 }), (ranges, turns) => {
        expect(comparable(taken(settings, 3, ranges, turns))).toEqual(alone);
      }),
      { numRuns: 5 },
    );
  });
});

/** Generations whose units go to three instances by `turns`, over and over. */
function taken(settings: WeightsSettings, generations: number, ranges: [first: number, count: number][], turns: number[]): Generation[] {
  const shared = ground(settings, { threads: 2, shared: true });
  const instances = [0, 1, 2].map((thread) => new Evolution(shared, thread));
  let turn = 0;
  const whose = () => instances[turns[turn++ % turns.length]];
  /** Each instance takes its units of a phase, then hears that there are no more. */
  const share = (units: number, work: (instance: Evolution, next: () => number) => void) => {
    const owners = Array.from({ length: units }, whose);
    for (const instance of instances) {
      const own = owners.flatMap((owner, unit) => (owner === instance ? [unit] : []));
      work(instance, () => own.shift() ?? 2 ** 30);
    }
  };
  const [host] = instances;
  host.init();
  return Array.from({ length: generations }, () => {
    const digest = host.digest();
    share(host.batchUnits, (instance, next) => instance.collectBatch(next));
    for (const [first, count] of ranges) whose().evaluate(first, count);
    const losses = host.losses.slice();
    const selection = whose().select();
    host.beginAdvance(selection);
    share(100, (instance, next) => instance.advanceSome(next));
    host.endAdvance();
    for (const instance of instances) instance.generation = host.generation;
    return { digest, losses, selection };
  });
}

/** What generations have in common however they were computed. */
const comparable = (generations: Generation[]) =>
  generations.map(({ digest, losses, selection }) => ({ digest, losses: bits(losses), selection: Array.from(selection) }));

async function withThreads(settings: WeightsSettings, count: number, generations: number): Promise<ReturnType<typeof comparable>> {
  const threads = await Threads.open({ engine, settings, dataset: blobs(), seed: SEED, threads: count, started: false });
  try {
    threads.host.init();
    const out: Generation[] = [];
    for (let g = 0; g < generations; g++) {
      const digest = threads.host.digest();
      await threads.collectBatch();
      expect(await threads.evaluate(0, settings.population)).toBe(true);
      const selection = await threads.select();
      out.push({ digest, losses: threads.host.losses.slice(), selection });
      expect(await threads.advance(selection)).toBe(true);
    }
    return comparable(out);
  } finally {
    await threads.close();
  }
}

describe('threads', () => {
  it.each([
    'ga: neuron, low-rank, roulette, inheritance, self-adaptive sigma',
    'ga: layer, sparse, rank mating, inheritance, adaptive sigma',
    'es: low-rank of rank 3, z-score, exponential rates, weight decay',
    'random',
  ])('3 of them agree with one: %s', async (name) => {
    const settings = weights({ algorithm: algorithmNamed(name) });
    expect(await withThreads(settings, 3, 4)).toEqual(comparable(evolve(machine(settings), 4)));
  });

  it.each([1, 4])('%i of them agree on a population of many units', async (count) => {
    const settings = weights({ algorithm: algorithmNamed('ga: neuron, low-rank'), population: 1003, batch: [{ generation: 0, size: 40 }] });
    expect(await withThreads(settings, count, 3)).toEqual(comparable(evolve(machine(settings), 3)));
  });

  it('share the steps of a strategy over a layer of many rows', async () => {
    // More rows than one step takes (STEP_ROWS), and no multiple of 16.
    const network = sequential(layer('Dense', { units: 300 }), layer('Dense', { units: 3 }));
    for (const name of ['es: low-rank of rank 3, z-score, exponential rates, weight decay', 'es: gaussian']) {
      const settings = weights({ algorithm: algorithmNamed(name), network, population: 20 });
      expect(await withThreads(settings, 2, 3)).toEqual(comparable(evolve(machine(settings), 3)));
    }
  });

  it('score a split to the same bits', async () => {
    const settings = weights({ population: 10 });
    const single = machine(settings);
    const threads = await Threads.open({ engine, settings, dataset: blobs(), seed: SEED, threads: 3, started: false });
    try {
      threads.host.init();
      for (const split of ['train', 'validation', 'test'] as const) {
        const genome = single.candidate(4);
        single.score(split);
        const { score, weights: scored } = await threads.score(split, 4);
        expect(score).toEqual(single.scored(split));
        expect(bits(scored)).toEqual(bits(genome));
      }
    } finally {
      await threads.close();
    }
  });
});

describe.each([1, 7, 8, 13, 64, 101])('a batch of %i', (size) => {
  it.each(['ga: neuron, low-rank', 'ga: uniform, gaussian', 'es: low-rank', 'es: gaussian'])('%s', (name) => {
    const settings = weights({ algorithm: algorithmNamed(name), batch: [{ generation: 0, size }] });
    const { evolution, whole, rewind } = prepared(settings);
    rewind();
    for (const [first, count] of [
      [33, 17],
      [0, 5],
      [5, 1],
      [6, 27],
    ]) {
      evolution.evaluate(first, count);
    }
    expect(bits(evolution.losses)).toEqual(bits(whole));
  });
});

describe('networks', () => {
  it('a convolution', () => {
    const { evolution, whole, rewind } = prepared(weights({ network: CONVOLUTION }), { dataset: bars() });
    fc.assert(
      fc.property(partitions(whole.length), (ranges) => {
        rewind();
        for (const [first, count] of ranges) evolution.evaluate(first, count);
        expect(bits(evolution.losses)).toEqual(bits(whole));
      }),
      { numRuns: 10 },
    );
  });

  it.each(['ga: neuron, low-rank', 'ga: uniform, gaussian'])('so wide that a batch goes through in pieces: %s', (name) => {
    const network = sequential(layer('Dense', { units: 4100, activation: 'relu' }), layer('Dense', { units: 3 }));
    const settings = weights({ algorithm: algorithmNamed(name), network, population: 24, batch: [{ generation: 0, size: 101 }] });
    // Train is scored on as much as validation has.
    const { evolution, whole, rewind } = prepared(settings, { dataset: blobs(6, 3, { train: 101, validation: 101, test: 37 }) });
    expect(evolution.config.chunk).toBeLessThan(Math.ceil(101 / 8));
    rewind();
    evolution.evaluate(13, 11);
    evolution.evaluate(0, 13);
    expect(bits(evolution.losses)).toEqual(bits(whole));
    // The batch is all of the split: its score, taken in other pieces, is the same mean in another order.
    for (const individual of [0, 1, 9, 23]) {
      evolution.candidate(individual);
      evolution.score('train');
      expect(evolution.scored('train').loss).toBeCloseTo(whole[individual], 5);
    }
  });
});

it('scores a split to the same bits whatever the batch', () => {
  const scores = [1, 8, 21, 101].map((size) => {
    const evolution = machine(weights({ batch: [{ generation: 0, size }] }));
    return (['train', 'validation', 'test'] as const).map((split) => {
      evolution.candidate(3);
      evolution.score(split);
      return evolution.scored(split);
    });
  });
  for (const score of scores) expect(score).toEqual(scores[0]);
});

// Parents too large for one memory live in buffers outside it: the same run, to the bit. What does not fit even so is refused in words.
import { describe, expect, it } from 'vitest';
import { Evolution } from '../../core/evolution.ts';
import { checkAvailable, MemoryError, type Plan } from '../../core/plan.ts';
import type { Algorithm, GeneticAlgorithm, WeightsSettings } from '../../core/settings.ts';
import { Threads } from '../../core/threads.ts';
import { blobs } from './fixtures/datasets.ts';
import { engine, evolve, ground, machine, measure, restoreFrom, SEED, snapshotOf } from './fixtures/machine.ts';
import { ALGORITHMS, algorithmNamed, DENSE, es, ga, layer, sequential, weights } from './fixtures/settings.ts';

/** 6 x 120, 120 x 60, 60 x 3: 8,163 weights, 33 kB. */
const network = sequential(
  layer('Dense', { units: 120, activation: 'relu' }),
  layer('Dense', { units: 60, activation: 'relu' }),
  layer('Dense', { units: 3 }),
);

/** `units` squared numbers between two operations: more than a 32-bit size of buffers. */
const wide = (units: number) =>
  sequential(
    layer('Reshape', { target_shape: [1, 6, 1] }),
    layer('Conv2D', { filters: units, kernel_size: [1, 6], padding: 'same', activation: 'relu' }),
    layer('Reshape', { target_shape: [1, 6 * units, 1] }),
    layer('Conv2D', { filters: units, kernel_size: [1, 1] }),
    layer('AveragePooling2D', { pool_size: [1, 6 * units] }),
    layer('Flatten'),
    layer('Dense', { units: 3 }),
  );

/** So many parents that holding them outside is worth it; a fast path's bases stay inside. */
const settingsOf = (algorithm: Algorithm): WeightsSettings =>
  weights({ network, population: 40, algorithm: { ...(algorithm as GeneticAlgorithm), parents: 30 }, batch: [{ generation: 0, size: 9 }] });

/** One byte less than the whole takes. */
const limitOf = (settings: WeightsSettings, threads = 1): number => ground(settings, { threads }).plan.bytes - 1;

const GA = ALGORITHMS.filter(({ algorithm }) => algorithm.name === 'ga');

describe.each(GA)('$name', ({ algorithm }) => {
  const settings = settingsOf(algorithm);
  const limit = limitOf(settings);
  const outside = () => {
    const evolution = machine(settings, { limit });
    expect(evolution.plan.outside).toBe(true);
    expect(evolution.plan.bytes).toBeLessThanOrEqual(limit);
    return evolution;
  };

  it('equals the run whose parents live inside', () => {
    const inside = machine(settings);
    expect(inside.plan.outside).toBe(false);
    const out = outside();
    expect(evolve(out, 5)).toEqual(evolve(inside, 5));
    expect(out.digest()).toBe(inside.digest());
    expect(out.digestOf(out.express(17))).toBe(inside.digestOf(inside.express(17)));
  });

  it('goes from one to the other by a snapshot', () => {
    const inside = machine(settings);
    evolve(inside, 3);
    const out = outside();
    restoreFrom(out, snapshotOf(inside));
    const back = machine(settings);
    restoreFrom(back, snapshotOf(out));
    expect(Buffer.compare(snapshotOf(back), snapshotOf(inside))).toBe(0);
    const expected = evolve(inside, 3);
    expect(evolve(out, 3)).toEqual(expected);
    expect(evolve(back, 3)).toEqual(expected);
  });

  it('forgets its copies of parents when its state is set anew', () => {
    const out = outside();
    const first = measure(out);
    // The same generation with other parents: those of a run that went another way.
    const other = machine(settings);
    other.advance(other.select(Float32Array.from({ length: 40 }, (_, i) => -i)));
    out.advance(first.selection);
    measure(out);
    out.express(39);
    restoreFrom(out, snapshotOf(other));
    // The very individual whose parents were copied last.
    expect(out.digestOf(out.express(39))).toBe(other.digestOf(other.express(39)));
    expect(measure(out)).toEqual(measure(other));
    out.init();
    expect(measure(out)).toEqual(first);
  });
});

describe('threads', () => {
  it.each(['ga: neuron, low-rank', 'ga: intermediate of 4, sparse, tournament, exponential sigma'])('%s', async (name) => {
    const settings = settingsOf(algorithmNamed(name));
    const threads = await Threads.open({
      engine,
      settings,
      dataset: blobs(),
      seed: SEED,
      threads: 2,
      started: false,
      limit: limitOf(settings, 2),
    });
    const { host } = threads;
    const go = async () => {
      await threads.collectBatch();
      expect(await threads.evaluate(0, 40)).toBe(true);
      const selection = await threads.select();
      const out = { digest: host.digest(), losses: host.losses.slice(), selection };
      expect(await threads.advance(selection)).toBe(true);
      return out;
    };
    try {
      expect(host.plan.outside).toBe(true);
      host.init();
      const alone = machine(settings);
      for (const expected of evolve(alone, 4)) expect(await go()).toEqual(expected);
      expect(host.digest()).toBe(alone.digest());
      // Resynchronised: other parents under the same generation, which the threads have copies of.
      const other = machine(settings);
      evolve(other, 3);
      other.advance(other.select(Float32Array.from({ length: 40 }, (_, i) => -i)));
      restoreFrom(host, snapshotOf(other));
      expect(host.generation).toBe(4);
      for (const expected of evolve(other, 2)) expect(await go()).toEqual(expected);
      const { score } = await threads.score('validation', 7);
      other.candidate(7);
      other.score('validation');
      expect(score).toEqual(other.scored('validation'));
    } finally {
      await threads.close();
    }
  });
});

it('a genome to start from', () => {
  const settings = settingsOf(algorithmNamed('ga: uniform, gaussian'));
  const start = machine(settings).express(3);
  const begun = (limit?: number) => {
    const evolution = new Evolution(ground(settings, { started: true, limit }));
    evolution.init(start);
    return evolution;
  };
  const inside = begun();
  const outside = begun(inside.plan.bytes - 1);
  expect(outside.plan.outside).toBe(true);
  expect(outside.digestOf(outside.express(0))).toBe(outside.digestOf(start));
  expect(evolve(outside, 3)).toEqual(evolve(inside, 3));
});

describe('what does not fit', () => {
  const message = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(MemoryError);
      return (error as Error).message;
    }
    throw new Error('it was not refused');
  };
  const WORDS = /^this run needs (\d+ MB|\d+\.\d GB) of memory, but (.*)\. Most of it: (.*)\.$/;
  const REGION = /^([a-z]+) (\d+ MB|\d+\.\d GB) \(smaller with a smaller ([^)]+)\)$/;

  it('says how much, for what, and what to shrink', () => {
    const cases = [
      { settings: weights({ population: 1e9, algorithm: es() }), largest: 'selection', shrink: 'population' },
      {
        settings: weights({ network: sequential(layer('Dense', { units: 20_000_000 }), layer('Dense', { units: 3 })) }),
        largest: 'threads',
        shrink: 'network',
      },
      {
        settings: weights({ population: 2e6, algorithm: ga({ parents: 2e6 }), batch: [{ generation: 0, size: 101 }] }),
        largest: 'bases',
        shrink: 'breeding pool',
      },
    ];
    for (const { settings, largest, shrink } of cases) {
      const [, needed, why, regions] = WORDS.exec(message(() => ground(settings))) ?? [];
      expect(needed).toMatch(/GB$/);
      expect(why).toBe('one memory holds at most 4.3 GB');
      const list = regions.split('; ').map((region) => REGION.exec(region) ?? []);
      expect(list.length).toBe(3);
      expect(list[0][1]).toBe(largest);
      expect(list.map(([, , , how]) => how).join()).toContain(shrink);
    }
  });

  it('refuses a strategy whose centre does not fit: it has no place outside', () => {
    for (const { algorithm } of ALGORITHMS.filter((a) => a.algorithm.name === 'es')) {
      const settings = weights({ algorithm, network });
      expect(ground(settings, { limit: ground(settings).plan.bytes }).plan.outside).toBe(false);
      expect(message(() => ground(settings, { limit: limitOf(settings) }))).toMatch(WORDS);
    }
  });

  it('names the lesser of what it needs inside and outside', () => {
    const settings = weights({ algorithm: { name: 'random' }, network });
    const { plan } = ground(settings);
    const [, needed] = WORDS.exec(message(() => ground(settings, { limit: plan.bytes - 1 }))) ?? [];
    expect(needed).toBe(`${Math.ceil(plan.bytes / 1e6)} MB`);
  });

  it('checkAvailable counts what is inside and outside', () => {
    const settings = settingsOf(ga());
    const inside = ground(settings).plan;
    const outside = ground(settings, { limit: inside.bytes - 1 }).plan;
    expect(inside.outsideBytes).toBe(0);
    expect(outside.outsideBytes).toBeGreaterThan(0);
    for (const plan of [inside, outside]) {
      const needed = plan.bytes + plan.outsideBytes;
      expect(() => checkAvailable(plan, needed)).not.toThrow();
      expect(message(() => checkAvailable(plan, needed - 1))).toMatch(WORDS);
      expect(message(() => checkAvailable(plan, 1e6))).toContain('but 1 MB are free');
    }
    expect(message(() => checkAvailable(outside, 1))).toMatch(
      /parents \d+ MB \(smaller with a smaller population, parents or the network\)/,
    );
  });

  it.each([110e6, 130e6, 200e6])('plans for what a population of %i takes: sizes above 2 GiB keep their sign', (population) => {
    const enough = new Error('planned');
    const settings = weights({ population, batch: [{ generation: 0, size: 1 }] });
    const check = (plan: Plan) => {
      const scratch = plan.digests - plan.selectScratch;
      // Ranking: effective losses, ranks, ties and a second list of ranks, a mark.
      expect(scratch).toBeGreaterThanOrEqual(population * 17);
      const starts = plan.regions.map(({ offset }) => offset);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      throw enough;
    };
    if (population * 24 > 2 ** 32) expect(message(() => ground(settings, { onPlan: check }))).toMatch(WORDS);
    else expect(() => ground(settings, { onPlan: check })).toThrow(enough);
  });

  it.each([
    { what: 'a wide convolution', network: wide(3000) },
    { what: 'a wider one', network: wide(9000) },
  ])('does not lose the upper bits of what $what takes', ({ network }) => {
    const [, needed] = WORDS.exec(message(() => ground(weights({ network, algorithm: algorithmNamed('ga: uniform, gaussian') })))) ?? [];
    expect(Number.parseFloat(needed)).toBeGreaterThan(4.2);
  });

  it('shows the plan before it takes anything', () => {
    let seen: Plan | null = null;
    const settings = weights({ network: DENSE, population: 10 ** 7 });
    const refuse = (plan: Plan) => {
      seen = plan;
      checkAvailable(plan, 10 ** 7);
    };
    expect(message(() => ground(settings, { onPlan: refuse }))).toContain('but 10 MB are free');
    expect((seen as Plan | null)?.bytes).toBeGreaterThan(10 ** 7);
  });
});

it('regions of a plan overlap nowhere and lie below its end', () => {
  for (const { algorithm } of ALGORITHMS) {
    for (const limit of [undefined, limitOf(settingsOf(algorithm))]) {
      if (algorithm.name !== 'ga' && limit) continue;
      const settings = algorithm.name === 'ga' ? settingsOf(algorithm) : weights({ algorithm });
      const { plan } = ground(settings, { limit });
      const starts = plan.regions.map(({ offset }) => offset);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      const total = plan.regions.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(total).toBeLessThan(plan.bytes);
      expect(plan.bytes % 65536).toBe(0);
      expect(plan.regions.every(({ offset, bytes }) => offset + bytes < plan.bytes)).toBe(true);
    }
  }
});

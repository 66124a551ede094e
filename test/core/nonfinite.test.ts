// NaN and infinity: a loss is never NaN, shaping stands infinities, and a run whose weights are not finite ends there.
import { describe, expect, it } from 'vitest';
import type { DoneEvent, GenerationEvent, RunEvent } from '../../core/events.ts';
import { Run, type RunOptions } from '../../core/run.ts';
import type { Loss, WeightsSettings } from '../../core/settings.ts';
import { zScore } from '../reference/shaping.ts';
import { blobs, lines } from './fixtures/datasets.ts';
import { evolve, machine, restoreFrom, SEED, snapshotOf } from './fixtures/machine.ts';
import { ranking } from './fixtures/order.ts';
import { readSurvivors, readUtilities } from './fixtures/selection.ts';
import { ALGORITHMS, algorithmNamed, es, ga, layer, sequential, weights } from './fixtures/settings.ts';

const { NaN: NAN, POSITIVE_INFINITY: INFINITY } = Number;
const POPULATION = 24;

/** Losses of a generation where every third is replaced. */
const losses = (odd: number) => Float32Array.from({ length: POPULATION }, (_, i) => (i % 3 === 1 ? odd : ((i * 5) % 24) / 8));

describe.each(ALGORITHMS)('select, $name', ({ algorithm }) => {
  it('takes NaN for +Infinity', () => {
    const evolution = machine(weights({ population: POPULATION, algorithm }));
    evolve(evolution, 1);
    const infinite = evolution.select(losses(INFINITY));
    expect(evolution.select(losses(NAN))).toEqual(infinite);
    // NaN of another sign and payload.
    const odd = losses(0);
    const words = new Uint32Array(odd.buffer);
    words.forEach((_, i) => {
      if (i % 3 === 1) words[i] = 0xffc12345;
    });
    expect(evolution.select(odd)).toEqual(infinite);
    expect(evolution.select(losses(0))).not.toEqual(infinite);
  });
});

describe('a GA', () => {
  it('ranks infinite losses last', () => {
    const evolution = machine(weights({ population: POPULATION, algorithm: ga({ parents: POPULATION, elites: POPULATION }) }));
    const { survivors } = readSurvivors(evolution.select(losses(NAN)));
    expect(survivors.slice(16).map(({ individual }) => individual % 3)).toEqual(new Array(8).fill(1));
  });

  it.each(ALGORITHMS.filter(({ algorithm }) => algorithm.name === 'ga'))('goes on where every loss is infinite: $name', ({ algorithm }) => {
    const evolution = machine(weights({ population: POPULATION, algorithm }));
    for (let g = 0; g < 3; g++) {
      const selection = evolution.select(new Float32Array(POPULATION).fill(NAN));
      const { sigma, cumulative } = readSurvivors(selection);
      expect(Number.isFinite(sigma)).toBe(true);
      expect(cumulative.every(Number.isFinite)).toBe(true);
      expect(evolution.advance(selection)).toBe(true);
    }
  });

  it('leaves an adaptive sigma as it is where no loss is finite', () => {
    const evolution = machine(
      weights({ population: POPULATION, algorithm: algorithmNamed('ga: layer, sparse, rank mating, inheritance, adaptive sigma') }),
    );
    expect(readSurvivors(evolution.select(new Float32Array(POPULATION).fill(INFINITY))).sigma).toBe(0.125);
    expect(readSurvivors(evolution.select(losses(INFINITY))).sigma).not.toBe(0.125);
  });
});

describe('the shaping of an ES', () => {
  const zScored = () => machine(weights({ population: POPULATION, algorithm: es({ shaping: { name: 'z-score', clip: 2 } }) }));
  const ranked = () => machine(weights({ population: POPULATION, algorithm: es() }));

  it('z-score takes infinities for the worst finite loss', () => {
    const evolution = zScored();
    const worst = Math.max(...losses(0));
    const selection = evolution.select(losses(INFINITY));
    expect(selection).toEqual(evolution.select(losses(worst)));
    expect(evolution.select(losses(NAN))).toEqual(selection);
    expect(evolution.select(losses(worst * 2))).not.toEqual(selection);
    const utilities = zScore(Array.from(losses(INFINITY)), 2);
    const { pairs, scale } = readUtilities(selection);
    pairs.forEach((pair, p) => {
      expect(Math.abs(pair * scale - (utilities[2 * p] - utilities[2 * p + 1]))).toBeLessThanOrEqual(scale * 0.501);
    });
  });

  it('ranks put infinities behind the worst finite loss, wherever that is', () => {
    const evolution = ranked();
    const selection = evolution.select(losses(INFINITY));
    expect(evolution.select(losses(1e30))).toEqual(selection);
    expect(evolution.select(losses(NAN))).toEqual(selection);
    const rank = ranking(losses(INFINITY), 0);
    const { pairs, scale } = readUtilities(selection);
    const utility = (i: number) => 0.5 - rank.indexOf(i) / (POPULATION - 1);
    pairs.forEach((pair, p) => {
      expect(Math.abs(pair * scale - (utility(2 * p) - utility(2 * p + 1)))).toBeLessThanOrEqual(scale * 0.501);
    });
  });

  it.each([
    { name: 'z-score', make: zScored },
    { name: 'centered-rank', make: ranked },
  ])('$name gives zero utilities, and so leaves the centre, where every loss is infinite', ({ make }) => {
    for (const odd of [INFINITY, NAN]) {
      const evolution = make();
      const centre = evolution.centre();
      const selection = evolution.select(new Float32Array(POPULATION).fill(odd));
      const { scale, pairs } = readUtilities(selection);
      expect(scale).toBe(0);
      expect(pairs.every((pair) => pair === 0)).toBe(true);
      expect(evolution.advance(selection)).toBe(true);
      expect(evolution.generation).toBe(1);
      expect(evolution.centre()).toEqual(centre);
      // A generation with losses does move it.
      evolution.advance(evolution.select(losses(1)));
      expect(evolution.centre()).not.toEqual(centre);
    }
  });

  it('z-score gives zero utilities where all losses are alike', () => {
    const evolution = zScored();
    const { scale, pairs } = readUtilities(evolution.select(new Float32Array(POPULATION).fill(0.25)));
    expect([scale, ...pairs]).toEqual(new Array(13).fill(0));
  });
});

describe('a network that overflows', () => {
  const network = (outputs: number) =>
    sequential(
      layer('Dense', { units: 9, activation: 'relu' }),
      layer('Dense', { units: 9, activation: 'linear' }),
      layer('Dense', { units: outputs }),
    );

  it.each<{ loss: Loss; path: WeightsSettings['path']; numbers: boolean }>([
    { loss: { name: 'cross-entropy', temperature: 1, labelSmoothing: 0.1 }, path: 'auto', numbers: false },
    { loss: { name: 'cross-entropy', temperature: 1, labelSmoothing: 0.1 }, path: 'general', numbers: false },
    { loss: { name: 'mean-squared-error' }, path: 'auto', numbers: false },
    { loss: { name: 'mean-squared-error' }, path: 'general', numbers: true },
    { loss: { name: 'mean-squared-error' }, path: 'auto', numbers: true },
  ])('has a loss of +Infinity, never NaN: $loss.name, $path', ({ loss, path, numbers }) => {
    const dataset = numbers ? lines() : blobs();
    const settings = weights({ network: network(dataset.outputs), loss, path, init: { name: 'normal', scale: 1e30, founders: 0 } });
    const evolution = machine(settings, { dataset });
    const start = snapshotOf(evolution);
    const [{ losses: found }] = evolve(evolution, 1);
    expect(new Set(found)).toEqual(new Set([INFINITY]));
    // Alone as in company.
    restoreFrom(evolution, start);
    evolution.collectBatch();
    expect(evolution.evaluate(17, 1)?.[0]).toBe(INFINITY);
    evolution.candidate(3);
    evolution.score('validation');
    expect(evolution.scored('validation').loss).toBe(INFINITY);
  });

  it('guesses nothing right: the error rate is 1', () => {
    const settings = weights({ network: network(3), loss: { name: 'error-rate' }, init: { name: 'normal', scale: 1e30, founders: 0 } });
    expect(new Set(evolve(machine(settings), 1)[0].losses)).toEqual(new Set([1]));
  });
});

describe('a run whose weights become non-finite', () => {
  const diverging: { name: string; settings: WeightsSettings; most: number }[] = [
    {
      name: 'ga, general path',
      settings: weights({
        algorithm: ga({ elites: 0, mutation: { name: 'gaussian', probability: 1, sigma: { name: 'constant', value: 7e37 } } }),
      }),
      most: 10,
    },
    {
      name: 'ga, fast path',
      settings: weights({
        algorithm: ga({ elites: 0, mutation: { name: 'low-rank', probability: 1, sigma: { name: 'constant', value: 3e38 }, rank: 1 } }),
        init: { name: 'glorot', scale: 1, founders: 4 },
      }),
      most: 1,
    },
    {
      name: 'es',
      settings: weights({ algorithm: es({ learningRate: { name: 'constant', value: 2e38 } }) }),
      most: 2,
    },
  ];

  it.each(diverging)('ends diverged at that generation: $name', async ({ settings, most }) => {
    const { events, done, run } = await whole({ settings, threads: 2 });
    expect(done.reason).toBe('diverged');
    expect(done.generations).toBeLessThanOrEqual(most);
    expect(events.length).toBe(done.generations);
    // The state that diverged is the one behind the last selection: all before it were finite.
    const replayed = machine(settings);
    events.forEach(({ selection, digest }, g) => {
      expect(digest).toBe(replayed.digest());
      expect(replayed.advance(selection)).toBe(g < done.generations - 1);
    });
    expect(done.digest).toBe(replayed.digest());
    expect(run.digest()).toBe(done.digest);
  });

  it.each(diverging)('stays so in a replay and through a snapshot: $name', async ({ settings }) => {
    const { events, done, snapshot } = await whole({ settings, threads: 1 });
    const records = events.map(({ generation, digest, selection, champion }) => ({ generation, digest, selection, champion }));
    for (const resume of [
      { snapshot: null, records },
      { snapshot: [snapshot], records: [] },
    ]) {
      const again = await whole({ settings, threads: 1, resume });
      expect(again.events).toEqual([]);
      expect(again.done).toMatchObject({ reason: 'diverged', generations: done.generations, digest: done.digest });
    }
  });

  it('has a digest that does not depend on the bits of its NaN', () => {
    const settings = weights({ algorithm: es() });
    const evolution = machine(settings);
    const snapshot = snapshotOf(evolution);
    const parameters = evolution.config.network.parameters;
    const words = new Uint32Array(snapshot.buffer);
    const centre = words.length - parameters * 3;
    const digests = [0x7fc00000, 0xffc00000, 0x7fc00001, 0x7f800000].map((odd) => {
      const damaged = words.slice();
      damaged[centre + 5] = odd;
      restoreFrom(evolution, new Uint8Array(damaged.buffer));
      expect(Number.isFinite(evolution.centre()[5])).toBe(false);
      return [evolution.digest(), evolution.digestOf(evolution.centre())];
    });
    expect(new Set(digests.map(String)).size).toBe(1);
    restoreFrom(evolution, snapshot);
    expect(evolution.digest()).not.toBe(digests[0][0]);
  });

  it('does not begin at one', () => {
    const evolution = machine(weights({ algorithm: es() }), { started: true });
    const start = evolution.centre();
    start[3] = NAN;
    expect(() => evolution.init(start)).toThrow(/not finite/);
  });
});

async function whole(options: Omit<RunOptions, 'dataset' | 'seed'>) {
  const run = await Run.open({ dataset: blobs(), seed: SEED, ...options });
  try {
    const events: RunEvent[] = [];
    for await (const event of run.events()) events.push(event);
    const snapshot: number[] = [];
    for await (const chunk of run.snapshot()) snapshot.push(...chunk);
    const done = events.pop() as DoneEvent;
    return { run, events: events as GenerationEvent[], done, snapshot: Uint8Array.from(snapshot) };
  } finally {
    await run.close();
  }
}

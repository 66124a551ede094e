// The loop's events: their numbers, the champion, and every way to end.
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CENTRE } from '../../core/run.ts';
import { bits, machine, measure } from './fixtures/machine.ts';
import { listenTo, openRun, recordOf, type Story, story } from './fixtures/runs.ts';
import { algorithmNamed, es, ga, KINDS, weights } from './fixtures/settings.ts';

const small = (changes = {}) => weights({ generations: 7, population: 26, ...changes });

/** The run of `small()` from its beginning to its end. */
let told: Promise<Story> | null = null;
const straightThrough = (): Promise<Story> => {
  told ??= story({ settings: small() });
  return told;
};

describe('events', () => {
  it.each(KINDS)('tell what a single machine computes: $name', async ({ algorithm }) => {
    const settings = small({ algorithm });
    const { events, done } = await story({ settings });
    const evolution = machine(settings);
    events.forEach((event, g) => {
      const { digest, losses, selection } = measure(evolution);
      expect(event).toMatchObject({ event: 'generation', generation: g, digest, evaluations: 26 * (g + 1) });
      expect(bits(event.losses)).toEqual(bits(losses));
      expect(event.selection).toEqual(selection);
      expect(event.best).toBe(Math.min(...losses));
      expect(event.mean).toBeCloseTo(losses.reduce((a, b) => a + b) / 26, 6);
      const centre = algorithm.name === 'es';
      evolution.candidate(centre ? CENTRE : losses.indexOf(event.best));
      evolution.score('validation');
      expect(event.validation).toEqual(evolution.scored('validation'));
      evolution.score('train');
      expect(event.train).toEqual(evolution.scored('train'));
      evolution.advance(selection);
    });
    expect(events.length).toBe(7);
    expect(done).toMatchObject({
      event: 'done',
      generations: 7,
      reason: 'generations',
      digest: evolution.digest(),
      best: events[6].best,
      evaluations: 7 * 26,
    });
  });

  it('number generations on through a resumed run, and count its evaluations from the first', async () => {
    const settings = small();
    const { records, done } = await straightThrough();
    const { events, done: again } = await story({ settings, resume: { snapshot: null, records: records.slice(0, 3) } });
    expect(events.map(({ generation, evaluations }) => [generation, evaluations])).toEqual([3, 4, 5, 6].map((g) => [g, (g + 1) * 26]));
    expect(again.evaluations).toBe(done.evaluations);
    expect(again.digest).toBe(done.digest);
  });

  it('can be left and taken up again between two generations', async () => {
    const settings = small();
    const { done } = await straightThrough();
    await using run = await openRun({ settings });
    for await (const event of run.events()) if (event.event === 'generation' && event.generation === 2) break;
    // The one that was left had not advanced yet: it comes again.
    expect(run.generation).toBe(2);
    const rest = await listenTo(run);
    expect(rest.events.map(({ generation }) => generation)).toEqual([2, 3, 4, 5, 6]);
    expect(rest.done.digest).toBe(done.digest);
  });
});

describe('the champion', () => {
  it.each(KINDS)('has the lowest validation loss, and is the earliest that has: $name', async ({ algorithm }) => {
    // Error rates on 75 examples: equal ones are common.
    const settings = small({ algorithm, loss: { name: 'error-rate' }, generations: 25 });
    const { events, done, championWeights } = await story({ settings });
    let lowest = Number.POSITIVE_INFINITY;
    let ties = 0;
    for (const { generation, validation, champion, losses, best } of events) {
      const loss = validation?.loss as number;
      if (loss === lowest) ties += 1;
      expect(champion !== null).toBe(loss < lowest);
      if (champion) {
        const individual = algorithm.name === 'es' ? CENTRE : losses.indexOf(best);
        expect(champion).toMatchObject({ generation, individual, validation });
      }
      lowest = Math.min(lowest, loss);
    }
    expect(ties).toBeGreaterThan(0);
    const last = events.map(({ champion }) => champion).findLast((champion) => champion !== null);
    expect(done.champion).toEqual(last);
    expect(done.validation).toEqual(last?.validation);
    // It is who it says, and the test split is read for it.
    const evolution = machine(settings);
    for (const { selection, generation } of events) if (generation < (last?.generation as number)) evolution.advance(selection);
    const genome = evolution.candidate(last?.individual as number);
    expect(genome).toEqual(championWeights);
    expect(evolution.digestOf(genome)).toBe(last?.digest);
    evolution.candidate(0, championWeights);
    evolution.score('test');
    expect(done.test).toEqual(evolution.scored('test'));
  });

  it('is looked for every so many generations, and in the last', async () => {
    const { events } = await story({ settings: small({ validateEvery: 3, generations: 9 }) });
    expect(events.map(({ validation }) => validation !== null)).toEqual([true, false, false, true, false, false, true, false, true]);
    expect(events.filter(({ champion, validation }) => champion && !validation)).toEqual([]);
  });
});

describe('a run ends', () => {
  it('by target, at the generation that reaches it, which still counts', async () => {
    const settings = small();
    const { events, done } = await straightThrough();
    const bests = events.map(({ best }) => best);
    const target = Math.min(...bests.slice(0, 4));
    const at = bests.findIndex((best) => best <= target);
    const stopped = await story({ settings, target });
    expect(stopped.done).toMatchObject({ reason: 'target', generations: at + 1, best: target, digest: events[at + 1].digest });
    expect(stopped.events.length).toBe(at + 1);
    const never = await story({ settings, target: Math.min(...bests) - 1e-6 });
    expect(never.done).toMatchObject({ reason: 'generations', digest: done.digest });
  });

  it('by minutes, before the first generation where there are none', async () => {
    const settings = small();
    const { events, done } = await story({ settings, minutes: 0 });
    expect(events).toEqual([]);
    expect(done).toMatchObject({ reason: 'minutes', generations: 0, champion: null, test: null, evaluations: 0 });
    expect(done.digest).toBe(machine(settings).digest());
    const { records } = await straightThrough();
    const resumed = await story({ settings, minutes: 0, resume: { snapshot: null, records: records.slice(0, 2) } });
    expect(resumed.done).toMatchObject({ reason: 'minutes', generations: 2, digest: records[2].digest });
  });

  it('by a signal that came before', async () => {
    const { events, done } = await story({ settings: small(), signal: AbortSignal.abort() });
    expect(events).toEqual([]);
    expect(done).toMatchObject({ reason: 'stopped', generations: 0 });
  });

  it('by a signal between two generations: the one that was told of still counts', async () => {
    const settings = small();
    const { records } = await straightThrough();
    const controller = new AbortController();
    await using run = await openRun({ settings, signal: controller.signal });
    const { done, events } = await listenTo(run, [], ({ generation }) => {
      if (generation === 2) controller.abort();
    });
    expect(events.length).toBe(3);
    expect(done).toMatchObject({ reason: 'stopped', generations: 3, digest: records[3].digest });
  });

  it.each([
    { name: 'ga: uniform, gaussian', threads: 2 },
    { name: 'ga: neuron, low-rank', threads: 1 },
    { name: 'es: low-rank of rank 3, z-score, exponential rates, weight decay', threads: 2 },
  ])('by a signal amid a generation, which is dropped; resumed, it ends as if nothing had been: $name', async ({ name, threads }) => {
    const settings = weights({ algorithm: algorithmNamed(name), population: 6000, generations: 4, batch: [{ generation: 0, size: 101 }] });
    const straight = await story({ settings, threads });
    const controller = new AbortController();
    const records: ReturnType<typeof recordOf>[] = [];
    let amid = 0;
    await using run = await openRun({ settings, threads, signal: controller.signal });
    const events = run.events();
    let done = null;
    for (let next = events.next(); ; next = events.next()) {
      // From the second generation on: as soon as some of it is evaluated.
      let answered = false;
      next.then(() => {
        answered = true;
      });
      while (!answered && records.length > 0 && !controller.signal.aborted) {
        await setImmediate();
        if (run.progress > 0) {
          amid = run.progress;
          controller.abort();
        }
      }
      const { value } = await next;
      if (!value) break;
      if (value.event === 'done') done = value;
      else records.push(recordOf(value));
    }
    expect(amid).toBeGreaterThan(0);
    expect(done).toMatchObject({ reason: 'stopped', generations: records.length, digest: straight.events[records.length].digest });
    const resumed = await story({ settings, threads, resume: { snapshot: null, records } });
    expect(resumed.done.digest).toBe(straight.done.digest);
    expect(resumed.done.champion).toEqual(straight.done.champion);
  });

  it('by a signal while its records are applied', async () => {
    const settings = small();
    const { records } = await straightThrough();
    const controller = new AbortController();
    await using run = await openRun({
      settings,
      signal: controller.signal,
      resume: { snapshot: null, records, onProgress: (generation) => generation === 3 && controller.abort() },
    });
    expect(run.generation).toBe(3);
    const { done } = await listenTo(run);
    expect(done).toMatchObject({ reason: 'stopped', generations: 3, digest: records[3].digest });
  });
});

describe('losses from elsewhere', () => {
  it('make the same run: NaN among them counts as +Infinity', async () => {
    const settings = small();
    const straight = await straightThrough();
    const elsewhere = machine(settings);
    const given = (generation: number) => {
      for (; elsewhere.generation < generation; ) elsewhere.advance(straight.events[elsewhere.generation].selection);
      return measure(elsewhere).losses;
    };
    const { events, done } = await story({ settings, evaluate: async (generation) => given(generation) });
    expect(events.map(({ digest, champion }) => [digest, champion])).toEqual(
      straight.events.map(({ digest, champion }) => [digest, champion]),
    );
    expect(done).toMatchObject({ reason: 'generations', digest: straight.done.digest, test: straight.done.test });
    const [nan, infinite] = await Promise.all(
      [Number.NaN, Number.POSITIVE_INFINITY].map((odd) =>
        story({
          settings: small({ generations: 2 }),
          evaluate: async () => Float32Array.from({ length: 26 }, (_, i) => (i % 2 ? odd : i)),
        }),
      ),
    );
    expect(nan.done.digest).toBe(infinite.done.digest);
    expect(nan.done.digest).not.toBe(straight.events[2].digest);
  });

  it('that do not come stop the run before that generation', async () => {
    const { events, done } = await story({
      settings: small(),
      evaluate: async (generation) => (generation < 2 ? new Float32Array(26).fill(1) : null),
    });
    expect(events.map(({ generation }) => generation)).toEqual([0, 1]);
    expect(done).toMatchObject({ reason: 'stopped', generations: 2 });
  });
});

describe('a genome to start from', () => {
  it.each([ga(), es()])('is individual 0, or the centre: $name', async (algorithm) => {
    const settings = small({ algorithm });
    const start = machine(settings).express(5);
    const { events, done } = await story({ settings, start });
    const evolution = machine(settings, { started: true });
    evolution.init(start);
    if (algorithm.name === 'es') expect(evolution.centre()).toEqual(start);
    else {
      expect(evolution.express(0)).toEqual(start);
      expect(evolution.lineage(1)).toMatchObject({ kind: 'child', mates: [0] });
    }
    expect(events[0].digest).toBe(evolution.digest());
    for (const { selection } of events) evolution.advance(selection);
    expect(done.digest).toBe(evolution.digest());
    expect(done.digest).not.toBe((await story({ settings })).done.digest);
  });

  it('of another length is refused', async () => {
    await expect(openRun({ settings: small(), start: new Float32Array(3) })).rejects.toThrow(/has 3 weights, the network 150/);
  });
});

it('a run of 64 seed bits: each counts', async () => {
  const digests = await Promise.all(
    [0n, 1n, 1n << 31n, 1n << 32n, 1n << 63n].map(async (seed) => (await story({ settings: small({ generations: 1 }), seed })).done.digest),
  );
  expect(new Set(digests).size).toBe(5);
});

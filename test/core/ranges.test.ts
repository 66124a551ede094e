// Ranges that a run measures while it waits for losses from elsewhere.
import { expect, it } from 'vitest';
import type { Run } from '../../core/run.ts';
import { bits } from './fixtures/machine.ts';
import { listenTo, openRun, story } from './fixtures/runs.ts';
import { KINDS, weights } from './fixtures/settings.ts';

const settings = weights({ generations: 6, population: 26 });

it.each(KINDS)('have the losses that the run alone has, in any order, cut anywhere: $name', async ({ algorithm }) => {
  const own = { ...settings, algorithm };
  const alone = await story({ settings: own });
  let run: Run;
  const evaluate = async () => {
    const losses = new Float32Array(26);
    const cuts = [17, 0, 24, 5, 16];
    const orders = cuts.map((first) => ({ first, count: Math.min(26, ...cuts.filter((cut) => cut > first)) - first }));
    // One of them twice: two workers may have the same.
    await Promise.all(
      [...orders, orders[1]].map(async ({ first, count }) => {
        losses.set((await run.measureRange(first, count))?.losses as Float32Array, first);
      }),
    );
    return losses;
  };
  await using opened = await openRun({ settings: own, threads: 2, evaluate });
  run = opened;
  const told = await listenTo(run);
  expect(told.done.digest).toBe(alone.done.digest);
  told.events.forEach((event, g) => {
    expect(bits(event.losses)).toEqual(bits(alone.events[g].losses));
  });
});

it('are dropped when the generation is left', async () => {
  const alone = await story({ settings });
  let run: Run;
  let left: Promise<unknown>[] = [];
  await using opened = await openRun({
    settings,
    evaluate: async (generation) => {
      expect(await Promise.all(left)).not.toContain(undefined);
      left = Array.from({ length: 8 }, () => run.measureRange(0, 26));
      return alone.events[generation].losses;
    },
  });
  run = opened;
  expect(await run.measureRange(0, 1)).toBe(null);
  expect((await listenTo(run)).done.digest).toBe(alone.done.digest);
  expect((await Promise.all(left)).filter((measured) => measured === null).length).toBeGreaterThan(0);
});

it('are measured while the event of a generation is held, and not once it was let go', async () => {
  const alone = await story({ settings });
  await using run = await openRun({ settings, evaluate: async (generation) => alone.events[generation].losses });
  for await (const event of run.events()) {
    if (event.event !== 'generation') continue;
    const { losses } = (await run.measureRange(3, 5)) ?? {};
    expect(bits(losses as Float32Array)).toEqual(bits(alone.events[event.generation].losses.slice(3, 8)));
    expect(run.digest()).toBe(event.digest);
  }
  expect(run.digest()).toBe(alone.done.digest);
  expect(await run.measureRange(0, 1)).toBe(null);
});

it.each([0, 2, 5])('a generation that is withdrawn is as if never measured: %i', async (withdrawn) => {
  const own = { ...settings, validateEvery: 1 };
  const alone = await story({ settings: own });
  await using run = await openRun({
    settings: own,
    // All wrong in the generation that will not count: its champion may not either.
    evaluate: async (generation) => alone.events[generation].losses.map((loss) => (generation === withdrawn ? -loss : loss)),
  });
  let last: unknown = null;
  for await (const event of run.events()) {
    if (event.event === 'generation' && event.generation === withdrawn) run.withdraw();
    last = event;
  }
  const { digest } = alone.events[withdrawn];
  const champion = alone.events.slice(0, withdrawn).findLast((event) => event.champion)?.champion ?? null;
  expect(last).toMatchObject({ event: 'done', reason: 'stopped', generations: withdrawn, digest, champion, test: null });
  expect(run.champion).toEqual(champion);
  expect(run.digest()).toBe(digest);
});

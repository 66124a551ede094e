// Whoever computes, dies, freezes or comes back: one digest. Real processes, sockets and files; what happens is tied to generations, never to seconds.
//
//     npm run test:chaos                          what continuous integration does
//     GERMLINE_CHAOS=5 npm run test:chaos         five times as much of it
//     GERMLINE_CHAOS_SEED=2 npm run test:chaos    another course of events
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Chance } from './chance.ts';
import { Crew } from './crew.ts';
import { alone, CHAOS_SEED, expectNothingLost, expectSame, experiment, type Reference, SCALE } from './experiments.ts';
import { endProcesses, newFolder, removeFolders } from './processes.ts';
import { type RunShown, Served, total } from './served.ts';
import { CRASH_POINTS, sum, Tally, table } from './tally.ts';

const TIMEOUT_MS = SCALE * 600_000;

const tallies: Tally[] = [];
let ga: Reference;
let es: Reference;

function begin(scenario: string): Tally {
  const tally = new Tally(scenario);
  tallies.push(tally);
  return tally;
}

beforeAll(async () => {
  const folder = await newFolder();
  ga = await alone(experiment('ga', 11), folder);
  es = await alone(experiment('es', 12), folder);
  begin('germline run').digests.push(ga.end.digest, es.end.digest);
}, TIMEOUT_MS);

afterEach(endProcesses);

afterAll(async () => {
  await removeFolders();
  console.log(`\n${table(tallies)}\n`);
});

test('one worker; a run right after another', { timeout: TIMEOUT_MS }, async () => {
  const served = await Served.start(await newFolder(), begin('1 worker'));
  const crew = new Crew(served, 1);
  for (const run of [ga, es]) {
    expectSame(await served.ends(await served.submit(run.experiment)), [run]);
  }
  await crew.end();
  await served.stop();
});

test('eight workers; two runs at once', { timeout: TIMEOUT_MS }, async () => {
  const served = await Served.start(await newFolder(), begin('8 workers'));
  const crew = new Crew(served, 8);
  const ids = [await served.submit(ga.experiment), await served.submit(es.experiment)];
  expectSame(await served.ends(...ids), [ga, es]);
  await crew.end();
  await served.stop();
});

test('many short runs, one after another and at once, sharing workers', { timeout: TIMEOUT_MS }, async () => {
  const folder = await newFolder();
  const runs: Reference[] = [];
  for (const [n, algorithm] of (['ga', 'es', 'ga', 'es'] as const).entries()) {
    runs.push(await alone(experiment(algorithm, 20 + n, { population: 96, batch: 64, generations: 12 }), folder));
  }
  const served = await Served.start(await newFolder(), begin('many runs'));
  const crew = new Crew(served, 3);
  for (let round = 0; round < 2 * SCALE; round++) {
    // Each is asked for in the moment when the one before is seen to be done, and deleted while the next one runs.
    const kept: string[] = [];
    for (const run of runs) {
      const id = await served.submit(run.experiment);
      for (const over of kept.splice(0)) await served.remove(over);
      expectSame(await served.ends(id), [run]);
      kept.push(id);
    }
    const ids = await Promise.all(runs.map((run) => served.submit(run.experiment)));
    expectSame(await served.ends(...ids), runs);
    for (const id of [...kept, ...ids]) await served.remove(id);
  }
  await crew.end();
  await served.stop();
});

test('workers killed, and frozen past their leases', { timeout: TIMEOUT_MS }, async () => {
  const chance = new Chance(CHAOS_SEED);
  const tally = begin('workers killed, frozen');
  const served = await Served.start(await newFolder(), tally);
  const crew = new Crew(served, 5);
  const ids = [await served.submit(ga.experiment), await served.submit(es.experiment)];
  // The last quarter is left to those that come late.
  const rounds = 6 * SCALE;
  const step = Math.floor((2 * ga.end.generations * 0.75) / rounds / 5);
  let next = 2 * step;
  const goOn = () => served.until((runs) => total(runs) >= next);
  for (let round = 0; round < rounds; round++) {
    await goOn();
    await crew.kill(chance.pick(crew.awake));
    next += step;
    await goOn();
    for (const member of chance.shuffled(crew.awake).slice(0, 2)) await crew.kill(member);
    next += step;
    await goOn();
    // The others go on without them, and are ahead when they wake up; one does not.
    crew.freeze(chance.shuffled(crew.awake).slice(0, 3));
    next += step;
    await goOn();
    if (chance.below(2)) await crew.kill(chance.pick(crew.frozen));
    crew.thaw();
    next += step;
    await goOn();
    // Nobody is left to take over: only the end of a lease can set its range free. Whoever wakes first computes what the others then send too.
    const { expired } = tally.counters;
    crew.freeze(crew.awake);
    await served.until(() => tally.counters.expired >= expired + 2);
    for (const member of chance.shuffled(crew.frozen)) {
      crew.thaw([member]);
      await served.count();
    }
    next += step;
  }
  expectSame(await served.ends(...ids), [ga, es]);
  await crew.end();
  await served.stop();
});

test('the server killed at every crash point and at random, workers too', { timeout: TIMEOUT_MS }, async () => {
  const chance = new Chance(CHAOS_SEED + 1);
  const tally = begin('server killed');
  const served = await Served.start(await newFolder(), tally);
  const crew = new Crew(served, 3);
  const ids = [await served.submit(ga.experiment), await served.submit(es.experiment)];
  const furthest = (runs: readonly RunShown[]) => Math.max(...runs.map(({ generations }) => generations));
  let runs = (await served.until((all) => furthest(all) >= 3)) as RunShown[];
  await served.kill();
  const fates = Array.from({ length: 2 * SCALE }, () => chance.shuffled([...CRASH_POINTS, 'random', 'random'] as const)).flat();
  for (const fate of fates) {
    const before = new Map(served.told);
    if (fate === 'random') {
      await served.start();
      const goal = total(runs) + chance.below(16);
      runs = (await served.until((all) => total(all) >= goal && running(all))) as RunShown[];
      expectNothingLost(runs, before);
      if (chance.below(2)) await crew.kill(chance.pick(crew.awake));
      await served.kill();
      continue;
    }
    const generation = furthest(runs) + 4 + chance.below(5);
    await served.start({ crash: { point: fate, generation } });
    const half = total(runs) + 3;
    const seen = await served.until((all) => total(all) >= half && running(all), { mayDie: true });
    if (seen) {
      runs = seen;
      expectNothingLost(runs, before);
      await crew.kill(chance.pick(crew.awake));
    }
    await served.crashed(fate);
    runs = runs.map((run) => ({ ...run, generations: served.told.get(run.id) ?? 0 }));
  }
  // Twice in a row, before it has said anything.
  for (let n = 0; n < 2; n++) {
    await served.start();
    await served.kill();
  }
  await served.start();
  expectSame(await served.ends(...ids), [ga, es]);
  await crew.end();
  await served.stop();
});

/** The server has read all journals again. */
const running = (runs: readonly RunShown[]) => runs.every(({ generations }) => generations > 0);

test('enough happened, and there were no digests but those of germline run', () => {
  const { workerKills, counters, crashes, digests } = sum(tallies);
  expect(workerKills).toBeGreaterThanOrEqual(20);
  expect(counters.expired).toBeGreaterThanOrEqual(5);
  expect(counters.duplicated).toBeGreaterThanOrEqual(5);
  for (const point of CRASH_POINTS) expect(crashes[point]).toBeGreaterThanOrEqual(1);
  expect(new Set(digests).size).toBe(6);
});

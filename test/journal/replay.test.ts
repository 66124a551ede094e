import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import type { WeightsSettings } from '../../core/settings.ts';
import { Cadence } from '../../journal/cadence.ts';
import { Journal, JournalError, journalListener, ReplayError, type ReplayOptions, replay, resumePoint } from '../../journal/index.ts';
import { Machine } from './machine.ts';
import { sampleRun, temporaryFolder } from './sample.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 7n;
const options: ReplayOptions = {
  settings: {} as WeightsSettings,
  dataset: { name: 'xor', hash: sampleRun().dataset.hash } as Dataset,
  open: Machine.open,
};

/** Runs from where the journal stands. */
async function run(journal: Journal, until: number, listening = {}, reason: 'generations' | 'stopped' = 'generations'): Promise<Machine> {
  const machine = await Machine.open({ seed: SEED, resume: resumePoint(journal) });
  const listener = journalListener(journal, machine, listening);
  for await (const event of machine.events(until, reason)) await listener.on(event);
  return machine;
}

const undisturbed = async (until: number): Promise<string> => {
  const machine = new Machine(SEED);
  for await (const _ of machine.events(until));
  return machine.digest();
};

describe('a journal that listened to a run', () => {
  test('replays it from the seed, digest by digest, up to the champion', async () => {
    const journal = await Journal.create(folder, sampleRun({ seed: String(SEED) }));
    const machine = await run(journal, 40);
    await journal.close();
    using read = Journal.read(folder);
    const seen: number[] = [];
    const result = await replay(read, { ...options, championWeights: machine.championWeights(), onProgress: (g) => seen.push(g) });
    expect(result).toMatchObject({
      from: 0,
      generations: 40,
      digest: machine.digest(),
      champion: machine.champion,
      matches: { records: 40, final: true, champion: true, weights: true },
    });
    expect(result.weights).toEqual(machine.championWeights());
    expect(seen).toEqual(Array.from({ length: 40 }, (_, g) => g));
    expect(read.end).toMatchObject({ generations: 40, digest: machine.digest() });
  });

  test('takes it on from wherever it stopped, to the same end', async () => {
    await (await Journal.create(folder, sampleRun({ seed: String(SEED) }))).close();
    for (const [until, listening] of [
      [3, { snapshotEvery: 0 }],
      [11, { inFlight: 0 }],
      [17, { snapshotEvery: 4 }],
      [18, {}],
      [40, { snapshotEvery: 3, inFlight: 8 }],
    ] as const) {
      const journal = await Journal.open(folder);
      const machine = await run(journal, until, listening, 'stopped');
      expect(machine.digest()).toBe(await undisturbed(until));
      if (until === 18) expect(resumePoint(journal).generation).toBe(18);
      await journal.close();
    }
    using read = Journal.read(folder);
    expect((await replay(read, options)).digest).toBe(await undisturbed(40));
    const short = await replay(read, { ...options, fromSnapshot: true });
    expect(short).toMatchObject({ from: 40, matches: { records: 0, final: true } });
  });

  test('goes on from an older snapshot, or the seed, where one is damaged', async () => {
    const journal = await Journal.create(folder, sampleRun({ seed: String(SEED) }));
    await run(journal, 20, { snapshotEvery: 8 });
    expect(resumePoint(journal).generation).toBe(16);
    for (const [i, name] of readdirSync(join(folder, 'chunks')).entries()) {
      truncateSync(join(folder, 'chunks', name), 10);
      const point = resumePoint(journal);
      expect(i === 0 ? [8, 16] : [0]).toContain(point.generation);
      const machine = await Machine.open({ seed: SEED, resume: point });
      expect(machine.digest()).toBe(await undisturbed(20));
    }
    await journal.close();
  });

  test('says at which generation a replay differs', async () => {
    const journal = await Journal.create(folder, sampleRun({ seed: String(SEED) }));
    const machine = await run(journal, 10);
    const weights = machine.championWeights() as Float32Array;
    const champion = machine.champion?.generation as number;

    class Other extends Machine {
      static override open(given: Parameters<typeof Machine.open>[0]): Promise<Machine> {
        const altered = function* () {
          for (const record of given.resume?.records ?? [])
            yield record.generation === 6 ? { ...record, selection: Uint8Array.of(9) } : record;
        };
        return Machine.open({ ...given, resume: { snapshot: null, records: altered() } });
      }
    }
    await expect(replay(journal, { ...options, open: Other.open })).rejects.toMatchObject({ name: 'ReplayError', generation: 7 });
    await expect(replay(journal, { ...options, championWeights: weights.map((w) => w + 1) })).rejects.toMatchObject({
      generation: champion,
      message: expect.stringContaining("champion's weights"),
    });
    const dataset = { ...options.dataset, hash: sampleRun().engine };
    await expect(replay(journal, { ...options, dataset })).rejects.toThrow(/was made with the dataset xor of hash/);
    await journal.close();

    const database = new DatabaseSync(join(folder, 'journal.sqlite'));
    database.exec('UPDATE records SET selection = zeroblob(2) WHERE generation = 4');
    database.close();
    expect(() => Journal.read(folder)).toThrow(JournalError);
  });

  test('stops the run when a record cannot be written, and keeps what is', async () => {
    const journal = await Journal.create(folder, sampleRun({ seed: String(SEED) }));
    const machine = new Machine(SEED);
    const listener = journalListener(journal, machine);
    const listening = async (): Promise<void> => {
      for await (const event of machine.events(10)) {
        await listener.on(event.event === 'generation' && event.generation === 5 ? { ...event, generation: 6 } : event);
      }
    };
    await expect(listening()).rejects.toMatchObject({ code: 'order' });
    expect(journal.count).toBe(5);
    await journal.close();
  });

  test('goes on without a snapshot that the disk has no room for', async () => {
    const journal = await Journal.create(folder, sampleRun({ seed: String(SEED) }));
    const skipped: JournalError[] = [];
    const machine = new Machine(SEED);
    const full = {
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      async *snapshot(): AsyncGenerator<Uint8Array, void> {
        throw new JournalError('disk-full', 'the disk is full');
      },
    };
    const listener = journalListener(journal, full, { snapshotEvery: 3, onSkippedSnapshot: (error) => skipped.push(error) });
    for await (const event of machine.events(10)) await listener.on(event);
    expect(skipped.length).toBe(3);
    expect(journal.end?.generations).toBe(10);
    await journal.close();
  });
});

test('a journal whose files are gone says which', async () => {
  await (await Journal.create(folder, sampleRun())).close();
  rmSync(join(folder, 'journal.sqlite'));
  await expect(Journal.open(folder)).rejects.toThrow('there is no journal.sqlite in it');
  writeFileSync(join(folder, 'journal.sqlite'), 'x');
  await expect(Journal.open(folder)).rejects.toMatchObject({ code: 'corrupt' });
  expect(new ReplayError(3, 'x').generation).toBe(3);
});

describe('the cadence of snapshots', () => {
  /** Generations of a run at which snapshots were taken. */
  function taken(every: number | undefined, seconds: number, generations: number, bytes: number, cost: number): number[] {
    let time = 0;
    const cadence = new Cadence(every, () => time);
    const at: number[] = [];
    for (let g = 0; g < generations; g++) {
      if (cadence.due(g)) {
        at.push(g);
        const from = time;
        time += cost;
        cadence.taken(bytes, from);
      }
      time += seconds;
    }
    return at;
  }

  test.each([
    ['fast generations, small state: every ten seconds', undefined, 0.125, 200, 1e5, 0, [80, 160]],
    ['slow ones: at each', undefined, 60, 4, 1e5, 0.01, [1, 2, 3]],
    ['a costly one: a twentieth of the time', undefined, 1, 150, 1e6, 3, [10, 70, 130]],
    ['a large one: a megabyte a second', undefined, 1, 250, 1e8, 0.5, [10, 110, 210]],
    ['as told', 50, 1, 160, 1e9, 9, [50, 100, 150]],
    ['none', 0, 100, 20, 1, 0, []],
  ])('%s', (_, every, seconds, generations, bytes, cost, expected) => {
    expect(taken(every, seconds, generations, bytes, cost)).toEqual(expected);
  });
});

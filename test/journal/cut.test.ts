// A run that goes back to an earlier generation: what its journal says after, whenever the process was killed.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import type { WeightsSettings } from '../../core/settings.ts';
import { Journal, JournalError, journalListener, replay, resumePoint } from '../../journal/index.ts';
import { Machine } from './machine.ts';
import { digest, expected, plain, sampleRecord, sampleRun, temporaryFolder } from './sample.ts';

const CHILD = fileURLToPath(new URL('./cut-child.ts', import.meta.url));
const reason = { who: 'laptop (c3)', why: 'its loss of individual 7 was wrong' };

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a journal that is cut', () => {
  test('holds what came before, tells of the cut, and goes on from there', async () => {
    const journal = await Journal.create(folder, sampleRun({ keepLosses: 3 }));
    const reader = Journal.read(folder);
    for (let g = 0; g < 10; ++g) {
      await journal.append(sampleRecord(g));
      if (g === 4 || g === 8) await journal.addSnapshot(g, digest(`state ${g}`), [new Uint8Array(9_000_000).fill(g)]);
    }
    await journal.finish({ event: 'done', generations: 10, reason: 'generations', digest: digest('state 10') } as never);
    expect(journal.cuts()).toEqual([]);
    const chunks = readdirSync(join(folder, 'chunks')).length;

    expect(await journal.cut(6, reason)).toBe(true);
    for (const content of [journal, reader]) {
      expect(content).toMatchObject({ count: 6, end: null });
      expect([...content.records()].map(plain)).toEqual(expected(6));
      expect(content.latestSnapshot()?.generation).toBe(4);
      expect(content.cuts()).toEqual([{ generation: 6, records: 10, at: expect.stringMatching(/^\d{4}-.*Z$/), ...reason }]);
      expect(() => content.losses(6)).toThrow(/no losses of generation 6/);
    }
    expect(readdirSync(join(folder, 'chunks')).length).toBeLessThan(chunks);

    await expect(journal.append(sampleRecord(10))).rejects.toMatchObject({ code: 'order' });
    for (let g = 6; g < 9; ++g) await journal.append(sampleRecord(g));
    await journal.close();
    const again = await Journal.open(folder);
    expect(again.recovery).toBeNull();
    expect([...again.records()].map(plain)).toEqual(expected(9));
    expect(await again.cut(0, { who: null, why: 'all of it' })).toBe(true);
    expect(again.count).toBe(0);
    expect(again.latestSnapshot()).toBeNull();
    await again.append(sampleRecord(0));
    expect([...reader.records()].map(plain)).toEqual(expected(1));
    expect(again.cuts().map(({ generation, records }) => [generation, records])).toEqual([
      [6, 10],
      [0, 9],
    ]);
    reader.close();
    await again.close();
  });

  test('keeps the snapshot of the state that it goes back to', async () => {
    const journal = await Journal.create(folder, sampleRun());
    for (let g = 0; g < 6; ++g) {
      await journal.append(sampleRecord(g));
      await journal.addSnapshot(g, digest(`state ${g}`), [Uint8Array.of(g)]);
    }
    await journal.cut(4, reason);
    expect(journal.latestSnapshot()?.generation).toBe(4);
    await journal.close();
  });

  test('is left alone where there is nothing to drop, and refuses what is no generation', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await journal.append(sampleRecord(0));
    expect(await journal.cut(1, reason)).toBe(false);
    expect(await journal.cut(5, reason)).toBe(false);
    await expect(journal.cut(-1, reason)).rejects.toMatchObject({ code: 'invalid' });
    await expect(journal.cut(0.5, reason)).rejects.toMatchObject({ code: 'invalid' });
    expect(journal.count).toBe(1);
    expect(journal.cuts()).toEqual([]);
    await journal.close();
  });

  test('waits for records and snapshots on their way', async () => {
    const journal = await Journal.create(folder, sampleRun());
    for (let g = 0; g < 5; ++g) void journal.append(sampleRecord(g));
    const written = journal.addSnapshot(5, digest('state 5'), [new Uint8Array(9_000_000)]);
    const cut = journal.cut(3, reason);
    expect(await Promise.all([written, cut])).toEqual([9_000_000, true]);
    expect(journal.count).toBe(3);
    expect(journal.latestSnapshot()).toBeNull();
    expect(readdirSync(join(folder, 'chunks'))).toEqual([]);
    await journal.close();
  });

  test('leaves a damaged note out', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await journal.append(sampleRecord(0));
    await journal.cut(0, reason);
    await journal.close();
    const database = new DatabaseSync(join(folder, 'journal.sqlite'));
    database.exec(`UPDATE cuts SET cut = replace(cut, '7', '8')`);
    database.close();
    using read = Journal.read(folder);
    expect(read.cuts()).toEqual([]);
    expect(read.count).toBe(0);
  });

  test('replays as any other: a run that went back ends as the one that never strayed', async () => {
    const SEED = 7n;
    const journal = await Journal.create(folder, sampleRun({ seed: String(SEED) }));
    const go = async (until: number, stray: number) => {
      const machine = await Machine.open({ seed: SEED, resume: resumePoint(journal) });
      const listener = journalListener(journal, machine, { snapshotEvery: 4 });
      for await (const event of machine.events(until)) {
        // A selection from wrong losses: the journal holds it, and so the states that follow are others.
        if (event.event === 'generation' && event.generation === stray) event.selection.fill(9);
        await listener.on(event);
      }
      return machine.digest();
    };
    const honest = new Machine(SEED);
    for await (const _ of honest.events(30));
    expect(await go(20, 13)).not.toBe(honest.digest());
    await journal.cut(13, reason);
    expect(resumePoint(journal).generation).toBe(12);
    expect(await go(30, -1)).toBe(honest.digest());
    const options = {
      settings: {} as WeightsSettings,
      dataset: { name: 'xor', hash: sampleRun().dataset.hash } as Dataset,
      open: Machine.open,
    };
    expect(await replay(journal, options)).toMatchObject({ from: 0, generations: 30, digest: honest.digest() });
    await journal.close();
  });
});

/** What a journal holds: `records cuts`, its records those that they should be. */
function contentOf(path: string): string {
  using journal = Journal.read(path);
  expect(journal.recovery).toBeNull();
  expect([...journal.records()].map(plain)).toEqual(expected(journal.count));
  expect(journal.latestSnapshot()?.generation ?? 0).toBeLessThanOrEqual(journal.count);
  const cuts = journal.cuts();
  for (const { generation, records, why } of cuts) expect([generation < records, why]).toEqual([true, 'the test says so']);
  return `${journal.count} ${cuts.length}`;
}

test('a process killed while it cuts leaves the journal as before or as after', { timeout: 120_000 }, async () => {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let cutting = 0;
  for (let kill = 0; kill < 7; ++kill) {
    const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    const at = random(6) + 1;
    const spin = random(40) / 8;
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      said.push(...text.split('\n').slice(0, -1));
      text = text.slice(text.lastIndexOf('\n') + 1);
      if (child.killed || said.filter((line) => line.startsWith('cut')).length < at) return;
      for (const until = performance.now() + spin; performance.now() < until; );
      child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.once('close', resolve));
    const known = said.findLastIndex((line) => line.startsWith('at'));
    let [records, cuts] = said[known].split(' ').slice(1).map(Number);
    const possible = [`${records} ${cuts}`];
    for (const line of said.slice(known + 1)) {
      if (line.startsWith('append')) possible.push(`${++records} ${cuts}`);
      else possible.push(`${Number(line.split(' ')[1])} ${++cuts}`);
    }
    // What was confirmed stands, and at most the last request is open.
    expect(possible.slice(-2)).toContain(contentOf(folder));
    if (said.at(-1)?.startsWith('cut')) ++cutting;
  }
  expect(cutting).toBeGreaterThan(0);
});

test('a log that is cut off at any byte holds the journal of some moment', { timeout: 120_000 }, () => {
  const crashed = join(folder, 'crashed');
  const { stdout } = spawnSync(process.execPath, [CHILD, crashed, '6'], { encoding: 'utf8' });
  const moments = new Set<string>();
  let cuts = 0;
  for (const [what, number] of stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '))) {
    if (what === 'append') moments.add(`${Number(number) + 1} ${cuts}`);
    else if (what === 'cut') moments.add(`${number} ${++cuts}`);
    else moments.add(`${number} ${cuts}`);
  }
  const log = 'journal.sqlite-wal';
  const { size } = statSync(join(crashed, log));
  const found = new Set<string>();
  for (let i = 0; i <= 120; ++i) {
    const copy = join(folder, `copy-${i}`);
    mkdirSync(copy);
    for (const name of ['journal.sqlite', log]) if (existsSync(join(crashed, name))) copyFileSync(join(crashed, name), join(copy, name));
    truncateSync(join(copy, log), Math.floor((size * i) / 120));
    try {
      const content = contentOf(copy);
      expect(moments).toContain(content);
      found.add(content);
    } catch (error) {
      // Before its tables were there.
      if (!(error instanceof JournalError)) throw error;
      expect(['corrupt', 'missing']).toContain(error.code);
    }
    rmSync(copy, { recursive: true });
  }
  expect([...found].filter((content) => content.endsWith(' 3')).length).toBeGreaterThan(0);
  expect(found.size).toBeGreaterThan(20);
});

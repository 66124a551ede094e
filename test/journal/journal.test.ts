import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DoneEvent } from '../../core/events.ts';
import { Journal, type LossHistogram, Store } from '../../journal/index.ts';
import { digest, expected, plain, sampleLosses, sampleRecord, sampleRun, temporaryFolder } from './sample.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const done: DoneEvent = {
  event: 'done',
  generations: 5,
  reason: 'stopped',
  digest: digest('state 5'),
  best: Number.POSITIVE_INFINITY,
  champion: null,
  validation: null,
  test: { loss: Number.POSITIVE_INFINITY, accuracy: 0.25 },
  evaluations: 320,
  seconds: 1,
  evaluationsPerSecond: 320,
};

async function fill(journal: Journal, count: number, from = 0): Promise<void> {
  for (let g = from; g < count; g++) await journal.append(sampleRecord(g));
}

/** The file changed while nobody has it open. */
function alter(sql: string, ...values: (string | number | Uint8Array)[]): void {
  const database = new DatabaseSync(join(folder, 'journal.sqlite'));
  database.prepare(sql).run(...values);
  database.close();
}

describe('a journal', () => {
  test('gives back what it was given, now and after it was closed', async () => {
    const journal = await Journal.create(folder, sampleRun({ start: Float32Array.of(1, -2, 3.5) }));
    await fill(journal, 150);
    expect(journal.count).toBe(150);
    expect([...journal.records()].map(plain)).toEqual(expected(150));
    expect([...journal.records(140)].map(plain)).toEqual(expected(150).slice(140));
    await journal.finish({ ...done, generations: 150 });
    await journal.close();
    expect(readdirSync(folder).sort()).toEqual(['chunks', 'engines', 'journal.lock', 'journal.sqlite']);

    using read = Journal.read(folder);
    expect([...read.records()].map(plain)).toEqual(expected(150));
    expect(read.end).toEqual({ ...done, generations: 150 });
    expect(read.run).toEqual(journal.run);
    expect(read.run.seed).toBe('18446744073709551615');
    expect(read.start()).toEqual(Float32Array.of(1, -2, 3.5));
    expect(read.engineFiles()).toEqual(sampleRun().engineFiles.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) })));
    expect(read.recovery).toBeNull();

    const again = await Journal.open(folder);
    expect(again.end).toEqual({ ...done, generations: 150 });
    await fill(again, 152, 150);
    expect(again.end).toBeNull();
    await again.close();
    using last = Journal.read(folder);
    expect([...last.records()].map(plain)).toEqual(expected(152));
    expect(last.end).toBeNull();
  });

  test('copies what it is given: the caller may use the memory again at once', async () => {
    const journal = await Journal.create(folder, sampleRun());
    const record = sampleRecord(0);
    const appended = journal.append(record);
    record.losses.fill(7);
    record.selection.fill(7);
    await appended;
    expect([...journal.records()].map(plain)).toEqual(expected(1));
    expect(journal.losses(0)).toEqual(sampleLosses(0, 64));
    await journal.close();
  });

  test('keeps the last losses and shrinks older ones to a histogram', async () => {
    const journal = await Journal.create(folder, sampleRun({ keepLosses: 3 }));
    await fill(journal, 10);
    for (let g = 7; g < 10; g++) expect(journal.losses(g)).toEqual(sampleLosses(g, 64));
    for (let g = 0; g < 7; g++) {
      const histogram = journal.losses(g) as LossHistogram;
      const losses = sampleLosses(g, 64);
      expect(histogram.count).toBe(64);
      expect(histogram.minimum).toBe(Math.min(...losses));
      expect(histogram.maximum).toBe(Math.max(...losses));
      expect(histogram.bins.reduce((sum, n) => sum + n, 0)).toBe(64);
    }
    await journal.close();
    using read = Journal.read(folder);
    expect(read.count).toBe(10);
  });

  test('keeps all losses where asked', async () => {
    const journal = await Journal.create(folder, sampleRun({ keepLosses: 'all' }));
    await fill(journal, 120);
    expect(journal.losses(0)).toEqual(sampleLosses(0, 64));
    expect(() => journal.losses(120)).toThrow('there are no losses of generation 120');
    await journal.close();
  });

  test('refuses a record out of order, and a second one of a generation, and goes on', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 2);
    const [gap, twice, next] = await Promise.allSettled([
      journal.append(sampleRecord(3)),
      journal.append(sampleRecord(1)),
      journal.append(sampleRecord(2)),
    ]);
    expect(gap).toMatchObject({ status: 'rejected', reason: { code: 'order' } });
    expect(twice).toMatchObject({ status: 'rejected', reason: { code: 'order' } });
    expect(next.status).toBe('fulfilled');
    expect([...journal.records()].map(plain)).toEqual(expected(3));
    await journal.close();
  });

  test('refuses what does not fit a row before anything is copied', async () => {
    await expect(Journal.create(folder, sampleRun({ population: 250_000_000 }))).rejects.toMatchObject({ code: 'too-large' });
    const journal = await Journal.create(folder, sampleRun());
    const selection = new Uint8Array(1_000_000_000);
    await expect(journal.append({ ...sampleRecord(0), selection })).rejects.toThrow(/generation 0: selection takes 1000000000 bytes/);
    await journal.append(sampleRecord(0));
    await journal.close();
  });

  test.each([
    ['digest', { digest: 'abc' }],
    ['best', { best: Number.NaN }],
    ['evaluations', { evaluations: -1 }],
    ['champion', { champion: { generation: 0, individual: 0.5, validation: { loss: 1, accuracy: null }, digest: digest('') } }],
  ])('refuses a record with a wrong %s, by name', async (_, change) => {
    const journal = await Journal.create(folder, sampleRun());
    await expect(journal.append({ ...sampleRecord(0), ...change })).rejects.toThrow(
      /record of generation 0.*(digest|best|evaluations|champion)/,
    );
    await journal.close();
  });

  test('says that a folder holds a run already, or none', async () => {
    await expect(Journal.open(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'missing' });
    expect(() => Journal.read(join(folder, 'nothing'))).toThrow('holds no journal');
    await (await Journal.create(folder, sampleRun())).close();
    await expect(Journal.create(folder, sampleRun())).rejects.toMatchObject({ code: 'exists' });
  });

  test('says who is at fault after close', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await journal.close();
    await journal.close();
    await expect(journal.append(sampleRecord(0))).rejects.toMatchObject({ code: 'closed' });
  });

  test('refuses a journal of a newer Germline, and files that are none', async () => {
    await (await Journal.create(folder, sampleRun())).close();
    const database = new DatabaseSync(join(folder, 'journal.sqlite'));
    database.exec('PRAGMA user_version = 2');
    database.close();
    await expect(Journal.open(folder)).rejects.toMatchObject({
      code: 'newer',
      message: expect.stringContaining('made by a newer Germline'),
    });
    expect(() => Journal.read(folder)).toThrow('made by a newer Germline');

    rmSync(join(folder, 'journal.sqlite'));
    const other = new DatabaseSync(join(folder, 'journal.sqlite'));
    other.exec('CREATE TABLE notes (text)');
    other.close();
    expect(() => Journal.read(folder)).toThrow(/holds no journal|not a Germline journal/);
    for (const text of ['', 'no database at all, but long enough to look like one to a careless reader '.repeat(20)]) {
      writeFileSync(join(folder, 'journal.sqlite'), text);
      await expect(Journal.open(folder)).rejects.toMatchObject({ code: 'corrupt' });
      expect(() => Journal.read(folder)).toThrow(/journal\.sqlite/);
    }
  });
});

describe('damage', () => {
  beforeEach(async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 10);
    await journal.finish({ ...done, generations: 10 });
    await journal.close();
  });

  test.each([
    ['digest', 'UPDATE records SET digest = zeroblob(16) WHERE generation = 4'],
    ['selection', "UPDATE records SET selection = CAST(selection || x'00' AS BLOB) WHERE generation = 4"],
    ['best', 'UPDATE records SET best = best + 1e-12 WHERE generation = 4'],
    [
      'champion',
      'UPDATE records SET champion_generation = 4, champion_individual = 1, champion_loss = 0, champion_digest = digest WHERE generation = 4',
    ],
    ['losses', 'UPDATE records SET losses_hash = zeroblob(32) WHERE generation = 4'],
    ['shape', 'UPDATE records SET digest = zeroblob(400) WHERE generation = 4'],
    ['chain', 'UPDATE records SET chain = zeroblob(32) WHERE generation = 4'],
  ])('in the %s of a record is refused, naming the generation', async (_, sql) => {
    alter(sql);
    await expect(Journal.open(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('generation 4') });
    expect(() => Journal.read(folder)).toThrow('generation 4');
  });

  test('a missing record is refused, naming the generation', async () => {
    alter('DELETE FROM records WHERE generation = 4');
    await expect(Journal.open(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('generation 4') });
    expect(() => Journal.read(folder)).toThrow('generation 4');
  });

  test.each([
    ['altered', 'UPDATE records SET mean = 0 WHERE generation >= 8'],
    ['cut off', 'DELETE FROM records WHERE generation >= 8'],
  ])('an end that was %s is left out, and the run goes on from there', async (_, sql) => {
    alter(sql);
    using read = Journal.read(folder);
    expect(read.recovery).toMatchObject({ records: 8, written: 10, message: expect.stringContaining('from generation 8') });
    expect([...read.records()].map(plain)).toEqual(expected(8));
    expect(read.end).toBeNull();
    const journal = await Journal.open(folder);
    expect(journal.recovery).toMatchObject({ records: 8, written: 10 });
    await fill(journal, 12, 8);
    await journal.close();
    using again = Journal.read(folder);
    expect(again.recovery).toBeNull();
    expect([...again.records()].map(plain)).toEqual(expected(12));
  });

  test('in the description of the run is refused', async () => {
    alter(`UPDATE runs SET header = replace(header, 'xor', 'xqr')`);
    await expect(Journal.open(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('description') });
  });

  test('in how it ended opens it as one that goes on', async () => {
    alter(`UPDATE runs SET done = replace(done, '320', '321')`);
    using read = Journal.read(folder);
    expect(read.end).toBeNull();
    expect(read.recovery?.message).toContain('how it ended');
  });

  test('in losses shows when they are read', async () => {
    alter('UPDATE losses SET bytes = zeroblob(256) WHERE record = 3');
    using read = Journal.read(folder);
    expect(() => read.losses(2)).toThrow('the losses of generation 2 are damaged');
    expect(read.losses(3)).toEqual(sampleLosses(3, 64));
  });

  test('in an engine file is refused', async () => {
    const engine = join(folder, 'engines', sampleRun().engine, 'germline.wasm');
    writeFileSync(engine, 'else');
    using read = Journal.read(folder);
    expect(() => read.engineFiles()).toThrow(`${engine} is damaged`);
  });
});

describe('a store', () => {
  test('holds many runs, which do not touch each other', async () => {
    const store = await Store.open(folder, { create: true });
    const runs = await Promise.all(['a', 'b', 'c'].map((run) => Journal.create(store, sampleRun({ run }))));
    await Promise.all(runs.map((journal, i) => fill(journal, 20 + i)));
    expect(await store.runs()).toEqual(['a', 'b', 'c']);
    await expect(Journal.create(store, sampleRun({ run: 'b' }))).rejects.toMatchObject({ code: 'exists' });
    await store.remove('b');
    await expect(store.remove('b')).rejects.toMatchObject({ code: 'missing' });
    await store.close();
    expect(() => Journal.read(folder)).toThrow('holds 2 runs; name one: a, c');
    using c = Journal.read(folder, 'c');
    expect([...c.records()].map(plain)).toEqual(expected(22));
    expect(() => Journal.read(folder, 'b')).toThrow('holds no run b');
  });

  test('is read while it is written', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 5);
    using read = Journal.read(folder);
    await fill(journal, 9, 5);
    expect([...read.records()].map(plain)).toEqual(expected(9));
    expect(read.end).toBeNull();
    await journal.finish({ ...done, generations: 9 });
    expect(read.end?.generations).toBe(9);
    await journal.close();
  });

  test('is loaded without a word on the terminal, and leaves other warnings alone', () => {
    const code = `import { sqlite } from '${new URL('../../journal/sqlite.ts', import.meta.url)}';
      sqlite(); process.emitWarning('mine', 'ExperimentalWarning'); console.log('ok');`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(stdout).toBe('ok\n');
    expect(stderr).toContain('mine');
    expect(stderr).not.toContain('SQLite');
  });

  test('does not load SQLite in a thread that only writes', () => {
    const code = `import { Journal } from '${new URL('../../journal/index.ts', import.meta.url)}';
      import { sampleRun, sampleRecord } from '${new URL('./sample.ts', import.meta.url)}';
      const get = process.getBuiltinModule;
      process.getBuiltinModule = (id) => { if (id.includes('sqlite')) throw new Error('loaded'); return get(id); };
      const journal = await Journal.create(${JSON.stringify(folder)}, sampleRun());
      await journal.append(sampleRecord(0));
      await journal.close();
      console.log('ok');`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(stderr).not.toContain('loaded');
    expect(stdout).toBe('ok\n');
  });
});

describe('snapshots', () => {
  const state = (g: number, bytes: number): Uint8Array =>
    Uint8Array.from({ length: bytes }, (_, i) => (i >> 12) * 31 + (i >> 22) * 101 + g);
  async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const joined = (chunks: Iterable<Uint8Array>): Buffer => Buffer.concat([...chunks]);

  test('come back whole; the last two are kept, and their chunks alone', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 6);
    expect(journal.latestSnapshot()).toBeNull();
    const bytes = 9 * 1024 * 1024 + 5;
    for (const g of [1, 3, 5]) expect(await journal.addSnapshot(g, digest(`state ${g}`), pieces(state(g, bytes), 700_001))).toBe(bytes);
    const latest = journal.latestSnapshot();
    expect(latest).toMatchObject({ generation: 5, digest: digest('state 5'), bytes });
    expect(joined(latest?.chunks() ?? []).equals(state(5, bytes))).toBe(true);
    expect(journal.latestSnapshot(4)?.generation).toBe(3);
    expect(journal.latestSnapshot(2)).toBeNull();
    expect(readdirSync(join(folder, 'chunks')).length).toBe(6);
    await expect(journal.addSnapshot(7, digest(''), [])).rejects.toMatchObject({ code: 'order' });
    await journal.close();
  });

  test('that are damaged are passed over for an older one, or none', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 4);
    await journal.addSnapshot(1, digest('state 1'), [state(1, 5000)]);
    const before = readdirSync(join(folder, 'chunks'));
    await journal.addSnapshot(3, digest('state 3'), [state(3, 5000)]);
    const [newest] = readdirSync(join(folder, 'chunks')).filter((name) => !before.includes(name));
    const path = join(folder, 'chunks', newest);
    const good = readFileSync(path);
    writeFileSync(path, good.subarray(1));
    expect(journal.latestSnapshot()?.generation).toBe(1);
    writeFileSync(path, good);
    expect(journal.latestSnapshot()?.generation).toBe(3);
    rmSync(path);
    rmSync(join(folder, 'chunks', before[0]));
    expect(journal.latestSnapshot()).toBeNull();
    // The same state again heals the file.
    await journal.addSnapshot(3, digest('state 3'), [state(3, 5000)]);
    expect(journal.latestSnapshot()?.generation).toBe(3);
    await journal.close();
  });

  test('of a state that the records contradict are passed over', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 4);
    await journal.addSnapshot(1, digest('state 1'), [state(1, 5000)]);
    await journal.addSnapshot(2, digest('another'), [state(2, 5000)]);
    expect(journal.latestSnapshot()?.generation).toBe(1);
    await journal.close();
  });

  test('that fail half-way leave nothing behind', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await fill(journal, 1);
    await expect(
      journal.addSnapshot(
        0,
        digest('state 0'),
        (async function* () {
          yield state(0, 6_000_000);
          throw new Error('the run was stopped');
        })(),
      ),
    ).rejects.toThrow('the run was stopped');
    expect(readdirSync(join(folder, 'chunks'))).toEqual([]);
    await journal.append(sampleRecord(1));
    await journal.close();
  });
});

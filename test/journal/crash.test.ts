// What is left of a journal after the process, the machine or the file is cut off at any point.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal, JournalError, JournalReader, Store } from '../../journal/index.ts';
import { expected, plain, sampleRecord, sampleRun, temporaryFolder } from './sample.ts';

const CHILD = fileURLToPath(new URL('./append-child.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stream of numbers that is the same at every test. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Starts a child that appends, kills it after it has said `lines` generations, and returns what it said. */
async function killAfter(lines: number, delay: number, ...options: string[]): Promise<{ confirmed: number[]; opened: number }> {
  const child = spawn(process.execPath, [CHILD, folder, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    // `delay` in eighths of a millisecond, spun: a timer would always kill between two commits.
    if (text.split('\n').length > lines && !timer) {
      const until = performance.now() + delay / 8;
      timer = setTimeout(() => {
        while (performance.now() < until);
        child.kill('SIGKILL');
      });
    }
  });
  await new Promise((resolve) => child.once('close', resolve));
  const [first, ...rest] = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return { opened: Number(first.split(' ')[1]), confirmed: rest.filter((line) => /^\d+$/.test(line)).map(Number) };
}

/** Records of a journal that must be a prefix of the right ones; or the error that it was refused with. */
function prefixOrRefusal(path: string): number | JournalError {
  let reader: JournalReader;
  try {
    reader = JournalReader.open(path);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    expect(error.message).toContain(path);
    return error;
  }
  using journal = reader;
  try {
    const records = [...journal.records()].map(plain);
    expect(records).toEqual(expected(records.length));
    expect(records.length).toBe(journal.count);
    return records.length;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return error;
  }
}

/** Opens a journal to write on, where it lets itself be, and appends to it. */
async function goOn(path: string, before: number | JournalError): Promise<void> {
  const journal = await Journal.open(path).catch((error: unknown) => error);
  if (journal instanceof Journal) {
    const { count } = journal;
    expect(count).toBe(before);
    const appended = await Promise.allSettled([0, 1, 2].map((i) => journal.append(sampleRecord(count + i))));
    await journal.close();
    for (const result of appended) if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'JournalError' });
    if (appended.every(({ status }) => status === 'fulfilled')) expect(prefixOrRefusal(path)).toBe(count + 3);
  } else {
    expect(journal).toBeInstanceOf(JournalError);
  }
}

describe('a writer killed at a random moment', () => {
  test.each([
    ['one append at a time', '1', '0'],
    ['eight in flight', '8', '0'],
    ['with snapshots', '2', '5'],
  ])(
    'has every record that it was told of: %s',
    async (_, inFlight, snapshotEvery) => {
      const random = numbers(inFlight.length + Number(snapshotEvery) + 1);
      let confirmed = 0;
      for (let kill = 0; kill < 12; kill++) {
        const child = await killAfter(random(25) + 1, random(40), '1000000', inFlight, snapshotEvery);
        expect(child.opened).toBeGreaterThanOrEqual(confirmed);
        confirmed = Math.max(confirmed, ...child.confirmed.map((g) => g + 1));
        const records = prefixOrRefusal(folder);
        expect(records).toBeGreaterThanOrEqual(confirmed);
      }
      expect(confirmed).toBeGreaterThan(50);
      const journal = await Journal.open(folder);
      expect(journal.recovery).toBeNull();
      expect([...journal.records()].map(plain)).toEqual(expected(journal.count));
      const snapshot = journal.latestSnapshot();
      if (Number(snapshotEvery)) expect(snapshot?.generation).toBeGreaterThan(0);
      await journal.close();
    },
    120_000,
  );
});

describe('a journal cut or altered at any byte', { timeout: 180_000 }, () => {
  const RECORDS = 60;
  let crashed: string;

  beforeEach(() => {
    // The process ends by SIGKILL, all records in its log.
    crashed = join(folder, 'crashed');
    const { stdout } = spawnSync(process.execPath, [CHILD, crashed, String(RECORDS), '1'], { encoding: 'utf8' });
    expect(stdout).toContain('end\n');
    expect(statSync(join(crashed, 'journal.sqlite-wal')).size).toBeGreaterThan(100_000);
  });

  /** The crashed files with one changed, opened to read and (every eighth) to write on. */
  async function tryAll(file: string, changes: ((path: string) => void)[]): Promise<(number | JournalError)[]> {
    const outcomes: (number | JournalError)[] = [];
    for (const [i, change] of changes.entries()) {
      const copy = join(folder, `copy-${i}`);
      mkdirSync(copy);
      for (const name of ['journal.sqlite', 'journal.sqlite-wal']) {
        if (existsSync(join(crashed, name))) copyFileSync(join(crashed, name), join(copy, name));
      }
      change(join(copy, file));
      const outcome = prefixOrRefusal(copy);
      outcomes.push(outcome);
      if (i % 8 === 0) {
        await goOn(copy, outcome);
      }
      rmSync(copy, { recursive: true });
    }
    return outcomes;
  }

  test('in its log: the records before the cut', async () => {
    const size = statSync(join(crashed, 'journal.sqlite-wal')).size;
    const random = numbers(3);
    const cuts = [0, 1, 31, 32, 33, size - 1, size, ...Array.from({ length: 100 }, () => random(size))].sort((a, b) => a - b);
    const outcomes = await tryAll(
      'journal.sqlite-wal',
      cuts.map((bytes) => (path: string) => truncateSync(path, bytes)),
    );
    const counts = outcomes.map((outcome) => (typeof outcome === 'number' ? outcome : -1));
    // More log, more records; and no cut costs more than it has to.
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(RECORDS);
    expect(new Set(counts).size).toBeGreaterThan(30);
  });

  test('in its log by a flipped bit: the records before, or a refusal', async () => {
    const size = statSync(join(crashed, 'journal.sqlite-wal')).size;
    const random = numbers(5);
    const outcomes = await tryAll(
      'journal.sqlite-wal',
      Array.from({ length: 100 }, () => random(size)).map((at) => (path: string) => {
        const bytes = readFileSync(path);
        bytes[at] ^= 1 << random(8);
        writeFileSync(path, bytes);
      }),
    );
    expect(outcomes.some((outcome) => typeof outcome === 'number' && outcome > 0)).toBe(true);
  });

  test.each([
    ['with its log', false],
    ['closed', true],
  ])('in its main file, %s: the records, a prefix, or a refusal', async (_, closed) => {
    if (closed) await (await Journal.open(crashed)).close();
    const size = statSync(join(crashed, 'journal.sqlite')).size;
    const random = numbers(7);
    const outcomes = await tryAll('journal.sqlite', [
      ...Array.from({ length: 60 }, (_, i) => (i < 5 ? [0, 1, 99, 4095, size - 1][i] : random(size))).map(
        (bytes) => (path: string) => truncateSync(path, bytes),
      ),
      ...Array.from({ length: 80 }, () => random(size)).map((at) => (path: string) => {
        const bytes = readFileSync(path);
        bytes[at] ^= 1 << random(8);
        writeFileSync(path, bytes);
      }),
    ]);
    for (const outcome of outcomes) if (outcome instanceof JournalError) expect(outcome.code).toMatch(/corrupt|missing|newer/);
  });

  test('in a log whose pages have partly reached the main file, as a power cut leaves it: every record', async () => {
    // Pages are copied to the main file only after the log is synced; a power cut there leaves any part of them, torn anywhere.
    const closed = join(folder, 'closed');
    cpSync(crashed, closed, { recursive: true });
    await (await Journal.open(closed)).close();
    const after = readFileSync(join(closed, 'journal.sqlite'));
    const before = readFileSync(join(crashed, 'journal.sqlite'));
    const random = numbers(11);
    const outcomes = await tryAll(
      'journal.sqlite',
      Array.from({ length: 40 }, () => (path: string) => {
        const torn = Buffer.alloc(Math.max(after.length, before.length));
        before.copy(torn);
        for (let at = 0; at < after.length; at += 512) if (random(2)) after.copy(torn, at, at, at + 512);
        // The database's head is what says how long the file is: it goes with its page.
        before.copy(torn, 0, 0, 512);
        writeFileSync(path, torn);
      }),
    );
    expect(outcomes).toEqual(outcomes.map(() => RECORDS));
  });
});

describe('a folder that cannot be written', () => {
  test('has one writer at a time, in this process or another; a killed one leaves no lock', async () => {
    const journal = await Journal.create(folder, sampleRun());
    await expect(Journal.open(folder)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    const other = spawnSync(process.execPath, [CHILD, folder, '3'], { encoding: 'utf8' });
    expect(other.status).not.toBe(0);
    expect(other.stderr).toContain(`is being written by process ${process.pid}`);
    await journal.append(sampleRecord(0));
    await journal.close();

    const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(Store.open(folder)).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${child.pid}`) });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const next = await Journal.open(folder);
    await next.append(sampleRecord(next.count));
    await next.close();
  });

  const mounts: string[] = [];
  /** A file system of its own, where this process may make one; else undefined. */
  function mount(options: string): string | undefined {
    const path = join(folder, 'mount');
    mkdirSync(path);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status !== 0) return undefined;
    mounts.push(path);
    return path;
  }
  afterEach(() => {
    for (const path of mounts.splice(0)) execFileSync('umount', ['-l', path]);
  });

  test('when the disk is full: an error that says so, nothing lost, and it goes on once there is room', async (context) => {
    const path = mount('size=1m');
    if (!path) return context.skip('mounting a small file system needs root');
    const journal = await Journal.create(path, sampleRun({ keepLosses: 'all' }));
    let written = 0;
    let error: JournalError | undefined;
    while (!error && written < 1000) {
      await journal.append(sampleRecord(written, 4096)).then(
        () => written++,
        (reason) => {
          error = reason;
        },
      );
    }
    expect(error).toMatchObject({ code: 'disk-full', message: expect.stringContaining('disk is full') });
    expect(written).toBeGreaterThan(10);
    expect([...journal.records()].map(plain)).toEqual(expected(written, 4096));
    await expect(journal.addSnapshot(1, sampleRecord(1).digest, [new Uint8Array(2_000_000).fill(1)])).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(readdirSync(join(path, 'chunks'))).toEqual([]);

    execFileSync('mount', ['-o', 'remount,size=8m', path]);
    await journal.append(sampleRecord(written, 4096));
    await journal.close();
    using read = Journal.read(path);
    expect([...read.records()].map(plain)).toEqual(expected(written + 1, 4096));
  });

  test('when the disk is full from the start', async (context) => {
    const path = mount('size=8k');
    if (!path) return context.skip('mounting a small file system needs root');
    await expect(Journal.create(path, sampleRun())).rejects.toMatchObject({ code: 'disk-full' });
  });

  test('when it is read-only: it can be read, and writing is refused', async (context) => {
    const path = mount('size=8m');
    if (!path) return context.skip('mounting a file system needs root');
    const journal = await Journal.create(path, sampleRun());
    for (let g = 0; g < 3; g++) await journal.append(sampleRecord(g));
    await journal.close();
    execFileSync('mount', ['-o', 'remount,ro', path]);
    await expect(Journal.open(path)).rejects.toMatchObject({ code: 'read-only', message: expect.stringContaining(path) });
    await expect(Journal.create(join(path, 'new'), sampleRun())).rejects.toMatchObject({ code: 'read-only' });
    expect(prefixOrRefusal(path)).toBe(3);

    // Left behind by a crash, its log cannot be read without writing.
    execFileSync('mount', ['-o', 'remount,rw', path]);
    spawnSync(process.execPath, [CHILD, path, '10'], { encoding: 'utf8' });
    rmSync(join(path, 'journal.sqlite-shm'));
    execFileSync('mount', ['-o', 'remount,ro', path]);
    const outcome = prefixOrRefusal(path);
    if (outcome instanceof JournalError)
      expect(outcome).toMatchObject({ code: 'read-only', message: expect.stringContaining('Copy the folder') });
    else expect(outcome).toBe(10);
    execFileSync('mount', ['-o', 'remount,rw', path]);
    expect(prefixOrRefusal(path)).toBe(10);
  });
});

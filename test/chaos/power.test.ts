// The power goes while a server serves: what it had asked the system to sync is there, of the rest whatever chance leaves (test/journal/disk.ts: names
// that come and go, writes that are torn between sectors). Then it is started again on that, with workers that are further than the disk.
//
// What the server's process really asked of the system is taken from strace; that it took note of everything is checked against the folder itself.
// Simulated is the disk, nothing else: one that reports a sync as done and keeps it.
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { JournalError } from '../../journal/index.ts';
import { cutOff, Disk, type Operation, parseTrace, STRACE_FLAGS } from '../journal/disk.ts';
import { Chance } from './chance.ts';
import { Crew } from './crew.ts';
import { alone, CHAOS_SEED, expectNothingLost, expectSame, experiment, recordsOf, SCALE } from './experiments.ts';
import { endProcesses, newFolder, removeFolders } from './processes.ts';
import { type Life, Served } from './served.ts';
import { Tally, table } from './tally.ts';

const tally = new Tally('power cuts');

afterEach(endProcesses);

afterAll(async () => {
  await removeFolders();
  console.log(`\n${table([tally])}\n`);
});

/** SQLite shares it between processes and makes it anew after a crash: it is written through memory, and nobody relies on it. */
const MEMORY = /-shm$/;

/** By path, the hash of what is in it; `but` for paths of which nobody can tell. */
function filesOf(folder: string, but: ReadonlySet<string>): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !MEMORY.test(entry.name));
  const paths = files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
  return Object.fromEntries(paths.filter((path) => !but.has(path)).map((path) => [path, hash('sha256', readFileSync(join(folder, path)))]));
}

/** A folder that is all on the disk. */
function* found(folder: string): Iterable<Operation> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) yield { kind: 'mkdir', path };
    else {
      yield { kind: 'create', path };
      yield { kind: 'write', path, at: 0, bytes: readFileSync(path) };
      yield { kind: 'sync', path };
    }
  }
  for (const path of new Set([folder, ...entries.map(({ parentPath }) => parentPath)])) yield { kind: 'sync', path };
}

/** Calls of the system after the one that makes a journal's file: within the making of its tables. */
const MAKING = [0, 3, 6];

/** Keeps everything that was written, synced or not. */
const everything = (): number => 1;

test('the power goes at each crash point and at random', { timeout: SCALE * 600_000 }, async (context) => {
  if (spawnSync('strace', ['-f', 'true']).status !== 0) return context.skip('needs strace, and leave to use it');
  const chance = new Chance(CHAOS_SEED + 2);
  const base = await newFolder();
  const network = [
    { class_name: 'Dense', config: { units: 8, activation: 'tanh' } },
    { class_name: 'Dense', config: { units: 2 } },
  ];
  const changes = { dataset: 'xor', network, batch: 4, population: 192, generations: 60 * SCALE, validateEvery: 5 };
  const references = [await alone(experiment('ga', 31, changes), base), await alone(experiment('es', 32, changes), base)];
  const data = join(base, 'data');
  const trace = join(base, 'trace');
  // -D: strace is not in between, signals go to the server; its output is closed when the trace is whole.
  const served = await Served.start(data, tally, ['strace', '-D', ...STRACE_FLAGS, '-s', '100000000', '-o', trace]);
  const crew = new Crew(served, 2);
  const ids: string[] = [];
  let crash: Life['crash'];
  for (const run of references) ids.push(await served.submit(run.experiment));
  const lives: Operation[][] = [];
  const fates = Array.from({ length: SCALE }, () =>
    chance.shuffled(['before-begin', 'before-commit', 'after-commit', 'random', 'random'] as const),
  ).flat();
  const furthest = () => Math.max(...ids.map((id) => served.told.get(id) ?? 0));
  let before: Operation[] = [];
  for (const fate of [...fates, 'end'] as const) {
    // The life that ends now had no crash point, or has come to it.
    if (!crash) {
      const goal = furthest() + 1 + chance.below(6);
      await served.until((runs) => runs.some(({ generations }) => generations >= goal));
      await served.kill();
    } else await served.crashed(crash.point);
    tally.powerCuts++;
    const text = readFileSync(trace, 'latin1');
    const life = [...before, ...parseTrace(text, data)];
    lives.push(life);
    const disk = new Disk();
    for (const operation of life) disk.apply(operation);
    const all = join(base, 'all');
    disk.cut(data, all, everything);
    const unsure = new Set(Array.from(cutOff(text), (path) => relative(data, path)));
    expect(filesOf(all, unsure)).toEqual(filesOf(data, unsure));
    rmSync(all, { recursive: true });
    rmSync(data, { recursive: true });
    disk.cut(data, data, chance.below);
    before = [...found(data)];

    const told = new Map(served.told);
    crash = fate === 'random' || fate === 'end' ? undefined : { point: fate, generation: furthest() + 3 };
    await served.start({ crash });
    const runs = await served.until((all) => all.every(({ generations }) => generations > 0), { mayDie: true });
    if (runs) expectNothingLost(runs, told);
  }
  expectSame(await served.ends(...ids), references);
  await crew.end();
  await served.stop();

  for (const [n, life] of lives.entries()) {
    const moments = new Set(Array.from({ length: 6 }, () => chance.below(life.length)));
    const made = n === 0 ? life.findIndex((operation) => operation.kind === 'create' && /journal\.sqlite$/.test(operation.path)) : -1;
    const disk = new Disk();
    for (const [at, operation] of life.entries()) {
      disk.apply(operation);
      if (moments.has(at)) expectPrefixes(disk, join(base, 'left'));
      if (n === 0 && MAKING.includes(at - made)) await expectBegins(disk, join(base, 'left'));
    }
  }

  /** What was cut off while the first journal was made: the run was confirmed before, and begins now. */
  async function expectBegins(disk: Disk, left: string): Promise<void> {
    mkdirSync(left);
    const copy = join(left, 'data');
    disk.cut(data, copy, everything);
    const again = await Served.start(copy, new Tally('begun again'));
    const helper = new Crew(again, 1);
    await again.until((runs) => runs.some(({ id }) => id === ids[0]) && runs.every(({ generations }) => generations > 0));
    await helper.end();
    await again.stop();
    rmSync(left, { recursive: true });
  }

  /** Whenever the power goes: each journal is the beginning of what it has to become, or there is none yet. */
  function expectPrefixes(disk: Disk, left: string): void {
    mkdirSync(left);
    const copy = join(left, 'data');
    disk.cut(data, copy, chance.below);
    for (const [n, id] of ids.entries()) {
      let records: unknown[] = [];
      try {
        records = recordsOf(join(copy, 'runs', id));
      } catch (error) {
        // Its making was not through yet.
        expect(error).toBeInstanceOf(JournalError);
      }
      expect(records).toEqual(references[n].records.slice(0, records.length));
    }
    rmSync(left, { recursive: true });
  }
});

// A power cut at any moment, by what the writer's process really asked of the system: only what it had synced is sure to be there.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Journal, JournalError, JournalReader } from '../../journal/index.ts';
import { Disk, parseTrace, STRACE_FLAGS } from './disk.ts';
import { digest, expected, plain, sampleRecord, temporaryFolder } from './sample.ts';

const CHILD = fileURLToPath(new URL('./append-child.ts', import.meta.url));

test('after a power cut a journal has every record and snapshot that was said to be durable', async (context) => {
  if (spawnSync('strace', ['-f', 'true']).status !== 0) return context.skip('needs strace, and leave to use it');
  const base = temporaryFolder();
  const folder = join(base, 'run');
  const trace = join(base, 'trace');
  // Three processes: one killed, one that closes (and so moves its log into the main file), one killed.
  const sessions = [
    ['40', '1', '7', 'kill'],
    ['70', '3', '0', 'close'],
    ['100', '2', '9', 'kill'],
  ];
  let text = '';
  for (const options of sessions) {
    spawnSync('strace', [...STRACE_FLAGS, '-o', trace, process.execPath, CHILD, folder, ...options], { maxBuffer: 2 ** 30 });
    text += readFileSync(trace, 'latin1');
  }
  const operations = parseTrace(text, folder);
  expect(operations.filter(({ kind }) => kind === 'sync').length).toBeGreaterThan(100);
  expect(operations).toContainEqual({ kind: 'say', line: '99' });

  let state = 12345;
  const chance = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const cuts = new Set(Array.from({ length: 120 }, () => chance(operations.length)));
  const disk = new Disk();
  let made = false;
  let records = 0;
  let snapshot = -1;
  let lost = 0;
  for (const [at, operation] of operations.entries()) {
    disk.apply(operation);
    if (operation.kind === 'say') {
      made ||= operation.line.startsWith('open');
      if (/^\d+$/.test(operation.line)) records = Number(operation.line) + 1;
      if (operation.line.startsWith('snapshot')) snapshot = Number(operation.line.split(' ')[1]);
    }
    if (!cuts.has(at)) continue;
    const left = join(base, 'left');
    mkdirSync(left, { recursive: true });
    const copy = join(left, 'run');
    disk.cut(folder, copy, chance);
    let reader: JournalReader | undefined;
    try {
      reader = JournalReader.open(copy);
    } catch (error) {
      // Only a journal whose making was never confirmed may be none.
      expect(error).toBeInstanceOf(JournalError);
      expect({ at, made, error }).toMatchObject({ made: false });
    }
    if (reader) {
      const found = [...reader.records()].map(plain);
      expect(found).toEqual(expected(found.length));
      expect(found.length).toBeGreaterThanOrEqual(records);
      expect(reader.recovery).toBeNull();
      if (found.length > records) lost++;
      expect(reader.latestSnapshot()?.generation ?? -1).toBeGreaterThanOrEqual(snapshot);
      expect(reader.engineFiles().length).toBe(1);
      reader.close();
    }
    if (made && at % 8 === 0) {
      const journal = await Journal.open(copy);
      const { count } = journal;
      await journal.append(sampleRecord(count));
      await journal.addSnapshot(count, digest(`state ${count}`), [new Uint8Array(100_000).fill(count)]);
      await journal.close();
      using again = Journal.read(copy);
      expect([...again.records()].map(plain)).toEqual(expected(count + 1));
      expect(again.latestSnapshot()?.generation).toBe(count);
    }
    rmSync(left, { recursive: true });
  }
  // Some cuts fall between a commit and its confirmation: the record is there although nobody was told.
  expect(lost).toBeGreaterThan(0);
  rmSync(base, { recursive: true });
}, 120_000);

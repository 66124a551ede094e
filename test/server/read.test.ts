// The reading thread dies, of errors that nobody foresaw: the server says so, takes another, and ends only where that one dies too.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readLimits, runLimits, sessionLimits } from '../../server/limits.ts';
import { Reading, ThreadError } from '../../server/read.ts';
import { start as command } from '../cli/command.ts';
import { Child } from './fixtures/child.ts';
import { withLimits } from './fixtures/limits.ts';
import { alone, submit, until, xor } from './fixtures/runs.ts';
import { ask, atEnd, connect, folder, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

const LONG = { timeout: 30_000 };
/** Of this test, oldest first. */
const threads: Worker[] = [];

beforeAll(() => {
  process.on('worker', (thread) => {
    if (thread.threadName === 'reading') threads.push(thread);
  });
});
beforeEach(() => {
  threads.length = 0;
});

/** One that ended has no number any more. */
const living = () => threads.findLast(({ threadId }) => threadId !== -1) as Worker;

/** A message that is none: the thread takes it apart where nothing catches what is thrown. */
const die = (thread = living()) => thread.postMessage(null);

/** The reading thread of the test is dead, and nobody knows until `heard` is called: what is asked until then meets a dead thread. */
async function dieUnheard() {
  const thread = living();
  const listeners = thread.listeners('exit') as ((code: number) => void)[];
  thread.removeAllListeners('exit');
  const gone = new Promise((resolve) => thread.once('exit', resolve));
  die(thread);
  await gone;
  const asked = vi.spyOn(thread, 'postMessage');
  return { asked, heard: () => listeners.forEach((listener) => void listener(1)) };
}

function logged() {
  const lines: { level: number; msg: string; err?: { message: string } }[] = [];
  const stream = new PassThrough().on('data', (line) => lines.push(JSON.parse(line)));
  const logger = pino({ level: 'warn' }, stream);
  return { logger, fatal: () => lines.filter(({ level }) => level === 60) };
}

async function reading(): Promise<Reading> {
  const made = new Reading(await folder());
  atEnd(() => made.close());
  await made.lock();
  return made;
}

it('fails what it was asked when it died, and answers what it is asked then', async () => {
  const read = await reading();
  const causes: string[] = [];
  read.onDeath = ({ message }) => causes.push(message);
  die();
  const asked = [read.ask('space', null), read.ask('generations', { run: 'none', from: 0, most: 1 })];
  for (const one of await Promise.allSettled(asked)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'internal', message: expect.stringContaining('ask again') } });
  }
  expect((await read.ask('space', null)).size).toBeGreaterThan(0);
  await expect(read.ask('generations', { run: 'none', from: 0, most: 1 })).rejects.toBeInstanceOf(ThreadError);
  expect(causes).toEqual([expect.stringContaining('null')]);
  expect(threads.length).toBe(2);
});

it('is lost where it dies twice in a short time: every question is refused at once', async () => {
  const read = await reading();
  die();
  await expect(read.ask('space', null)).rejects.toMatchObject({ code: 'internal' });
  die();
  await expect(read.ask('space', null)).rejects.toMatchObject({ code: 'internal' });
  expect((await read.lost).message).toContain('null');
  await expect(read.ask('space', null)).rejects.toMatchObject({ code: 'internal' });
  expect(threads.length).toBe(2);
});

it('is lost where another process took the folder before it came again', async () => {
  const data = await folder();
  const read = new Reading(data);
  atEnd(() => read.close());
  await read.lock();
  const { heard } = await dieUnheard();
  const other = await Child.start(data);
  heard();
  expect((await read.lost).message).toContain(`process ${other.process.pid}`);
  expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
});

it('leaves a server as it was: viewers hear all, its folder stays its own, its runs can be deleted', async () => {
  withLimits(readLimits, { againMs: 0 });
  withLimits(runLimits, { history: 5 });
  withLimits(sessionLimits, { generations: 3, viewerMs: 10 });
  const data = await folder();
  const { logger, fatal } = logged();
  const { url } = await start({ data, logger });
  const run = xor({ generations: 30 });
  const id = await submit(url, run);
  await FakeWorker.join(url);
  await until(url, id, 'done');
  const peer = await connect(url);
  const seen = () => peer.of('generations').flatMap((message) => message.generations.map(({ generation }) => generation));
  const { asked, heard } = await dieUnheard();
  peer.send(viewerHello);
  // Its generations come from the journal, a few at a time: the first of them are asked of a dead thread.
  peer.send({ type: 'watch', topic: id, after: -1 });
  await vi.waitFor(() => expect(asked).toHaveBeenCalledWith(expect.objectContaining({ kind: 'generations' })), LONG);
  heard();
  await vi.waitFor(() => expect(seen()).toEqual(Array.from({ length: 30 }, (_, g) => g)), LONG);
  expect(fatal()).toMatchObject([{ msg: expect.stringContaining('another one takes its place'), err: { message: expect.any(String) } }]);
  await expect(start({ data })).rejects.toThrow(/another server uses the data folder/);
  const last = await dieUnheard();
  const deleted = ask(url, `/api/runs/${id}`, { method: 'DELETE' });
  await vi.waitFor(() => expect(last.asked).toHaveBeenCalledWith(expect.objectContaining({ kind: 'forget' })), LONG);
  last.heard();
  expect((await deleted).status).toBe(204);
  expect(await readdir(join(data, 'runs'))).toEqual([]);
});

it('ends a server where it dies again: with an exit code, in words, and the run goes on with the next one', async () => {
  const data = await folder();
  const hook = new URL('./fixtures/kill-reading.ts', import.meta.url);
  const first = command(['serve', '--data', data, '--port', '0', '--json'], { env: { NODE_OPTIONS: `--import ${hook}` } });
  atEnd(async () => {
    first.child.kill('SIGKILL');
    await first.ended;
  });
  let said = '';
  first.child.stderr?.on('data', (text) => {
    said += text;
  });
  const out: Buffer[] = [];
  first.child.stdout?.on('data', (text) => out.push(text));
  await first.lines(1);
  const { url } = JSON.parse(String(Buffer.concat(out)));
  const run = xor({ generations: 50 });
  const id = await submit(url, run);
  let tasks = 0;
  const worker = await FakeWorker.join(url, { onTask: () => ++tasks > 20 && worker.kill() });
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(5), LONG);
  first.child.kill('SIGUSR2');
  await vi.waitFor(() => expect(said).toContain('another one takes its place'), LONG);
  await vi.waitFor(async () => expect((await ask(url, '/api/server')).status).toBe(200), LONG);
  first.child.kill('SIGUSR2');
  const { code, stderr } = await first.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/"level":60.*the server ends/);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^the server ended, for it could not read its journals .*next start$/);
  expect(JSON.parse(await readFile(join(data, 'runs', id, 'run.json'), 'utf8')).state).toBe('running');
  const second = await Child.start(data);
  await FakeWorker.join(second.url);
  expect((await until(second.url, id, 'done')).end.digest).toBe((await alone(run)).digest);
});

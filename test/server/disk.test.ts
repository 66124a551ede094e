// The disk of a server: what runs take and will take of it, and what becomes of them when it is full, read-only, or damaged.
import { execFileSync, spawnSync } from 'node:child_process';
import { open, readFile, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext, vi } from 'vitest';
import { diskLimits, runLimits } from '../../server/limits.ts';
import { withLimits } from './fixtures/limits.ts';
import { alone, stateOf, submit, until, xor } from './fixtures/runs.ts';
import { ask, atEnd, folder, post, start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

/** A file system of its own; the test is skipped where this process may not make one. */
async function mount(context: TestContext, options: string): Promise<string> {
  const path = await folder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status !== 0) context.skip('mounting a file system needs root');
  atEnd(async () => void execFileSync('umount', ['-l', path]));
  return path;
}

const remount = (path: string, options: string) => execFileSync('mount', ['-o', `remount,${options}`, path]);

/** Takes all the room that is left. */
async function fill(path: string): Promise<void> {
  const file = await open(join(path, 'filler'), 'a');
  const block = new Uint8Array(4096);
  try {
    for (;;) await file.write(block);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  } finally {
    await file.close();
  }
}

const metricsOf = async (url: string) => new TextDecoder().decode((await ask(url, '/metrics')).body);

it('says what a run takes, what it will take at its end, and how much room there is', async () => {
  withLimits(diskLimits, { lookMs: 20, reserveBytes: 0 });
  const { url } = await start();
  const generations = 600;
  const id = await submit(url, xor({ generations }));
  expect((await ask(url, `/api/runs/${id}`)).body.disk).toMatchObject({ forecast: expect.toSatisfy((x) => x === null || x > 0) });
  await FakeWorker.join(url);
  const middle = await vi.waitFor(
    async () => {
      const { body } = await ask(url, `/api/runs/${id}`);
      expect(body.generations).toBeGreaterThan(200);
      return body;
    },
    { timeout: 60_000, interval: 20 },
  );
  const { bytes, journal, snapshots, perGeneration, forecast, free } = middle.disk;
  expect(journal).toBeGreaterThan(0);
  expect(snapshots).toBeGreaterThanOrEqual(0);
  expect(bytes).toBeGreaterThan(journal + snapshots);
  expect(perGeneration).toBeGreaterThan(0);
  expect(free).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await metricsOf(url)).toContain(`germline_run_disk_forecast_bytes{run="${id}"}`));
  const { disk } = (await ask(url, '/api/server')).body;
  expect(disk).toMatchObject({ size: expect.any(Number), needed: expect.any(Number) });
  const ended = await until(url, id, 'done');
  expect(ended.generations).toBe(generations);
  expect(forecast / ended.disk.bytes).toBeGreaterThan(0.8);
  expect(forecast / ended.disk.bytes).toBeLessThan(1.25);
  expect(ended.disk.forecast).toBe(null);
});

it('warns once where runs will need more than there is', async (context) => {
  withLimits(diskLimits, { lookMs: 20, reserveBytes: 0 });
  const data = await mount(context, 'size=16m');
  const warnings: string[] = [];
  const logger = { level: 'warn', warn: (text: unknown) => warnings.push(String(text)) };
  for (const name of ['fatal', 'error', 'info', 'debug', 'trace', 'silent', 'child'] as const)
    Object.assign(logger, { [name]: () => (name === 'child' ? logger : undefined) });
  const { url } = await start({ data, logger: logger as never });
  await submit(url, xor({ generations: 1_000_000 }));
  await FakeWorker.join(url);
  await vi.waitFor(() => expect(warnings.length).toBe(1), { timeout: 20_000 });
  expect(warnings[0]).toMatch(/^runs will need [\d.]+ MB more until their ends, and the disk has [\d.]+ MB free: make room$/);
  const look = await metricsOf(url);
  await vi.waitFor(async () => expect(await metricsOf(url)).not.toBe(look));
  expect(warnings.length).toBe(1);
});

it('keeps some room free: a run is paused before the disk is full, and goes on once there is room', async (context) => {
  withLimits(diskLimits, { lookMs: 20, reserveBytes: 16 << 20 });
  const data = await mount(context, 'size=48m');
  const { url } = await start({ data });
  const id = await submit(url, xor({ generations: 1_000_000 }));
  await FakeWorker.join(url);
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(20), { timeout: 30_000 });
  const { bavail, bsize } = await statfs(data);
  await writeFile(join(data, 'filler'), new Uint8Array(bavail * bsize - (12 << 20)));
  const paused = await until(url, id, 'paused');
  expect(paused.failure).toMatchObject({ code: 'disk-full', message: expect.stringMatching(/are kept free: make room, then resume/) });
  remount(data, 'size=96m');
  expect((await post(url, `/api/runs/${id}/resume`)).status).toBe(200);
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(paused.generations), {
    timeout: 30_000,
  });
});

it('pauses a run that finds the disk full; nothing is lost, and its digest is that of an undisturbed one', async (context) => {
  withLimits(diskLimits, { reserveBytes: 0 });
  const data = await mount(context, 'size=24m');
  const server = await start({ data });
  const { url } = server;
  const run = xor({ generations: 400 });
  const id = await submit(url, run);
  await FakeWorker.join(url);
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(20), { timeout: 30_000 });
  await fill(data);
  const paused = await until(url, id, 'paused');
  expect(paused.failure).toMatchObject({ code: 'disk-full', message: expect.stringContaining('disk is full') });
  // run.json is the old one or the new one, whole.
  const { state } = JSON.parse(await readFile(join(data, 'runs', id, 'run.json'), 'utf8'));
  expect(['running', 'paused']).toContain(state);
  await fill(data);
  // Nothing can be started, and the answer says why.
  expect(await post(url, `/api/runs/${id}/resume`)).toMatchObject({ status: 507, body: { error: { code: 'disk' } } });
  expect(await post(url, '/api/runs', run)).toMatchObject({ status: 507, body: { error: { code: 'disk' } } });
  expect(await stateOf(url, id)).toBe('paused');
  remount(data, 'size=64m');
  expect((await post(url, `/api/runs/${id}/resume`)).status).toBe(200);
  expect((await until(url, id, 'done')).end.digest).toBe((await alone(run)).digest);
});

it('that is read-only, or full from the start, is an error that says so', async (context) => {
  const data = await mount(context, 'size=16m');
  await (await start({ data })).close();
  remount(data, 'ro');
  await expect(start({ data })).rejects.toThrow(/the data folder cannot be used: .*(read-only|cannot be written)/);
  remount(data, 'rw');
  await (await start({ data })).close();
});

it('pauses a run that goes on for longer than anyone would let it; minutes in the experiment say otherwise', async () => {
  withLimits(diskLimits, { lookMs: 20, reserveBytes: 0 });
  withLimits(runLimits, { unattendedMs: 1 });
  const { url } = await start();
  const bounded = await submit(url, xor({ generations: 1_000_000, 'stop.minutes': 60 }));
  const unbounded = await submit(url, xor({ generations: 1_000_000 }));
  const paused = await until(url, unbounded, 'paused');
  expect(paused.failure).toMatchObject({ code: 'unattended', message: expect.stringContaining('stop.minutes') });
  expect(await stateOf(url, bounded)).toBe('running');
});

it('a damaged journal fails its run with words that say what is wrong, and the others go on', async () => {
  const data = await folder();
  const first = await start({ data });
  const run = xor({ generations: 40 });
  const [damaged, whole] = [await submit(first.url, run), await submit(first.url, run)];
  await FakeWorker.join(first.url);
  await vi.waitFor(
    async () => {
      for (const id of [damaged, whole]) expect((await ask(first.url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(2);
    },
    { timeout: 30_000 },
  );
  await first.close();
  const path = join(data, 'runs', damaged, 'journal.sqlite');
  const file = await open(path, 'r+');
  await file.write(new Uint8Array((await stat(path)).size - 4096).fill(0xa5), 0, undefined, 4096);
  await file.close();
  const { url } = await start({ data });
  const failed = await until(url, damaged, 'failed');
  expect(failed.failure).toMatchObject({ code: 'corrupt', message: expect.stringContaining(damaged) });
  await FakeWorker.join(url);
  expect((await until(url, whole, 'done')).end.digest).toBe((await alone(run)).digest);
});

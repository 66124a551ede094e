// examples/viewer.py in a real Python: a line for each generation, whatever becomes of the server.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Child } from '../server/fixtures/child.ts';
import { submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, folder, start } from '../server/fixtures/server.ts';
import { FakeWorker } from '../server/fixtures/worker.ts';
import { type Example, startExample } from './example.ts';

const VIEWER = fileURLToPath(new URL('../../examples/viewer.py', import.meta.url));
const INSTALL_MS = 120_000;
const execute = promisify(execFile);

/** A Python that has the viewer's packages; null: none can be had, and why not. */
let python: string | null = null;
let reason = '';
let environment = '';

beforeAll(async () => {
  const imports = ['-c', 'import websockets.sync.client, msgpack'];
  try {
    await execute('python3', imports);
    python = 'python3';
    return;
  } catch {
    // Then in an environment of the test's own.
  }
  try {
    environment = await mkdtemp(join(tmpdir(), 'germline-viewer-'));
    await execute('python3', ['-m', 'venv', environment], { timeout: INSTALL_MS });
    const own = join(environment, 'bin', 'python3');
    await execute(own, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'websockets', 'msgpack'], {
      timeout: INSTALL_MS,
    });
    await execute(own, imports);
    python = own;
  } catch (error) {
    reason = `examples/viewer.py is not tested: no Python with websockets and msgpack (${String(error).split('\n', 1)[0]})`;
    console.warn(reason);
  }
}, 2 * INSTALL_MS);

afterAll(() => (environment ? rm(environment, { recursive: true, force: true }) : undefined));

const view = (url: string, ...words: string[]): Example => startExample(python as string, [VIEWER, '--server', url, ...words]);

const generationsIn = ({ said }: Example): number[] => [...said.matchAll(/^generation +(\d+) /gm)].map(([, number]) => Number(number));

test('lists the runs, follows the one that runs, and ends with it', async ({ skip }) => {
  skip(!python, reason);
  const { url } = await start();
  await FakeWorker.join(url);
  const first = await submit(url, xor({ generations: 3 }));
  await until(url, first, 'done');
  const id = await submit(url, xor());
  const viewer = view(url);
  expect(await viewer.ended, viewer.said).toBe(0);
  expect(viewer.said).toMatch(new RegExp(`^${first} +done +generation 3 of 3  best \\d`, 'm'));
  const { end } = await until(url, id, 'done');
  expect(viewer.said).toContain(`${id} is done, digest ${end.digest}`);
  const { generations } = (await ask(url, `/api/runs/${id}/generations`)).body;
  const lines = viewer.said.split('\n').filter((line) => line.startsWith('generation'));
  expect(lines.length).toBe(12);
  const told = (line: string, what: string) => Number(new RegExp(`${what} *([\\d.,]+)`).exec(line)?.[1].replace(/,/g, ''));
  for (const [i, { generation, best, mean, validation, evaluations, champion }] of generations.entries()) {
    expect(told(lines[i], 'generation')).toBe(generation);
    expect(told(lines[i], 'best')).toBeCloseTo(best, 4);
    expect(told(lines[i], 'mean')).toBeCloseTo(mean, 4);
    expect(told(lines[i], 'evaluations')).toBe(evaluations);
    expect(told(lines[i], 'validation')).toEqual(validation ? expect.closeTo(validation.loss, 4) : Number.NaN);
    if (validation) expect(told(lines[i], '\\(')).toBeCloseTo(validation.accuracy * 100, 0);
    expect(lines[i].endsWith('  new champion')).toBe(champion);
  }
});

test('a server that is killed and started again: no generation is missed or told twice', async ({ skip }) => {
  skip(!python, reason);
  const data = await folder();
  const server = await Child.start(data);
  const id = await submit(server.url, xor({ generations: 400 }));
  await FakeWorker.join(server.url);
  const viewer = view(server.url, '--run', id);
  await vi.waitFor(() => expect(generationsIn(viewer).length, viewer.said).toBeGreaterThan(5), 20_000);
  server.process.kill('SIGKILL');
  await server.exited;
  const { url } = await Child.start(data, { port: server.port });
  await FakeWorker.join(url);
  expect(await viewer.ended, viewer.said).toBe(0);
  expect(viewer.said).toMatch(/connection lost/);
  expect(generationsIn(viewer)).toEqual(Array.from({ length: 400 }, (_, generation) => generation));
});

test('tokens, and what cannot be', async ({ skip }) => {
  skip(!python, reason);
  const { url, tokens } = await start({ tokens: true });
  const token = tokens.find(({ role }) => role === 'viewer')?.token as string;
  const file = join(await folder(), 'token');
  await writeFile(file, `${token}\n`);
  const wrong = view(url);
  const missing = view(url, '--token-file', file, '--run', 'nothing');
  const waiting = view(`${url}/#${token}`);
  expect([await wrong.ended, await missing.ended]).toEqual([1, 1]);
  expect(wrong.said).toMatch(/^viewer\.py: .*\(unauthorized\)$/m);
  expect(missing.said).toMatch(/^viewer\.py: there is no run "nothing" \(not-found\)$/m);
  await vi.waitFor(() => expect(waiting.said).toMatch(/there are no runs yet/), 20_000);
  waiting.child.kill('SIGINT');
  expect(await waiting.ended).toBe(0);
  expect(await view(url, '--help').ended).toBe(0);
});

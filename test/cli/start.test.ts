// `npm start`: a server, a worker of this machine and a run from one command; stopped and started again it is the same run.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../tools/start.ts', import.meta.url));
const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'germline-start-'));
  folders.push(made);
  return made;
}

class Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out = '';
  err = '';

  constructor(...words: string[]) {
    this.child = spawn(process.execPath, [SCRIPT, ...words], { env: { ...process.env, npm_lifecycle_event: 'start' } });
    children.push(this.child);
    this.child.stdout?.on('data', (text) => {
      this.out += text;
    });
    this.child.stderr?.on('data', (text) => {
      this.err += text;
    });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Its address, once it says so. */
  url(): Promise<string> {
    return vi.waitFor(
      () => {
        const [, url] = /Serving (http:\S+)/.exec(this.out) ?? [];
        if (!url) throw new Error(`no address: ${this.out}${this.err}`);
        return url;
      },
      { timeout: 60_000, interval: 50 },
    );
  }
}

interface Run {
  id: string;
  name: string;
  state: string;
  generations: number;
  created: string;
}

async function runsOf(url: string): Promise<Run[]> {
  const answer = (await (await fetch(new URL('api/runs', url))).json()) as { runs: Run[] };
  return answer.runs;
}

/** The one run, once it has come so far. */
const advanced = (url: string, generations: number): Promise<Run> =>
  vi.waitFor(
    async () => {
      const runs = await runsOf(url);
      expect(runs.length).toBe(1);
      expect(runs[0].generations).toBeGreaterThanOrEqual(generations);
      return runs[0];
    },
    { timeout: 60_000, interval: 50 },
  );

test('serves, works, runs mnist; Ctrl-C ends it, and the next start goes on with the same run', { timeout: 180_000 }, async () => {
  const words = ['--port', '0', '--data', join(await folder(), 'germline-data'), '--work', '1'];
  const first = new Started(...words);
  const before = await advanced(await first.url(), 3);
  expect(before).toMatchObject({ name: 'mnist', state: 'running' });
  expect(first.out).toContain(`open             ${await first.url()}\n`);
  expect(first.out).toContain(`germline work ${await first.url()}\n`);
  expect(first.out).toContain('npm start goes on where it was');
  await vi.waitFor(() => expect(first.out).toContain('1 worker attached'));
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  // What is missing is built first, and says so.
  expect(first.err.replace(/^building the .*\n/gm, '')).toBe('');

  const again = new Started(...words);
  const after = await advanced(await again.url(), before.generations + 3);
  expect(after).toMatchObject({ id: before.id, created: before.created, name: 'mnist' });
  again.child.kill('SIGINT');
  expect(await again.ended).toBe(0);
});

test('says which port is taken, and how to take another', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const started = new Started('--port', String(port), '--data', await folder());
  expect(await started.ended).toBe(2);
  expect(started.err.replace(/^building the .*\n/gm, '').trim()).toBe(
    `port ${port} of 127.0.0.1 is taken, perhaps by another server: choose another port, as with npm start -- --port ${port + 1}`,
  );
  expect(started.out).toBe('');
  other.close();
});

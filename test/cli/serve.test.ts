// A server, its workers and its clients as processes of their own: whoever dies or freezes meanwhile, the digest is that of `germline run`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Ended, germline, objects, type Running, start } from './command.ts';

const running: Running[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const { child } of running) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  }
  await Promise.all(running.splice(0).map(({ ended }) => ended));
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'germline-serve-'));
  folders.push(made);
  return made;
}

function run(...words: string[]): Running {
  const process = start(words);
  running.push(process);
  return process;
}

interface Served {
  process: Running;
  url: string;
  port: number;
  tokens: { role: string; token: string }[];
}

async function serve(data: string, ...words: string[]): Promise<Served> {
  const process = run('serve', '--data', data, '--port', '0', '--json', ...words);
  const [line] = await firstLine(process);
  return { process, ...JSON.parse(line) };
}

function firstLine({ child, ended }: Running): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.split('\n'));
    });
    void ended.then(({ stderr }) => reject(new Error(`the server ended: ${stderr}`)));
  });
}

const work = (url: string, name: string, ...words: string[]) => run('work', url, '--threads', '1', '--name', name, '--json', ...words);

/** Long enough for whatever has to happen meanwhile. */
const EXPERIMENT = ['mnist', '--seed', '5', '--population', '256', '--set', 'batch=64', '--generations', '120'];

const doneOf = (ended: Ended) => objects(ended).at(-1) as { event: string; digest: string; champion: object };

async function generationOf(url: string): Promise<number> {
  const { runs } = (await (await fetch(`${url}/api/runs`)).json()) as { runs: { generations: number }[] };
  return runs[0]?.generations ?? 0;
}

const reaches = (url: string, generation: number) =>
  vi.waitFor(async () => expect(await generationOf(url)).toBeGreaterThanOrEqual(generation), { timeout: 30_000, interval: 20 });

let alone: Promise<Ended> | undefined;
/** The same run without a server, made once. */
function byItself(): Promise<Ended> {
  alone ??= germline('run', ...EXPERIMENT, '--threads', '2', '--json');
  return alone;
}
const expected = async () => doneOf(await byItself());

test('submit --watch --json prints the lines of run --json; replay and export agree', async () => {
  const { url, process } = await serve(await folder(), '--work', '2');
  const watched = await germline('submit', ...EXPERIMENT, '--watch', '--json', '--server', url);
  expect(watched.code).toBe(0);
  const own = objects(await byItself());
  const timeless = ({ seconds, evaluationsPerSecond, ...rest }: Record<string, unknown>) => rest;
  expect(objects(watched).map(timeless)).toEqual(own.map(timeless));

  const [{ id }] = objects(await germline('runs', '--json', '--server', url));
  const replayed = await germline('replay', String(id), '--json', '--server', url);
  expect(replayed.stderr).toBe('');
  expect(objects(replayed)).toMatchObject([{ generations: 120, digest: (await expected()).digest, champion: 'same' }]);
  const to = join(await folder(), 'model.safetensors');
  expect((await germline('export', String(id), '--format', 'safetensors', '--to', to, '--server', url)).code).toBe(0);
  expect((await readFile(to)).length).toBeGreaterThan(50890 * 4);

  expect((await germline('pause', String(id), '--server', url)).code).toBe(2);
  expect((await germline('delete', String(id), '--server', url)).code).toBe(0);
  expect(objects(await germline('runs', '--json', '--server', url))).toEqual([]);
  process.child.kill('SIGTERM');
  expect((await process.ended).code).toBe(0);
});

test('workers killed, frozen, late, leaving, and started again', async () => {
  const { url } = await serve(await folder());
  const [killed, frozen, leaver] = ['killed', 'frozen', 'leaver'].map((name) => work(url, name));
  const watching = germline('submit', ...EXPERIMENT, '--watch', '--json', '--server', url);
  await reaches(url, 10);
  frozen.child.kill('SIGSTOP');
  await reaches(url, 25);
  killed.child.kill('SIGKILL');
  await killed.ended;
  work(url, 'killed');
  await reaches(url, 40);
  work(url, 'late');
  await reaches(url, 55);
  leaver.child.kill('SIGTERM');
  expect((await leaver.ended).code).toBe(0);
  frozen.child.kill('SIGCONT');
  expect(doneOf(await watching)).toMatchObject({ event: 'done', ...pick(await expected()) });
});

test('the server killed and started again: workers and watchers come back', async () => {
  const data = await folder();
  const first = await serve(data);
  work(first.url, 'one');
  work(first.url, 'two');
  const watching = germline('submit', ...EXPERIMENT, '--watch', '--json', '--server', first.url);
  for (const generation of [20, 60]) {
    await reaches(first.url, generation);
    const server = running.find(({ child }) => child.spawnargs.includes('serve') && child.exitCode === null && !child.killed) as Running;
    server.child.kill('SIGKILL');
    await server.ended;
    const again = run('serve', '--data', data, '--port', String(first.port), '--json');
    await firstLine(again);
  }
  expect(doneOf(await watching)).toMatchObject({ event: 'done', ...pick(await expected()) });
});

test('tokens: made at the first start, asked for, revoked', async () => {
  const data = await folder();
  const { url, tokens } = await serve(data, '--tokens');
  const of = (role: string) => tokens.find((made) => made.role === role)?.token;
  expect((await germline('runs', '--server', url)).code).toBe(2);
  expect((await germline('submit', 'xor', '--server', `${url}/#${of('viewer')}`)).code).toBe(2);
  const refused = await work(url, 'stranger').ended;
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('token');

  const worker = work(`${url}/#${of('worker')}`, 'known');
  const done = await germline('submit', 'xor', '--seed', '1', '--watch', '--json', '--server', `${url}/#${of('admin')}`);
  expect(doneOf(done)).toMatchObject({ event: 'done' });
  const entries = objects(await germline('token', 'list', '--data', data, '--json'));
  const { id } = entries.find(({ role }) => role === 'worker') as { id: string };
  expect((await germline('token', 'revoke', id, '--data', data)).code).toBe(0);
  expect((await worker.ended).code).toBe(2);
});

test('mistakes are said in one line', async () => {
  const nobody = await germline('runs', '--server', 'http://127.0.0.1:9');
  expect(nobody.code).toBe(1);
  expect(nobody.stderr).toContain('no server answers at http://127.0.0.1:9/');
  const { url, port } = await serve(await folder());
  expect((await germline('show', 'nothing', '--server', url)).stderr).toContain('there is no run "nothing"');
  const taken = await germline('serve', '--port', String(port), '--data', await folder());
  expect(taken.code).toBe(2);
  expect(taken.stderr).toContain('is taken');
  expect((await germline('work', 'nonsense://x')).code).toBe(2);
  expect((await germline('submit', 'mnits', '--server', url)).stderr).toContain('mnist');
});

const pick = ({ digest, champion }: { digest: string; champion: object }) => ({ digest, champion });

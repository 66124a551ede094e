// The package as a stranger gets it: packed, installed into an empty folder, run by npx, imported.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
// The pinned Node first on PATH, as this test itself runs on it.
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };

let folder: string;
let packed: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'germline-package-'));
  // `npm pack` builds first (prepack).
  const { stdout } = await exec('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, env, maxBuffer: 1 << 26 });
  const [report] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))) as { filename: string; files: { path: string }[] }[];
  packed = report.files.map((file) => file.path);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await exec('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, report.filename)], { cwd: folder, env });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds what a user needs and nothing else', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'bin/germline.js',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/experiment.schema.json',
        'dist/assembly/build/engine.wasm',
        'dist/assembly/build/engine.shared.wasm',
        'dist/client/index.html',
      ]),
    );
    const folders = new Set(packed.map((path) => path.split('/').slice(0, -1).slice(0, 2).join('/')));
    expect([...folders].sort()).toEqual(
      [
        '',
        'bin',
        'data/sets',
        'dist',
        'dist/assembly',
        'dist/cli',
        'dist/client',
        'dist/core',
        'dist/data',
        'dist/experiments',
        'dist/journal',
        'dist/protocol',
        'dist/server',
        'dist/worker',
        'docs',
      ].sort(),
    );
    // TypeScript's sources and tests stay at home; its declarations travel.
    expect(packed.filter((path) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path))).toEqual([]);
    expect(packed.filter((path) => /test|bench/i.test(path) && !path.startsWith('docs/'))).toEqual([]);
  });

  test('runs by npx in an empty folder', async () => {
    const { stdout } = await exec('npx', ['germline', 'run', 'xor', '--seed', '1', '--json'], { cwd: folder, env });
    const last = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    expect(last).toMatchObject({ event: 'done', best: 0, test: { accuracy: 1 } });
    // The same bits as from the checkout.
    const here = await exec(process.execPath, [join(root, 'bin/germline.js'), 'run', 'xor', '--seed', '1', '--json'], { env });
    expect(last.digest).toBe(JSON.parse(here.stdout.trim().split('\n').at(-1) as string).digest);
  });

  test('keeps a run, exports it and replays it', async () => {
    await exec('npx', ['germline', 'run', 'mnist', '--seed', '1', '--generations', '3', '--population', '64', '--out', 'run'], {
      cwd: folder,
      env,
    });
    await exec('npx', ['germline', 'export', 'run', '--format', 'tfjs', '--to', 'model'], { cwd: folder, env });
    const { stdout } = await exec('npx', ['germline', 'replay', 'run'], { cwd: folder, env });
    expect(stdout).toMatch(/digest/);
  });

  test('is a library: evolve', async () => {
    const script =
      "import { evolve } from 'germline'; const done = await evolve('xor', { seed: 1n, threads: 1 }); console.log(done.best, done.reason);";
    await writeFile(join(folder, 'use.js'), script);
    const { stdout } = await exec(process.execPath, ['use.js'], { cwd: folder, env });
    expect(stdout.trim()).toBe('0 target');
  });
});

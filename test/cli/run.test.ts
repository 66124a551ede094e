import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { germline, objects, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'germline-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Small, and yet every part of a run is in it. */
const experiment = {
  kind: 'weights',
  dataset: 'mnist-10k',
  network: [
    { class_name: 'Flatten' },
    { class_name: 'Dense', config: { units: 16, activation: 'relu' } },
    { class_name: 'Dense', config: { units: 10 } },
  ],
  population: 64,
  generations: 60,
  batch: 64,
  validateEvery: 4,
};
const file = (name: string, fields: object) => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ ...experiment, ...fields }));
  return path;
};
const algorithms = { es: file('es.json', { algorithm: 'es' }), ga: file('ga.json', { algorithm: { name: 'ga', parents: 8 } }) };

describe('run --json', () => {
  test('prints each generation and the end, and nothing else', async () => {
    const ended = await germline('run', 'xor', '--seed', '1', '--population', '64', '--json');
    const events = objects(ended);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const done = events.pop();
    expect(Object.keys(done as object)).toEqual(
      'event generations digest best validation test evaluations seconds evaluationsPerSecond reason seed champion'.split(' '),
    );
    expect(done).toMatchObject({ event: 'done', reason: 'target', seed: '1', best: 0, test: { accuracy: 1 }, generations: events.length });
    events.forEach((event, generation) => {
      expect(Object.keys(event)).toEqual('event generation best mean validation train evaluations seconds'.split(' '));
      expect(event).toMatchObject({ event: 'generation', generation, evaluations: (generation + 1) * 64 });
    });
  });

  test('says which seed it drew', async () => {
    const [first, second] = await Promise.all([germline('run', 'xor', '--json'), germline('run', 'xor', '--json')]);
    const seed = String(objects(first).at(-1)?.seed);
    expect(seed).toMatch(/^\d{1,20}$/);
    expect(objects(second).at(-1)?.seed).not.toBe(seed);
    const again = await germline('run', 'xor', '--json', '--seed', seed);
    expect(objects(again).at(-1)?.digest).toBe(objects(first).at(-1)?.digest);
  });
});

describe.each(Object.entries(algorithms))('%s', (name, path) => {
  test('gives one digest, whatever the threads', async () => {
    const ends = await Promise.all(['1', '2', '3'].map((threads) => germline('run', path, '--seed', '7', '--json', '--threads', threads)));
    const digests = ends.map((ended) => objects(ended).at(-1)?.digest);
    expect(new Set(digests).size).toBe(1);
  });

  test('stopped by Ctrl-C, and again, and resumed, ends as if it never was', async () => {
    const whole = objects(await germline('run', path, '--seed', '9', '--json', '--threads', '2')).at(-1);
    const out = join(folder, `stopped-${name}`);
    let words = ['run', path, '--seed', '9', '--json', '--threads', '2', '--out', out];
    for (const generations of [5, 11, 1]) {
      const run = start(words);
      await run.lines(generations);
      run.child.kill('SIGINT');
      const ended = await run.ended;
      expect(ended).toMatchObject({ code: 130, stderr: '' });
      expect(objects(ended).at(-1)).toMatchObject({ event: 'done', reason: 'stopped' });
      words = ['run', '--resume', out, '--json'];
    }
    const resumed = await germline(...words);
    expect(resumed.code).toBe(0);
    const { digest, validation, test: score, champion, generations, best } = whole as Record<string, unknown>;
    expect(objects(resumed).at(-1)).toMatchObject({ digest, validation, test: score, champion, generations, best, reason: 'generations' });
    // A run that is over says so again.
    expect(objects(await germline(...words)).at(-1)).toEqual(objects(resumed).at(-1));
    const replayed = await germline('replay', out, '--json');
    expect(objects(replayed).at(-1)).toMatchObject({
      event: 'replayed',
      digest,
      matches: { records: 60, final: true, champion: true, weights: true },
    });
  });

  test('killed and resumed, too', async () => {
    const whole = objects(await germline('run', path, '--seed', '11', '--json')).at(-1);
    const out = join(folder, `killed-${name}`);
    const run = start(['run', path, '--seed', '11', '--json', '--out', out]);
    await run.lines(17);
    run.child.kill('SIGKILL');
    await run.ended;
    const resumed = await germline('run', '--resume', out, '--json');
    expect(objects(resumed).at(-1)?.digest).toBe(whole?.digest);
  });
});

describe('the folder of a run', () => {
  test.each([
    ['its target', ['xor', '--seed', '2']],
    ['its last generation', [algorithms.ga, '--seed', '2', '--generations', '4']],
  ])('whose process died between %s and the note of it ends the same', async (name, words) => {
    const out = join(folder, `unnoted-${name}`);
    const whole = objects(await germline('run', ...words, '--out', out, '--json')).at(-1) as Record<string, unknown>;
    const database = new DatabaseSync(join(out, 'journal.sqlite'));
    database.exec('UPDATE runs SET done = NULL');
    database.close();
    const [only] = objects(await germline('run', '--resume', out, '--json'));
    const { digest, generations, best, reason, champion, test: score } = whole;
    expect(only).toMatchObject({ event: 'done', digest, generations, best, reason, champion, test: score });
  });

  test('holds the experiment with its defaults, and a champion to export and to start from', async () => {
    const out = join(folder, 'kept');
    const ended = await germline('run', 'xor', '--seed', '3', '--out', out);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`germline export ${out} --format tfjs`);
    expect(readdirSync(out).sort()).toEqual(['champion.safetensors', 'engines', 'experiment.json', 'journal.lock', 'journal.sqlite']);
    expect(JSON.parse(readFileSync(join(out, 'experiment.json'), 'utf8'))).toMatchObject({ name: 'xor', metric: 'accuracy' });

    for (const [format, to, files] of [
      ['tfjs', 'model', ['model.json', 'weights.bin']],
      ['safetensors', 'model.safetensors', []],
      ['npz', 'model.npz', []],
    ] as const) {
      const path = join(folder, to);
      expect(await germline('export', out, '--format', format, '--to', path)).toMatchObject({ code: 0, stderr: '' });
      for (const name of files) expect(readdirSync(path)).toContain(name);
      const started = await germline('run', 'xor', '--seed', '4', '--init', path, '--generations', '1', '--json');
      // The start is an individual of generation 0, and it solves the task already.
      expect(objects(started)[0]).toMatchObject({ generation: 0, best: 0 });
    }
    const again = await germline('run', '--resume', out);
    expect(again.stdout).toContain('Solved');
  });

  test('exports the champion by replay where its file is gone', async () => {
    const out = join(folder, 'without-file');
    await germline('run', algorithms.ga, '--seed', '3', '--generations', '9', '--out', out);
    const [kept, rebuilt] = [join(folder, 'kept.npz'), join(folder, 'rebuilt.npz')];
    await germline('export', out, '--format', 'npz', '--to', kept);
    rmSync(join(out, 'champion.safetensors'));
    await germline('export', out, '--format', 'npz', '--to', rebuilt);
    expect(readFileSync(rebuilt)).toEqual(readFileSync(kept));
  });
});

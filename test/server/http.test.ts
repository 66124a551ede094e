// The HTTP API: runs from their making to their deletion, files, errors that always have the same shape.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readSafetensors } from '../../core/formats/safetensors.ts';
import { JournalReader } from '../../journal/index.ts';
import { httpLimits } from '../../server/limits.ts';
import { withLimits } from './fixtures/limits.ts';
import { alone, stateOf, submit, until, xor } from './fixtures/runs.ts';
import { ask, folder, post, start } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

const PATIENCE = { timeout: 20_000, interval: 5 };

describe('runs', () => {
  it('are made, listed, shown and deleted', async () => {
    const { url } = await start();
    const id = await submit(url, xor(), false);
    expect((await ask(url, '/api/runs')).body.runs).toMatchObject([{ id, name: 'xor', state: 'created', seed: '7', horizon: 12 }]);
    expect((await ask(url, `/api/runs/${id}`)).body).toMatchObject({ id, experiment: { population: 64 }, generations: 0 });
    expect((await ask(url, `/api/runs/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(url, '/api/runs')).body.runs).toEqual([]);
    expect((await ask(url, `/api/runs/${id}`)).body.error.code).toBe('not-found');
  });

  it('pause, go on, stop, and give the digest of an undisturbed run', async () => {
    const { url } = await start();
    const run = xor({ generations: 100 });
    const id = await submit(url, run);
    await FakeWorker.join(url);
    await FakeWorker.join(url);
    for (const [generations, action, state] of [
      [5, 'pause', 'paused'],
      [20, 'stop', 'stopped'],
      [30, 'pause', 'paused'],
    ] as const) {
      await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(generations), PATIENCE);
      expect((await post(url, `/api/runs/${id}/${action}`)).body.state).toBe(state);
      const { generations: at } = (await ask(url, `/api/runs/${id}`)).body;
      expect((await post(url, `/api/runs/${id}/${action}`)).body.error?.code).toBe('conflict');
      expect((await ask(url, `/api/runs/${id}`)).body.generations).toBe(at);
      expect((await post(url, `/api/runs/${id}/resume`)).body.state).toBe('running');
    }
    const { end } = await until(url, id, 'done');
    const { digest, champion, test } = await alone(run);
    expect(end).toMatchObject({ digest, champion, test });
    expect((await post(url, `/api/runs/${id}/start`)).status).toBe(409);
  });

  it('are cloned: the same experiment and seed, or others', async () => {
    const { url } = await start();
    await FakeWorker.join(url);
    const id = await submit(url, xor());
    const same = (await post(url, `/api/runs/${id}/clone`, {})).body;
    const other = (await post(url, `/api/runs/${id}/clone`, { seed: 8, set: [{ path: 'generations', value: 3 }] })).body;
    expect(same).toMatchObject({ seed: '7', clonedFrom: id });
    expect(other).toMatchObject({ seed: '8', clonedFrom: id, horizon: 3 });
    const [first, second, third] = await Promise.all([id, same.id, other.id].map((run) => until(url, run, 'done')));
    expect(second.end.digest).toBe(first.end.digest);
    expect(third.end.digest).not.toBe(first.end.digest);
  });

  it('share the workers, and each has its own digest', async () => {
    const { url } = await start();
    for (let i = 0; i < 2; ++i) await FakeWorker.join(url);
    const runs = [xor({ generations: 20 }), xor({ generations: 30, population: 40 }), { ...xor({ generations: 25 }), seed: '9' }];
    const ids = await Promise.all(runs.map((run) => submit(url, run)));
    const ends = await Promise.all(ids.map(async (id) => (await until(url, id, 'done')).end.digest));
    expect(ends).toEqual(await Promise.all(runs.map(async (run) => (await alone(run)).digest)));
  });

  it('begin at a genome', async () => {
    const { url } = await start();
    const id = await submit(url, xor(), false);
    const finished = await submit(url, xor());
    await FakeWorker.join(url);
    await until(url, finished, 'done');
    const model = await ask(url, `/api/runs/${finished}/export`);
    const genome = Float32Array.from([...readSafetensors(model.body).tensors.values()].flatMap(({ data }) => [...(data as Float32Array)]));
    const put = (body: Uint8Array) =>
      ask(url, `/api/runs/${id}/start`, {
        method: 'PUT',
        body: body as Uint8Array<ArrayBuffer>,
        headers: { 'content-type': 'application/octet-stream' },
      });
    expect((await put(new Uint8Array(3))).body.error.code).toBe('invalid');
    expect((await put(new Uint8Array(genome.buffer))).status).toBe(204);
    await post(url, `/api/runs/${id}/start`);
    const { end } = await until(url, id, 'done');
    expect(end.digest).toBe((await alone(xor(), genome)).digest);
    expect((await ask(url, `/api/runs/${id}/start`)).body).toEqual(new Uint8Array(genome.buffer));
    expect((await put(new Uint8Array(genome.buffer))).body.error.code).toBe('conflict');
    const clone = (await post(url, `/api/runs/${id}/clone`, {})).body;
    expect((await until(url, clone.id, 'done')).end.digest).toBe(end.digest);
  });

  it('that have not begun give their genome to their clones', async () => {
    const data = await folder();
    const { url } = await start({ data });
    const id = await submit(url, xor(), false);
    const genome = Uint8Array.from({ length: 68 }, (_, i) => i);
    const headers = { 'content-type': 'application/octet-stream' };
    expect((await ask(url, `/api/runs/${id}/start`, { method: 'PUT', body: genome, headers })).status).toBe(204);
    const clone = (await post(url, `/api/runs/${id}/clone`, { start: false })).body;
    expect(new Uint8Array(await readFile(join(data, 'runs', clone.id, 'start.f32')))).toEqual(genome);
  });

  it('that their minutes ended get as many again', async () => {
    const { url } = await start();
    const run = xor({ generations: 100_000, 'stop.minutes': 0.005 });
    await FakeWorker.join(url);
    const id = await submit(url, run);
    const { end, generations } = await until(url, id, 'done');
    expect(end.reason).toBe('minutes');
    await post(url, `/api/runs/${id}/resume`);
    await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(generations), PATIENCE);
    await until(url, id, 'done');
  });

  it('whose engine is damaged are not gone on with', async () => {
    const data = await folder();
    const first = await start({ data });
    const worker = await FakeWorker.join(first.url);
    const id = await submit(first.url, xor({ generations: 2000 }));
    await vi.waitFor(async () => expect((await ask(first.url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(2), PATIENCE);
    await post(first.url, `/api/runs/${id}/pause`);
    worker.kill();
    await first.close();
    const { engine } = JSON.parse(await readFile(join(data, 'runs', id, 'run.json'), 'utf8')).opened;
    await writeFile(join(data, 'runs', id, 'engines', engine, 'engine.wasm'), 'another');
    const { url } = await start({ data });
    await post(url, `/api/runs/${id}/resume`);
    const { failure } = await until(url, id, 'failed');
    expect(failure).toMatchObject({ message: expect.stringContaining('engine') });
  });

  it('fail with words where the genome does not fit', async () => {
    const { url } = await start();
    const id = await submit(url, xor(), false);
    const headers = { 'content-type': 'application/octet-stream' };
    await ask(url, `/api/runs/${id}/start`, { method: 'PUT', body: new Uint8Array(8), headers });
    await post(url, `/api/runs/${id}/start`);
    const { failure } = await until(url, id, 'failed');
    expect(failure.message).toMatch(/genome|weights|parameters|length/i);
  });

  it('outlive the server', async () => {
    const data = await folder();
    const first = await start({ data });
    const [done, paused, made] = [
      await submit(first.url, xor({ generations: 2 })),
      await submit(first.url, xor()),
      await submit(first.url, xor(), false),
    ];
    const worker = await FakeWorker.join(first.url);
    await until(first.url, done, 'done');
    if ((await stateOf(first.url, paused)) === 'running') await post(first.url, `/api/runs/${paused}/pause`);
    const before = (await ask(first.url, '/api/runs')).body;
    worker.kill();
    await first.close();
    const second = await start({ data });
    const after = (await ask(second.url, '/api/runs')).body;
    expect(after.runs.map(({ id, state, end }: Record<string, unknown>) => ({ id, state, end }))).toEqual(
      before.runs.map(({ id, state, end }: Record<string, unknown>) => ({ id, state, end })),
    );
    expect(after.runs[2].id).toBe(made);
    // Enough for a replay elsewhere, with nobody opening the journal again.
    const { engine } = (await ask(second.url, '/api/server')).body;
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(after.runs[0]).toMatchObject({ engine, dataset: { name: 'xor', hash }, parameters: expect.any(Number) });
  });
});

describe('a journal', () => {
  it('gives selections from any generation, some at a time, as it holds them', async () => {
    withLimits(httpLimits, { selectionsBytes: 300 });
    const data = await folder();
    const { url } = await start({ data });
    await FakeWorker.join(url);
    const id = await submit(url, xor());
    await until(url, id, 'done');
    const selections: Uint8Array[] = [];
    let requests = 0;
    for (let from = 2; ; ++requests) {
      const { body, headers } = await ask(url, `/api/runs/${id}/selections?from=${from}`);
      if (!body.length) break;
      for (let at = 0; at < body.length; ) {
        const length = new DataView(body.buffer, at).getUint32(0, true);
        selections.push(body.slice(at + 4, at + 4 + length));
        at += 4 + length;
      }
      from = Number(headers.get('x-germline-next'));
    }
    using journal = JournalReader.open(`${data}/runs/${id}`, id);
    expect(selections).toEqual([...journal.records(2)].map(({ selection }) => Uint8Array.from(selection)));
    expect(requests).toBeGreaterThan(1);
  });

  it('gives its newest snapshot, in whole and in part', async () => {
    const { url } = await start();
    await FakeWorker.join(url);
    const id = await submit(url, xor({ generations: 2000 }));
    expect((await ask(url, `/api/runs/${id}/snapshot`)).body.error.code).toBe('not-found');
    await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(5), PATIENCE);
    await post(url, `/api/runs/${id}/pause`);
    const { generation, digest, bytes } = (await ask(url, `/api/runs/${id}/snapshot`)).body;
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    const whole = await ask(url, `/api/runs/${id}/snapshot/${generation}`);
    expect([whole.status, whole.body.length]).toEqual([200, bytes]);
    const part = await ask(url, `/api/runs/${id}/snapshot/${generation}`, { headers: { range: `bytes=100-199` } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes}`]);
    expect(part.body).toEqual(whole.body.slice(100, 200));
    const rest = await ask(url, `/api/runs/${id}/snapshot/${generation}`, { headers: { range: `bytes=${bytes - 7}-` } });
    expect(rest.body).toEqual(whole.body.slice(-7));
    expect((await ask(url, `/api/runs/${id}/snapshot/${generation}`, { headers: { range: `bytes=${bytes}-` } })).status).toBe(416);
    expect((await ask(url, `/api/runs/${id}/snapshot/${generation + 1}`)).body.error.code).toBe('not-found');
  });

  it('gives the champion, its model in every format, and the numbers of its generations', async () => {
    const { url } = await start();
    await FakeWorker.join(url);
    const id = await submit(url, xor());
    const { end } = await until(url, id, 'done');
    expect((await ask(url, `/api/runs/${id}/champion`)).body).toEqual({ champion: end.champion, test: end.test });
    const { metadata } = readSafetensors((await ask(url, `/api/runs/${id}/export`)).body);
    expect(metadata.digest).toBe(end.champion.digest);
    for (const format of ['npz', 'tfjs']) {
      const { body, headers } = await ask(url, `/api/runs/${id}/export?format=${format}`);
      expect(Buffer.from(body.subarray(0, 2)).toString()).toBe('PK');
      expect(headers.get('content-disposition')).toMatch(new RegExp(`filename="${id}\\.`));
    }
    expect((await ask(url, `/api/runs/${id}/export?format=elf`)).body.error.code).toBe('invalid');
    const { generations } = (await ask(url, `/api/runs/${id}/generations?from=10`)).body;
    expect(generations.map(({ generation }: { generation: number }) => generation)).toEqual([10, 11]);
  });
});

describe('files', () => {
  it('of datasets and engines are what their hashes say', async () => {
    const { url } = await start();
    await FakeWorker.join(url);
    const id = await submit(url, xor());
    const { dataset, engine } = await until(url, id, 'done').then(() => ask(url, `/api/runs/${id}`).then(({ body }) => body));
    const sha256 = (...parts: Uint8Array[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
    const { engine: ours } = (await ask(url, '/api/server')).body;
    expect((await ask(url, '/api/engines')).body).toEqual({ engine: ours });
    const [own, shared] = await Promise.all(['engine.wasm', 'engine.shared.wasm'].map((file) => ask(url, `/api/engines/${ours}/${file}`)));
    expect(sha256(own.body, shared.body)).toBe(ours);
    expect(own.headers.get('content-type')).toBe('application/wasm');
    expect(sha256((await ask(url, `/api/datasets/${dataset.hash}`)).body)).toBe(dataset.hash);
    expect(engine).toBe(ours);
    expect((await ask(url, `/api/datasets/${'0'.repeat(64)}`)).body.error.code).toBe('not-found');
    expect((await ask(url, '/api/datasets/..%2Ftokens.json')).body.error.code).toBe('invalid');
  });
});

describe('errors', () => {
  it.each([
    ['an unknown path', 'GET', '/api/nothing', undefined, 404, 'not-found'],
    ['an unknown run', 'POST', '/api/runs/none-here/start', undefined, 404, 'not-found'],
    ['a run id that is none', 'GET', '/api/runs/A%00B', undefined, 400, 'invalid'],
    ['an unknown experiment', 'POST', '/api/runs', { experiment: 'nope' }, 400, 'invalid'],
    ['a file instead of an experiment', 'POST', '/api/runs', { experiment: '/etc/passwd' }, 400, 'invalid'],
    ['a wrong field', 'POST', '/api/runs', { experiment: 'xor', set: [{ path: 'population', value: -1 }] }, 400, 'invalid'],
    [
      'more than a server takes',
      'POST',
      '/api/runs',
      { experiment: 'xor', set: [{ path: 'population', value: 2 ** 24 + 1 }] },
      400,
      'invalid',
    ],
    ['a seed that is none', 'POST', '/api/runs', { experiment: 'xor', seed: 'x' }, 400, 'invalid'],
    ['no body', 'POST', '/api/runs', undefined, 400, 'invalid'],
    ['a body that is too long', 'POST', '/api/runs', { experiment: 'x'.repeat(2 << 20) }, 413, 'too-large'],
  ])('of %s have a code', async (_what, method, path, json, status, code) => {
    const { url } = await start();
    const answer = await ask(url, path, { method, json });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message.length).toBeGreaterThan(3);
  });

  it('of JSON that is none, or poisons prototypes, have a code', async () => {
    const { url } = await start();
    for (const body of ['{', '{"experiment":"xor","__proto__":{"start":true}}']) {
      const answer = await ask(url, '/api/runs', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      expect([answer.status, answer.body.error.code]).toEqual([400, 'malformed']);
    }
  });
});

describe('requests', () => {
  it('of one address are bounded, and those of others are not', async () => {
    withLimits(httpLimits, { requests: 3 });
    const { url } = await start({ trustProxy: true });
    const from = async (address: string) => (await ask(url, '/healthz', { headers: { 'x-forwarded-for': address } })).status;
    for (const status of [200, 200, 200, 429]) expect(await from('203.0.113.1')).toBe(status);
    expect(await from('203.0.113.2')).toBe(200);
    // The client's own word about itself, and then the proxy's.
    const refused = await ask(url, '/healthz', { headers: { 'x-forwarded-for': '127.0.0.1, 203.0.113.1' } });
    expect(refused.body.error.code).toBe('too-many');
  });
});

describe('the server', () => {
  it('describes itself: health, metrics, experiments, OpenAPI', async () => {
    const { url } = await start();
    await FakeWorker.join(url);
    const id = await submit(url, xor());
    await until(url, id, 'done');
    expect((await ask(url, '/healthz')).body).toEqual({ status: 'ok' });
    const text = new TextDecoder().decode((await ask(url, '/metrics')).body);
    for (const line of [
      'germline_runs{state="done"} 1',
      'germline_workers 1',
      'germline_generations_total 12',
      'germline_evaluations_total 768',
      'germline_journal_commit_seconds_count 12',
    ])
      expect(text).toContain(line);
    expect((await ask(url, '/api/experiments')).body.experiments.map(({ name }: { name: string }) => name)).toContain('mnist');
    const { paths } = (await ask(url, '/api/docs')).body;
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/runs', '/api/runs/{id}/selections', '/metrics']));
  });

  it('sends headers that isolate its pages', async () => {
    const { url } = await start();
    const { headers } = await ask(url, '/healthz');
    expect(headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(headers.get('strict-transport-security')).toBe(null);
  });
});

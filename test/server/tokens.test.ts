// Who may do what: tokens, hosts, pages.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { Access } from '../../server/access.ts';
import { Tokens } from '../../server/index.ts';
import { sessionLimits } from '../../server/limits.ts';
import { germline, objects } from '../cli/command.ts';
import { withLimits } from './fixtures/limits.ts';
import { submit, until, xor } from './fixtures/runs.ts';
import { ask, atEnd, connect, folder, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

it('are made at the first start where they are needed, and only their hashes are kept', async () => {
  const data = await folder();
  const first = await start({ data, tokens: true });
  expect(first.tokens.map(({ role }) => role)).toEqual(['admin', 'worker', 'viewer']);
  const file = await readFile(join(data, 'tokens.json'), 'utf8');
  for (const { token } of first.tokens) expect(file).not.toContain(token);
  await first.close();
  const second = await start({ data });
  expect([second.tokens, second.guarded]).toEqual([[], true]);
  expect((await ask(second.url, '/api/runs', bearer(first.tokens[0].token))).status).toBe(200);
});

it.each([
  ['nobody', null, 401, 401, 401, 401],
  ['a worker', 'worker', 403, 403, 200, 200],
  ['a viewer', 'viewer', 200, 403, 403, 200],
  ['an admin', 'admin', 200, 200, 200, 200],
] as const)('let %s do what its role may', async (_who, role, look, change, work, files) => {
  const { url, tokens } = await start({ tokens: true });
  const token = tokens.find((made) => made.role === role)?.token ?? null;
  const init: { headers: Record<string, string> } = token ? bearer(token) : { headers: {} };
  expect((await ask(url, '/healthz')).status).toBe(200);
  expect((await ask(url, '/api/runs', init)).status).toBe(look);
  expect((await ask(url, '/metrics', init)).status).toBe(look);
  const made = await ask(url, '/api/runs', {
    method: 'POST',
    body: '{"experiment":"xor","start":false}',
    headers: { 'content-type': 'application/json', ...init.headers },
  });
  expect(made.status).toBe(change === 200 ? 201 : change);
  const engine = (await import('../../server/engine-identity.ts')).engineIdentity;
  expect((await ask(url, `/api/engines/${(await engine()).sha256}/engine.wasm`, init)).status).toBe(files);
  const worker = await FakeWorker.join(url, { token: token ?? undefined });
  await vi.waitFor(() => expect(worker.peer.of('welcome').length + worker.peer.of('error').length).toBe(1));
  expect(worker.peer.fatal).toBe(work === 200 ? undefined : work === 401 ? 'unauthorized' : 'forbidden');
});

it('are enough for a whole run', async () => {
  const { url, tokens } = await start({ tokens: true });
  const [admin, worker] = tokens.map(({ token }) => token);
  await FakeWorker.join(url, { token: worker });
  const { body } = await ask(url, '/api/runs', {
    method: 'POST',
    json: xor({ generations: 3 }),
    ...{ headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' } },
  });
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${body.id}`, bearer(admin))).body.state).toBe('done'), {
    timeout: 20_000,
  });
});

it('that are made at the same time are all there, whoever makes and revokes them', async () => {
  const data = await folder();
  const tokens = await Tokens.open(data);
  const made = await Promise.all(Array.from({ length: 8 }, () => tokens.create('worker')));
  const others = await Tokens.open(data);
  const { entry } = await others.create('viewer');
  // Made beside it since it looked.
  const [more, gone] = await Promise.all([tokens.create('admin'), tokens.revoke(made[0].entry.id), tokens.revoke('none')]);
  expect(gone).toBe(true);
  const kept = [...made.slice(1).map(({ entry: { id } }) => id), entry.id, more.entry.id];
  for (const seen of [tokens, await Tokens.open(data)]) expect(seen.list().map(({ id }) => id)).toEqual(kept);
  for (const { token } of [...made.slice(1), more]) expect(tokens.find(token)).not.toBe(null);
});

it('that several processes make at the same time are all there', async () => {
  const data = await folder();
  const script = fileURLToPath(new URL('./fixtures/make-tokens.ts', import.meta.url));
  const makers = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, ['--no-warnings', script, data, '8'], { stdio: ['pipe', 'pipe', 'inherit'] });
    atEnd(async () => child.kill('SIGKILL'));
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  for (const { lines } of makers) expect(await lines.next()).toMatchObject({ value: 'ready' });
  for (const { child } of makers) child.stdin.write('go\n');
  const words = ['token', 'create', 'viewer', '--json', '--data', data];
  const ours = Promise.all([germline(...words), germline(...words)]);
  const made: unknown[] = [];
  for (const { lines } of makers) for await (const id of { [Symbol.asyncIterator]: () => lines }) made.push(id);
  for (const ended of await ours) made.push(objects(ended)[0].id);
  expect(made.length).toBe(26);
  expect(
    (await Tokens.open(data))
      .list()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(made.sort());
});

it('in a file that cannot be read stop the server, which says what to do', async () => {
  for (const name of ['tokens.json', 'trust.json']) {
    const data = await folder();
    for (const text of ['{', '{"version":2}', '{"version":1}']) {
      await writeFile(join(data, name), text);
      const message = expect.stringMatching(`${name} cannot be read .* move it away`);
      await expect(start({ data })).rejects.toMatchObject({ name: 'ServerError', message });
    }
  }
});

it('shut an open server once the first one is made: whoever has none must go', async () => {
  withLimits(sessionLimits, { revocationMs: 20 });
  const data = await folder();
  const { url, guarded } = await start({ data });
  expect(guarded).toBe(false);
  const viewer = await connect(url);
  viewer.send(viewerHello);
  await vi.waitFor(() => expect(viewer.of('welcome').length).toBe(1));
  expect((await ask(url, '/api/runs')).status).toBe(200);
  const { token } = await (await Tokens.open(data)).create('viewer');
  await viewer.closed;
  expect(viewer.fatal).toBe('unauthorized');
  expect((await ask(url, '/api/runs')).status).toBe(401);
  expect((await ask(url, '/api/runs', bearer(token))).status).toBe(200);
});

it('that are revoked beside the server end their connections; new ones are known at once', async () => {
  withLimits(sessionLimits, { revocationMs: 20 });
  const data = await folder();
  const { url, tokens } = await start({ data, tokens: true });
  const viewer = await connect(url);
  viewer.send({ ...viewerHello, token: tokens[2].token });
  await vi.waitFor(() => expect(viewer.of('welcome').length).toBe(1));
  const others = await Tokens.open(data);
  const { token } = await others.create('viewer', 'a guest');
  expect((await ask(url, '/api/runs', bearer(token))).status).toBe(200);
  const entry = others.list().find(({ role, note }) => role === 'viewer' && note !== 'a guest');
  expect(await others.revoke(entry?.id ?? '')).toBe(true);
  await viewer.closed;
  expect(viewer.fatal).toBe('unauthorized');
  expect((await ask(url, '/api/runs', bearer(tokens[2].token))).body.error.code).toBe('unauthorized');
});

it('are not needed on a loopback address, and are on any other', async () => {
  expect((await start()).guarded).toBe(false);
  const { guarded, tokens, port } = await start({ host: '0.0.0.0' });
  expect([guarded, tokens.length]).toEqual([true, 3]);
  expect((await ask(`http://127.0.0.1:${port}`, '/api/runs')).status).toBe(401);
  expect((await start({ publicUrl: 'https://evolve.example' })).guarded).toBe(true);
});

it.each([
  ['a page of its own', { origin: 'http://HOST' }, 200],
  ['a foreign page', { origin: 'http://evil.example' }, 403],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['a rebound name', { host: 'evil.example' }, 403],
])('and %s is answered as it should be', async (_what, headers: Record<string, string>, status) => {
  const { port } = await start();
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('HOST', `127.0.0.1:${port}`)]));
  const answered = await new Promise<number | undefined>((resolve) => {
    request({ host: '127.0.0.1', port, path: '/api/runs', headers: given }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(answered).toBe(status);
});

it('hosts: loopback, what is bound, the public name', () => {
  const access = new Access('192.168.1.5', 'https://evolve.example/');
  for (const host of ['localhost:4376', '127.0.0.1', '[::1]:80', '192.168.1.5:4376', 'evolve.example', 'EVOLVE.example:443']) {
    expect(access.refusal({ host })).toBe(null);
  }
  for (const host of [undefined, '', 'evil.example', '192.168.1.6', 'evolve.example.evil.example', 'localhost:4376:1', 'a b']) {
    expect(access.refusal({ host })).not.toBe(null);
  }
  expect(access.refusal({ host: 'localhost:4376', origin: 'https://evolve.example' })).toBe(null);
  expect(access.refusal({ host: 'localhost:4376', origin: 'http://localhost:4377' })).not.toBe(null);
});

it("the address of a proxied connection is the proxy's word only where proxies are trusted", async () => {
  for (const [trustProxy, address] of [
    [true, '203.0.113.7'],
    [false, '127.0.0.1'],
  ] as const) {
    const { url } = await start({ trustProxy });
    const viewer = await connect(url, { headers: { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' } });
    const engine = await vi.waitFor(async () => (await ask(url, '/api/server')).body.engine);
    viewer.send((await import('./fixtures/worker.ts')).workerHello(engine));
    await vi.waitFor(async () => expect((await ask(url, '/api/workers')).body.workers[0]?.address).toBe(address));
  }
});

it('a run needs no token where the server is open', async () => {
  const { url } = await start();
  await FakeWorker.join(url);
  await until(url, await submit(url, xor({ generations: 2 })), 'done');
});

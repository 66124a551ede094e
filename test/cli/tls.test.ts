// `--tls self-signed` from end to end: nobody believes the certificate unasked, and everyone does who is given it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { germline, objects, type Running, start } from './command.ts';

const running: Running[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

test('a server with its own certificate is used by whoever names it with --ca', async () => {
  const data = await mkdtemp(join(tmpdir(), 'germline-tls-'));
  folders.push(data);
  const server = start(['serve', '--data', data, '--port', '0', '--tls', 'self-signed', '--json']);
  running.push(server);
  let text = '';
  server.child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await server.lines(1);
  const { url, ca } = JSON.parse(text);
  expect(url).toMatch(/^https:/);
  expect(ca).toBe(join(data, 'tls', 'cert.pem'));

  const stranger = await germline('runs', '--server', url);
  expect(stranger.code).toBe(1);
  expect(stranger.stderr).toBe(
    `the certificate of ${url}/ is not known here: name it with --ca FILE (a server with --tls self-signed keeps it as tls/cert.pem in its data folder)\n`,
  );
  running.push(start(['work', url, '--threads', '1', '--ca', ca, '--json']));
  const watched = await germline('submit', 'xor', '--seed', '1', '--watch', '--json', '--server', url, '--ca', ca);
  expect(watched.stderr).toBe('');
  const done = objects(watched).at(-1);
  expect(done).toMatchObject({ event: 'done', digest: expect.stringMatching(/^[0-9a-f]{32}$/) });
  const [{ id }] = objects(await germline('runs', '--json', '--server', url, '--ca', ca));
  expect(objects(await germline('replay', String(id), '--json', '--server', url, '--ca', ca))).toMatchObject([{ digest: done?.digest }]);
});

test.each([
  [['runs', '--ca', import.meta.filename], '--ca'],
  [['runs', '--ca', 'nowhere.pem'], '--ca nowhere.pem'],
  [['serve', '--tls', 'self-signed', '--tls-cert', 'x', '--data', 'nowhere'], '--tls-cert'],
  [['serve', '--tls', 'other', '--data', 'nowhere'], 'self-signed'],
])('%j is a mistake', async (words, said) => {
  const { code, stderr } = await germline(...words);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
});

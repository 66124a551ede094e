// HTTPS and WSS on the one port, with a certificate of the user's.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { connect, folder, start, viewerHello } from './fixtures/server.ts';

const openssl = spawnSync('openssl', ['version']).status === 0;

it.skipIf(!openssl)('serves both over TLS', async () => {
  const data = await folder();
  const files = { key: join(data, 'key.pem'), cert: join(data, 'cert.pem') };
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost -keyout ${files.key} -out ${files.cert}`;
  expect(spawnSync('openssl', words.split(' ')).status).toBe(0);
  const { url, port } = await start({ tls: { key: await readFile(files.key), cert: await readFile(files.cert) } });
  expect(url).toBe(`https://127.0.0.1:${port}`);
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    get(`${url}/healthz`, { rejectUnauthorized: false }, (response) => resolve(response.resume().headers)).on('error', reject);
  });
  expect(headers['strict-transport-security']).toBeDefined();
  const peer = await connect(url, { rejectUnauthorized: false });
  peer.send(viewerHello);
  await vi.waitFor(() => expect(peer.of('welcome').length).toBe(1));
});

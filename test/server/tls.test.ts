// HTTPS and WSS on the one port, with a certificate of the user's.
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, it, vi } from 'vitest';
import { makeCertificate } from '../../server/self-signed.ts';
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

it('makes a certificate of its own for every name that it answers to, and keeps it', async () => {
  const data = await folder();
  const first = await start({ data, tls: 'self-signed' });
  const ca = await readFile(join(data, 'tls', 'cert.pem'), 'utf8');
  await new Promise<void>((resolve, reject) => {
    const socket = connectTls({ port: first.port, host: '127.0.0.1', ca }, () => {
      expect(socket.authorized).toBe(true);
      socket.end();
      resolve();
    });
    socket.on('error', reject);
  });
  await first.close();
  await start({ data, tls: 'self-signed' });
  expect(await readFile(join(data, 'tls', 'cert.pem'), 'utf8')).toBe(ca);
});

it.each([Date.now(), Date.parse('2045-06-01')])('certificates hold names and addresses, whenever they are made (%i)', (now) => {
  const certificate = new X509Certificate(makeCertificate(['localhost', '127.0.0.1', '::1', 'fe80::1:2', 'a.example'], now).cert);
  for (const name of ['localhost', 'a.example']) expect(certificate.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '::1', 'fe80::1:2']) expect(certificate.checkIP(address)).toBe(address);
  expect(certificate.checkHost('b.example')).toBe(undefined);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});

// The dashboard's files: who gets them, how long they may be kept, under which policy.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { pageRoutes } from '../../server/http/pages.ts';
import { ask, folder, start } from './fixtures/server.ts';

const textOf = ({ body }: { body: Uint8Array }) => new TextDecoder().decode(body);

test.each(['/', '/join', '/new', '/workers', '/runs', '/runs/xor-1', '/join?threads=2'])(
  '%s is the one page, without a token',
  async (path) => {
    const { url } = await start({ tokens: true });
    const page = await ask(url, path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(textOf(page)).toContain('<div id="app">');
    const again = await ask(url, path, { headers: { 'if-none-match': page.headers.get('etag') as string, 'cache-control': 'max-age=0' } });
    expect(again.status).toBe(304);
  },
);

test('scripts, styles and the engine are for ever; a worker has the same policies as its page', async () => {
  const { url } = await start({ tokens: true });
  const page = await ask(url, '/join');
  const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(textOf(page)) as RegExpExecArray;
  const asset = await ask(url, script);
  expect(asset.status).toBe(200);
  expect(asset.headers.get('content-type')).toMatch(/javascript/);
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  for (const { headers } of [page, asset]) {
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    const policy = headers.get('content-security-policy') as string;
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toMatch(/upgrade-insecure-requests|unsafe-inline|'unsafe-eval'/);
  }
  expect(textOf(page)).not.toMatch(/<script(?![^>]*src=)|<style|style=/);
});

test('what is not there is a 404, and kept by nobody', async () => {
  const { url } = await start();
  for (const path of ['/api/nothing', '/assets/none.js', '/nothing', '/assets/']) {
    const { status, body, headers } = await ask(url, path);
    expect([path, status, body.error.code]).toEqual([path, 404, 'not-found']);
    expect(headers.get('cache-control') ?? '').not.toContain('immutable');
  }
  expect((await ask(url, '/assets/..%2findex.html')).status).toBe(400);
});

test('where it is not built, the page says how to; once it is, it is there', async () => {
  const data = `${await folder()}/`;
  const app = Fastify();
  await pageRoutes(app, data);
  const missing = await app.inject('/');
  expect(missing.statusCode).toBe(503);
  expect(missing.body).toBe('The dashboard is not built. In a checkout of Germline run: npm run build:client\n');
  await mkdir(join(data, 'assets'));
  await writeFile(join(data, 'index.html'), 'built');
  expect((await app.inject('/join')).body).toBe('built');
  await app.close();
});

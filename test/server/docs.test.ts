// The description of the HTTP API, for programs and for people.
import { expect, it } from 'vitest';
import { ask, start } from './fixtures/server.ts';

it('gives browsers a page of every route, without a script or a style of its own', async () => {
  const { url } = await start();
  const { headers, body } = await ask(url, '/api/docs', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
  expect(headers.get('content-type')).toContain('text/html');
  expect(headers.get('vary')).toContain('accept');
  const page = new TextDecoder().decode(body);
  const { paths } = (await ask(url, '/api/docs/json')).body;
  const routes = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `<b>${method.toUpperCase()}</b> ${path}</code>`),
  );
  expect(routes.length).toBeGreaterThan(20);
  for (const route of routes) expect(page).toContain(route);
  expect(page).toContain('<b>DELETE</b> /api/runs/{id}</code></h2>\n<p>Deletes a run that does not run. <span>For: admin.</span></p>');
  expect(page).toContain('<span>For anyone.</span>');
  expect(page).toContain('<tr><td><code>seed</code></td><td>body</td>');
  expect(page).not.toMatch(/<script|style=|undefined|\[object/);
  // Its one style is served, and the policy lets it in.
  expect(headers.get('content-security-policy')).toContain("style-src 'self'");
  const [, style] = /href="([^"]+\.css)"/.exec(page) ?? [];
  expect((await ask(url, style)).headers.get('content-type')).toContain('text/css');
});

it('gives programs OpenAPI, which says who may ask', async () => {
  const { url } = await start({ tokens: true });
  const { body } = await ask(url, '/api/docs');
  expect(body.openapi).toBe('3.1.0');
  expect(body.paths['/healthz'].get).toMatchObject({ 'x-roles': [], security: [] });
  expect(body.paths['/api/runs'].get['x-roles']).toEqual(['viewer', 'admin']);
  expect(body.paths['/api/runs'].post['x-roles']).toEqual(['admin']);
  expect((await ask(url, '/api/docs/json')).body).toEqual(body);
});

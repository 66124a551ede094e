// The dashboard's pages in every state that they may come into, on a wide screen and on the narrowest.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { loadEngine } from '../../core/engine.ts';
import { encodeMessage } from '../../protocol/codec.ts';
import { SUBPROTOCOL } from '../../protocol/limits.ts';
import type { WorkerHello } from '../../protocol/messages.ts';
import { schedulerLimits } from '../../server/limits.ts';
import { Child } from '../server/fixtures/child.ts';
import { withLimits } from '../server/fixtures/limits.ts';
import { type Small, submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, atEnd, folder, post, start } from '../server/fixtures/server.ts';
import { FakeWorker, workerHello } from '../server/fixtures/worker.ts';
import { launch, skipped } from './chromium.ts';
import { expectToFit, heading, type Look, look, NARROW, violations, WIDE } from './dashboard.ts';

const LONG = 'a-name-without-any-place-to-break-it-that-is-as-long-as-names-may-be-'.padEnd(99, 'x');
/** A name of this machine that does not look like one, as a server has it for others. */
const PUBLIC = 'http://germline.localhost';
const HEBREW = 'ניסוי ראשון (1)';

const one: Small = xor({ generations: 1, validateEvery: 1 });
/** Steps that no float32 survives. */
const diverging: Small = xor({ generations: 20, algorithm: { name: 'es', learningRate: { name: 'constant', value: 2e38 } } });

describe.skipIf(skipped)('the dashboard', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** Shows a page wide and narrow; `check` is to hold on both. */
  async function shows(url: string, path: string, check: (seen: Look) => Promise<void>): Promise<void> {
    const seen = await look(browser, url);
    await seen.go(path);
    for (const size of [WIDE, NARROW]) {
      await seen.page.setViewportSize(size);
      await check(seen);
      await expectToFit(seen.page);
      expect(await violations(seen.page)).toEqual([]);
    }
    expect(seen.problems).toEqual([]);
  }

  test('no run: what one is, and how to begin', async () => {
    const { url } = await start();
    await shows(url, '/', async ({ page }) => {
      await page.getByRole('heading', { name: 'There is no run yet' }).waitFor();
      await page.getByText(`germline submit mnist --server ${url}`).waitFor();
      await page.getByRole('main').getByRole('link', { name: 'New run' }).first().waitFor();
    });
  });

  test('no worker: on its own page, and on that of a run that waits', async () => {
    const { url } = await start();
    await shows(url, '/workers', async ({ page }) => {
      await page.getByRole('heading', { name: 'No worker is connected' }).waitFor();
      await page.getByText(`germline work ${url}`, { exact: true }).waitFor();
      // A phone that read this address would look for the server on itself.
      await page.getByText('which only this machine can reach').waitFor();
      expect(await page.getByRole('img').count()).toBe(0);
    });
    const { port } = await start({ publicUrl: PUBLIC, tokens: false });
    await shows(`${PUBLIC}:${port}`, '/workers', async ({ page }) => {
      await page.getByRole('img', { name: `QR code of ${PUBLIC}:${port}/join` }).waitFor();
      expect(await page.getByText('which only this machine can reach').count()).toBe(0);
    });
    const id = await submit(url, xor());
    await shows(url, `/runs/${id}`, async ({ page }) => {
      await page.getByText('Waiting for the first generation').waitFor();
      await page.getByText(`germline work ${url}`).waitFor();
    });
  });

  test('one generation, and a run that diverged', async () => {
    const { url } = await start({ work: { threads: 1 } });
    const [first, second] = [await submit(url, one), await submit(url, diverging)];
    await until(url, first, 'done');
    const { end } = await until(url, second, 'diverged');
    await shows(url, `/runs/${first}`, async ({ page }) => {
      await page.getByText(/One generation so far: its best loss is 0\.\d+\./).waitFor();
      await page.getByRole('button', { name: 'Download champion' }).waitFor();
    });
    await shows(url, `/runs/${second}`, async ({ page }) => {
      await page.getByRole('alert').getByText(`It diverged at generation ${end.generations}`).waitFor();
    });
    await shows(url, '/', async ({ page }) => {
      await page.getByRole('row').filter({ hasText: first }).getByText('done').waitFor();
      await page.getByRole('row').filter({ hasText: second }).getByText('diverged').waitFor();
    });
  });

  test('a run that failed says why, in the list too', async () => {
    const { url } = await start();
    const id = await submit(url, xor(), false);
    const headers = { 'content-type': 'application/octet-stream' };
    await ask(url, `/api/runs/${id}/start`, { method: 'PUT', body: new Uint8Array(8), headers });
    await post(url, `/api/runs/${id}/start`);
    const { failure } = await until(url, id, 'failed');
    const said = failure.message.slice(1, 40);
    await shows(url, `/runs/${id}`, async ({ page }) => {
      await page.getByRole('alert').getByText('It failed').waitFor();
      await page.getByRole('alert').getByText(said).waitFor();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    });
    await shows(url, '/', async ({ page }) => {
      await page.getByRole('row').filter({ hasText: said }).getByText('failed').waitFor();
    });
  });

  test('no such run, no such page', async () => {
    const { url } = await start();
    const { page, go } = await look(browser, url);
    await go('/runs/mnist-000000');
    await page.getByText('There is no such run').waitFor();
    await page.getByRole('link', { name: 'All runs' }).click();
    await heading(page, 'Runs').waitFor();
  });

  test('200 workers: all of them listed, found, sorted', async () => {
    const { url } = await start();
    const hellos = Array.from({ length: 200 }, (_, i) => ({
      name: `machine ${i}`,
      kind: i % 4 ? 'node' : 'browser',
      threads: 1 + (i % 16),
    }));
    await connectWorkers(url, hellos as Partial<WorkerHello>[]);
    const threads = hellos.reduce((sum, hello) => sum + hello.threads, 0);
    await shows(url, '/workers', async ({ page }) => {
      const rows = page.getByRole('rowheader');
      await page.getByText(threads.toLocaleString('en'), { exact: true }).waitFor();
      expect(await rows.count()).toBe(200);
    });
    const { page, go } = await look(browser, url);
    await go('/workers?kind=browser&sort=-threads');
    const rows = page.getByRole('rowheader');
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByRole('searchbox', { name: 'Search workers' }).fill('machine 18');
    // 180, 184 and 188 are browsers.
    await expect.poll(() => rows.count()).toBe(3);
    expect(new URL(page.url()).searchParams.get('q')).toBe('machine 18');
    expect(await rows.first().textContent()).toContain('machine 188');
    await page.getByRole('button', { name: 'Threads' }).click();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('threads');
    await page.reload();
    await expect.poll(() => rows.count()).toBe(3);
    expect(await rows.first().textContent()).toContain('machine 180');
    await page.getByRole('searchbox', { name: 'Search workers' }).fill('nobody');
    await page.getByRole('button', { name: 'Show all 200' }).click();
    await expect.poll(() => rows.count()).toBe(200);
  }, 120_000);

  test('workers that compute: who did what, drawn and as a table; one that lied stays listed with why', async () => {
    // Individuals of microseconds: else one range would be the whole generation.
    withLimits(schedulerLimits, { floorMs: 0.05 });
    const { url } = await start({ work: { threads: 1 } });
    const liar = await FakeWorker.join(url, { hello: { name: 'mallory' }, lie: (losses) => losses.map((loss) => Math.fround(loss / 2)) });
    await submit(url, xor({ generations: 20_000 }));
    await liar.peer.closed;
    await shows(url, '/workers', async ({ page }) => {
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'mallory' }) });
      await row.getByText(/^It gave [\d.]+ as the loss of individual \d+ in generation [\d,]+ of xor-/).waitFor();
      await page.getByText(/In the last two minutes (one worker|2 workers) computed [\d,]+ individuals: local/).waitFor();
    });
    const { page, go } = await look(browser, url);
    await go('/workers?state=working');
    await page.getByRole('rowheader', { name: 'local' }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(1);
    await page.getByRole('button', { name: 'Table' }).click();
    const table = page.getByRole('region', { name: 'Who computed what' }).getByRole('table');
    await table.getByRole('rowheader', { name: 'local' }).waitFor();
  });

  test('a server that asks for tokens: first for one, then for that of a worker, which becomes part of what is copied', async () => {
    const server = await start({ tokens: true, publicUrl: PUBLIC });
    const url = `${PUBLIC}:${server.port}`;
    const token = (role: string) => server.tokens.find((made) => made.role === role)?.token as string;
    const { page, go } = await look(browser, url);
    await go('/workers');
    await page.getByLabel('Token').fill('nonsense');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This token is unknown').waitFor();
    // Whoever types on is still in the field.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('viewer-token');
    await page.getByLabel('Token').fill(token('viewer'));
    await page.keyboard.press('Enter');
    await heading(page, 'Workers').waitFor();
    await page.getByText(`germline work ${url}/#TOKEN`).waitFor();
    expect(await page.getByRole('img').count()).toBe(0);
    await page.getByLabel("Worker's token").fill(token('worker'));
    await page.getByText(`germline work ${url}/#${token('worker')}`).waitFor();
    await page.getByRole('img', { name: `QR code of ${url}/join with the token` }).waitFor();
    expect(await page.getByRole('main').textContent()).not.toContain(token('viewer'));
  });

  test('names that are very long, or run from right to left', async () => {
    const { url } = await start();
    await connectWorkers(url, [{ name: LONG }, { name: HEBREW }]);
    const ids: string[] = [];
    for (const name of [LONG, HEBREW]) ids.push(await submit(url, xor({ name, description: `${name} ${name}`.slice(0, 200) }), false));
    await shows(url, '/workers', async ({ page }) => {
      for (const name of [LONG, HEBREW]) await page.getByRole('rowheader', { name }).waitFor();
    });
    await shows(url, '/', async ({ page }) => {
      for (const name of [LONG, HEBREW]) await page.getByRole('link', { name }).waitFor();
      // What stands beside it keeps its own direction.
      const row = page.getByRole('row').filter({ hasText: ids[1] });
      expect(await row.evaluate((element) => getComputedStyle(element).direction)).toBe('ltr');
      expect(await row.getByRole('link').evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    });
    for (const [i, name] of [LONG, HEBREW].entries()) {
      await shows(url, `/runs/${ids[i]}`, async ({ page }) => {
        await heading(page, name).waitFor();
      });
    }
  });

  test('a server that does not answer when the champion is fetched is asked again, by itself', async () => {
    const { url } = await start({ work: { threads: 1 } });
    const id = await submit(url, xor({ generations: 10 }));
    await until(url, id, 'done');
    const { page, go } = await look(browser, url);
    let asked = 0;
    await page.route('**/api/datasets/*', (route) => {
      asked += 1;
      return route.abort();
    });
    await go(`/runs/${id}`);
    const panel = page.getByRole('region', { name: 'What the champion sees' });
    await panel.scrollIntoViewIfNeeded();
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(1);
    await panel.getByText('Fetching the champion and its dataset').waitFor();
    await page.unroute('**/api/datasets/*');
    await panel.getByRole('region', { name: "Examples with the network's outputs" }).waitFor();
  });

  test('the server is gone: every page says so, and what it shows stays', async () => {
    const data = await folder();
    const before = await Child.start(data);
    const id = await submit(before.url, xor(), false);
    const { page, go } = await look(browser, before.url);
    await go('/');
    await page.getByRole('link', { name: 'xor' }).waitFor();
    before.process.kill('SIGKILL');
    await before.exited;
    const gone = page.getByRole('status').getByText(/The server is gone, trying again; what you see is from \d\d:\d\d:\d\d/);
    await gone.waitFor();
    await page.getByRole('link', { name: 'xor' }).waitFor();
    // A page whose program is here already, or not: either says something.
    await page.getByRole('link', { name: 'Workers' }).click();
    await heading(page).waitFor();
    await gone.waitFor();
    await page.goBack();
    const after = await Child.start(data, { port: before.port });
    expect(after.url).toBe(before.url);
    await gone.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'xor' }).click();
    await page.getByText(id).first().waitFor();
  });
});

/** Sockets that said hello as workers, and say nothing more. */
async function connectWorkers(url: string, hellos: Partial<WorkerHello>[]): Promise<void> {
  const { sha256 } = await loadEngine();
  for (const about of hellos) {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket`, SUBPROTOCOL);
    atEnd(async () => socket.terminate());
    socket.on('open', () => socket.send(encodeMessage(workerHello(sha256, about))));
  }
  const connected = async () => expect((await ask(url, '/api/workers')).body.workers).toHaveLength(hellos.length);
  await vi.waitFor(connected, { timeout: 20_000, interval: 50 });
}

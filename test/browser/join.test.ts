// /join in a real Chromium: the tab computes what `germline run` computes, alone or beside others, until it is told to stop.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hashDataset, loadDataset } from '../../data/index.ts';
import { Child } from '../server/fixtures/child.ts';
import { alone, type Small, stateOf, submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, atEnd, folder, start } from '../server/fixtures/server.ts';
import { endWorkers, startWorker } from '../worker/start.ts';
import { launch, skipped } from './chromium.ts';
import { Tab } from './tab.ts';

/** Long enough for whatever has to happen meanwhile. */
const mnist = (generations: number): Small => ({
  experiment: 'mnist',
  set: Object.entries({ population: 256, batch: 64, generations, validateEvery: 20 }).map(([path, value]) => ({ path, value })),
  seed: '5',
});

const workersOf = async (url: string): Promise<{ name: string; kind: string; isolated: boolean; threads: number; individuals: number }[]> =>
  (await ask(url, '/api/workers')).body.workers;

const connected = (url: string, count: number) =>
  vi.waitFor(async () => expect(await workersOf(url)).toHaveLength(count), { timeout: 10_000 });

const reaches = (url: string, id: string, generation: number) =>
  vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThanOrEqual(generation), {
    timeout: 30_000,
    interval: 20,
  });

const kept = (tab: Tab): Promise<string[]> =>
  tab.page.evaluate(async () => (await (await caches.open('germline-datasets')).keys()).map(({ url }) => new URL(url).pathname));

describe.skipIf(skipped)('/join', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function open(url: string): Promise<Tab> {
    const tab = await Tab.open(browser, url);
    atEnd(() => tab.context.close());
    return tab;
  }

  test('the only worker: nothing before the start, then the digest of a run without a server', async () => {
    const { url } = await start();
    const run = xor();
    const tab = await open(url);
    const id = await submit(url, run);
    expect(await tab.page.evaluate(() => [crossOriginIsolated, isSecureContext])).toEqual([true, true]);
    expect(await workersOf(url)).toEqual([]);
    expect(await stateOf(url, id)).toBe('running');

    await tab.start({ threads: 2, name: 'Käthe 🦊' });
    const { end } = await until(url, id, 'done');
    expect(end.digest).toBe((await alone(run)).digest);
    const threads = await tab.page.evaluate(() => Math.min(2, navigator.hardwareConcurrency));
    expect(await workersOf(url)).toMatchObject([{ name: 'Käthe 🦊', kind: 'browser', isolated: true, threads, individuals: 64 * 12 }]);
    await tab.evaluates(64 * 12 - 1);
    await tab.says('Idle');
    await tab.page.getByText('No run is running.').waitFor();

    await tab.stop();
    await tab.page.getByText('Stopped after 768 evaluations').waitFor();
    await connected(url, 0);
    expect(tab.problems).toEqual([]);
  });

  test('a dataset is kept by its hash, and loaded again where what was kept is damaged', async () => {
    const { url } = await start();
    const hash = hashDataset(await loadDataset('xor'));
    const tab = await open(url);
    await tab.page.evaluate(
      async (place) => (await caches.open('germline-datasets')).put(place, new Response('junk')),
      `/api/datasets/${hash}`,
    );
    await tab.start();
    const run = xor();
    const first = await submit(url, run);
    expect((await until(url, first, 'done')).end.digest).toBe((await alone(run)).digest);
    expect(await kept(tab)).toEqual([`/api/datasets/${hash}`]);
    const bytes = await tab.page.evaluate(async (place) => (await (await caches.match(place))?.text())?.length, `/api/datasets/${hash}`);
    expect(bytes).toBeGreaterThan(20);
    expect(tab.problems).toEqual([]);
  });

  test('beside a worker in Node: both count, one digest', async () => {
    const { url } = await start();
    const run = mnist(60);
    const tab = await open(url);
    await tab.start();
    await startWorker(url, { name: 'node', threads: 1 });
    atEnd(endWorkers);
    await connected(url, 2);
    const id = await submit(url, run);
    expect((await until(url, id, 'done')).end.digest).toBe((await alone(run)).digest);
    const counts = Object.fromEntries((await workersOf(url)).map(({ kind, individuals }) => [kind, individuals]));
    expect(counts.node).toBeGreaterThan(0);
    expect(counts.browser).toBeGreaterThan(0);
    // What came twice counts for whoever was first, and here for both.
    await tab.evaluates(counts.browser - 1);
    expect(tab.problems).toEqual([]);
  });

  test('Stop gives back what is not done, and the tab can start again', async () => {
    const { url } = await start();
    const run = mnist(80);
    const tab = await open(url);
    await tab.start();
    const id = await submit(url, run);
    await reaches(url, id, 3);
    await tab.stop();
    await connected(url, 0);
    const { generations, state } = (await ask(url, `/api/runs/${id}`)).body;
    expect(state).toBe('running');
    expect(generations).toBeLessThan(80);
    // From the keyboard: the focus is where it was.
    await tab.page.keyboard.press('Enter');
    await tab.button('Stop').waitFor();
    expect((await until(url, id, 'done')).end.digest).toBe((await alone(run)).digest);
    const metrics = new TextDecoder().decode((await ask(url, '/metrics')).body);
    for (const way of ['lost', 'expired']) expect(metrics).toMatch(new RegExp(`^germline_leases_${way}_total 0$`, 'm'));
    expect(tab.problems).toEqual([]);
  });

  test('the server is killed and comes back: the tab goes on by itself', async () => {
    const data = await folder();
    const before = await Child.start(data);
    const run = mnist(80);
    const tab = await open(before.url);
    await tab.start();
    const id = await submit(before.url, run);
    await reaches(before.url, id, 3);
    before.process.kill('SIGKILL');
    await before.exited;
    await tab.says('Disconnected');
    await tab.page.getByText(/Trying again/).waitFor();
    const after = await Child.start(data, { port: before.port });
    expect((await until(after.url, id, 'done')).end.digest).toBe((await alone(run)).digest);
    expect(tab.loads).toBe(1);
  });

  test('a token: asked for where one is needed, taken from the address, never left there', async () => {
    const server = await start({ tokens: true });
    const { url } = server;
    const token = (role: string) => server.tokens.find((made) => made.role === role)?.token as string;
    const tab = await open(url);
    expect(await tab.page.getByLabel('Token').count()).toBe(0);
    await tab.button('Start').click();
    await tab.page.getByRole('alert').getByText('A token is needed.').waitFor();
    await tab.page.getByLabel('Token').fill(token('viewer'));
    await tab.page.keyboard.press('Enter');
    await tab.page.getByRole('alert').getByText("A viewer's token does not do for this").waitFor();
    await tab.page.getByLabel('Token').fill(`${url}/#token=${token('worker')}`);
    await tab.page.keyboard.press('Enter');
    await tab.says('Idle');

    // Whoever looks on goes on looking on: the worker's token is kept beside the viewer's.
    const viewer = await open(url);
    await viewer.page.goto(`${url}/#${token('viewer')}`);
    await viewer.page.getByRole('link', { name: 'Join' }).click();
    await viewer.button('Start').click();
    await viewer.page.getByLabel('Token').fill(token('worker'));
    await viewer.page.keyboard.press('Enter');
    await viewer.says('Idle');
    await viewer.page.getByRole('link', { name: 'Runs' }).click();
    await viewer.page.getByRole('heading', { name: 'There is no run yet' }).waitFor();
    expect(viewer.loads).toBe(2);

    const other = await open(`${url}/join#token=${token('worker')}`);
    expect(new URL(other.page.url()).hash).toBe('');
    await other.start();
    await other.says('Idle');
    await other.page.getByText('No run is running.').waitFor();
    expect(other.problems).toEqual([]);
  });

  test('another engine: the page is loaded anew once, goes on by itself, and then says what is wrong', async () => {
    const { url } = await start();
    const tab = await open(url);
    let served = 0;
    await tab.context.route('**/assets/engine-*.wasm', async (route) => {
      served += 1;
      const response = await route.fetch();
      // A custom section behind the code: another module that does the same.
      await route.fulfill({ response, body: Buffer.concat([await response.body(), Buffer.from([0, 3, 1, 0x78, 0])]) });
    });
    await tab.button('Start').click();
    await tab.page.getByRole('alert').getByText('still of another version').waitFor();
    expect(served).toBe(2);
    expect(tab.loads).toBe(2);
    await connected(url, 0);
  });
});

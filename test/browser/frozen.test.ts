// Tabs that nobody looks at, which browsers stop: while they stand still runs go on, end, go back and are deleted, and the server comes
// anew. Looked at again they know all of it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { trustLimits } from '../../server/limits.ts';
import { Child } from '../server/fixtures/child.ts';
import { withLimits } from '../server/fixtures/limits.ts';
import { type Small, submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, folder, post, start } from '../server/fixtures/server.ts';
import { FakeWorker } from '../server/fixtures/worker.ts';
import { Background } from './background.ts';
import { skipped } from './chromium.ts';

const PATIENCE = { timeout: 40_000, interval: 50 };
const endless = { generations: 1_000_000 };

/** Generations that a run's page says it shows. */
async function shown(page: Page): Promise<number> {
  const chart = page.getByRole('region', { name: 'Loss' }).getByRole('img').first();
  const summary = (await chart.count()) ? await chart.getAttribute('aria-label') : '';
  return Number(/over ([\d,]+) generations/.exec(summary ?? '')?.[1].replaceAll(',', '') ?? 0);
}

const showsBeyond = (page: Page, least: number) => vi.waitFor(async () => expect(await shown(page)).toBeGreaterThan(least), PATIENCE);

/** The digest of every generation that the page holds, in its order. */
async function held(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    const made = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      Object.assign(globalThis, { saved: (blob as Blob).text() });
      return made(blob);
    };
  });
  await page.getByText('More', { exact: true }).click();
  await page.getByRole('button', { name: /\.csv/ }).click();
  const text = await page.evaluate(() => (globalThis as unknown as { saved: Promise<string> }).saved);
  const rows = text.trim().split('\n').slice(1);
  expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(rows.map((_, generation) => generation));
  return rows.map((row) => row.split(',').at(-1) as string);
}

/** The same as the journal has it. */
async function recorded(url: string, id: string): Promise<string[]> {
  const digests: string[] = [];
  for (;;) {
    const { generations } = (await ask(url, `/api/runs/${id}/generations?from=${digests.length}`)).body;
    if (!generations.length) return digests;
    digests.push(...generations.map(({ digest }: { digest: string }) => digest));
  }
}

const at = async (url: string, id: string) => (await ask(url, `/api/runs/${id}`)).body;
const goesBeyond = (url: string, id: string, least: number) =>
  vi.waitFor(async () => expect((await at(url, id)).generations).toBeGreaterThan(least), PATIENCE);

/** Waits until the run's page says that it is in a state. */
const becomes = (page: Page, state: string) => page.getByRole('main').getByText(state, { exact: true }).first().waitFor();

describe.skipIf(skipped)('a tab that is frozen', () => {
  let browser: Background;
  beforeAll(async () => {
    browser = await Background.launch();
  });
  afterAll(() => browser?.close());

  test('knows of a run that went on, one that ended, one that went back, and one that was deleted', async () => {
    // Whoever comes is believed for now.
    const { trustAfter } = trustLimits;
    withLimits(trustLimits, { trustAfter: -1, leastShare: 0, spotShare: 0 });
    const { url } = await start();
    await FakeWorker.join(url, { hello: { name: 'honest' } });
    const paused = async (run: Small) => {
      const id = await submit(url, run);
      await goesBeyond(url, id, 20);
      await post(url, `/api/runs/${id}/pause`);
      return id;
    };
    const ids = {
      over: await paused(xor({ generations: 600 })),
      gone: await paused(xor(endless)),
      on: await submit(url, xor(endless)),
      back: await submit(url, xor({ ...endless, algorithm: { name: 'es' } }), false),
    };
    const liar = await FakeWorker.join(url, {
      hello: { name: 'mallory' },
      lie: (losses, { run }) => (run === ids.back ? losses.map((loss, i) => Math.fround(loss * (1 + (i % 3)))) : losses),
    });
    await post(url, `/api/runs/${ids.back}/start`);

    const tabs = Object.fromEntries(
      await Promise.all(Object.entries(ids).map(async ([what, id]) => [what, await browser.open(`${url}/runs/${id}`)] as const)),
    );
    for (const { page } of Object.values(tabs)) {
      await page.bringToFront();
      await showsBeyond(page, 20);
    }
    await browser.cover();
    for (const tab of Object.values(tabs)) await tab.freeze();
    const before = Object.fromEntries(await Promise.all(Object.entries(tabs).map(async ([what, { page }]) => [what, await shown(page)])));
    const lies = await recorded(url, ids.back);

    await post(url, `/api/runs/${ids.over}/resume`);
    // Now whatever the liar says is checked.
    Object.assign(trustLimits, { trustAfter });
    await liar.peer.closed;
    await goesBeyond(url, ids.back, before.back + 20);
    await until(url, ids.over, 'done', 60_000);
    await goesBeyond(url, ids.on, before.on + 20);
    for (const id of [ids.on, ids.back]) await post(url, `/api/runs/${id}/pause`);
    await ask(url, `/api/runs/${ids.gone}`, { method: 'DELETE' });
    const truth = await recorded(url, ids.back);
    expect((await at(url, ids.back)).cuts.length).toBeGreaterThan(0);
    expect(truth[before.back - 1]).not.toBe(lies[before.back - 1]);
    for (const [what, { page }] of Object.entries(tabs)) expect(await shown(page)).toBe(before[what]);

    for (const tab of Object.values(tabs)) await tab.thaw();
    await tabs.gone.page.getByText('There is no such run').waitFor();
    for (const [what, state] of [
      ['on', 'paused'],
      ['over', 'done'],
      ['back', 'paused'],
    ] as const) {
      const { page } = tabs[what];
      await page.bringToFront();
      await becomes(page, state);
      const all = await recorded(url, ids[what]);
      await vi.waitFor(async () => expect(await shown(page)).toBe(all.length), PATIENCE);
      expect(await held(page)).toEqual(all);
    }
    for (const { page, problems } of Object.values(tabs)) {
      expect(problems).toEqual([]);
      await page.close();
    }
  }, 180_000);

  test('knows of what happened while the server was killed and came back', async () => {
    const data = await folder();
    const first = await Child.start(data, { work: 1 });
    const id = await submit(first.url, xor(endless));
    const tab = await browser.open(`${first.url}/runs/${id}`);
    await showsBeyond(tab.page, 20);
    await browser.cover();
    await tab.freeze();
    const before = await shown(tab.page);
    first.process.kill('SIGKILL');
    await first.exited;
    const { url } = await Child.start(data, { work: 1, port: first.port });
    await goesBeyond(url, id, before + 20);
    await post(url, `/api/runs/${id}/pause`);
    expect(await shown(tab.page)).toBe(before);

    await tab.thaw();
    await becomes(tab.page, 'paused');
    const all = await recorded(url, id);
    await vi.waitFor(async () => expect(await shown(tab.page)).toBe(all.length), PATIENCE);
    expect(await held(tab.page)).toEqual(all);
    await tab.page.getByText(/The server is gone/).waitFor({ state: 'detached' });
    expect(tab.problems).toEqual([]);
  }, 120_000);
});

// The whole way, as a person goes it: a run from the form, its curve, its champion, another tab's help, and a server that dies.
import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Child } from '../server/fixtures/child.ts';
import { ask, atEnd, folder } from '../server/fixtures/server.ts';
import { endWorkers, startWorker } from '../worker/start.ts';
import { launch, skipped } from './chromium.ts';
import { heading, look } from './dashboard.ts';
import { Tab } from './tab.ts';

/** Small generations, and more of them than are waited for: it is stopped by hand. */
const SETTINGS = { Population: '64', Batch: '64', Generations: '50000' };
const PATIENCE = { timeout: 30_000, interval: 50 };

/** How many generations the chart of the loss says that it shows. */
async function generationsIn(page: Page): Promise<number> {
  const summary = await page.getByRole('region', { name: 'Loss' }).getByRole('img').first().getAttribute('aria-label');
  return Number(/over ([\d,]+) generations/.exec(summary ?? '')?.[1].replaceAll(',', '') ?? 0);
}

const grownBeyond = (page: Page, least: number) =>
  vi.waitFor(async () => expect(await generationsIn(page)).toBeGreaterThan(least), PATIENCE);

/** Waits until the run's page says that it is in a state. */
const becomes = (page: Page, state: string) => page.getByRole('main').getByText(state, { exact: true }).first().waitFor();

/** What a press on a button saves. */
async function saved(page: Page, button: string | RegExp): Promise<{ download: Download; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return { download, bytes: await readFile(await download.path()) };
}

describe.skipIf(skipped)('the dashboard', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('from the form to a champion, through a server that is killed', async () => {
    const data = await folder();
    const server = await Child.start(data);
    const { url } = server;
    await startWorker(url, { name: 'machine', threads: 1 });
    atEnd(endWorkers);
    const { page, go, problems } = await look(browser, url);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

    // A run from the form.
    await go('/');
    await page.getByRole('main').getByRole('link', { name: 'New run' }).first().click();
    await heading(page, 'New run').waitFor();
    await page.getByRole('button', { name: /^mnist Handwritten/ }).click();
    for (const [name, value] of Object.entries(SETTINGS)) await page.getByRole('textbox', { name, exact: true }).fill(value);
    await page.getByRole('textbox', { name: 'Seed' }).fill('7');
    await page.getByRole('form', { name: 'Start' }).getByRole('button', { name: 'Start the run' }).click();

    // Its curve grows while it is looked at.
    await heading(page, 'mnist').waitFor();
    const id = page.url().split('/').at(-1) as string;
    const at = async () => (await ask(url, `/api/runs/${id}`)).body;
    await grownBeyond(page, 10);
    await grownBeyond(page, await generationsIn(page));

    // Paused it stands, and what was computed is all there.
    await press('Pause');
    await becomes(page, 'paused');
    const { generations: paused } = await at();
    await vi.waitFor(async () => expect(await generationsIn(page)).toBe(paused), PATIENCE);

    // A digit, drawn with the pointer.
    await page.getByRole('region', { name: 'Draw a digit' }).scrollIntoViewIfNeeded();
    const board = page.getByRole('application', { name: 'Drawing area' });
    await board.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await board.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(x + width / 2, y + height / 5);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + (4 * height) / 5, { steps: 12 });
    await page.mouse.up();
    await page.getByText(/^\d It (is sure|thinks so|is a guess): [\d.]+%\.$/).waitFor();

    // The champion, to keep.
    const champion = await saved(page, 'Download champion');
    expect(champion.download.suggestedFilename()).toBe(`${id}.safetensors`);
    const header = JSON.parse(champion.bytes.subarray(8, 8 + Number(champion.bytes.readBigUInt64LE(0))).toString());
    expect(Object.values(header)).toContainEqual(expect.objectContaining({ dtype: 'F32', shape: expect.arrayContaining([64]) }));

    // Another tab takes over: what it evaluates is counted where workers are listed.
    await endWorkers();
    const tab = await Tab.open(browser, url);
    atEnd(() => tab.context.close());
    await tab.start({ name: 'another tab' });
    const workers = await look(browser, url);
    await workers.go('/workers');
    const row = workers.page.getByRole('row').filter({ has: workers.page.getByRole('rowheader', { name: 'another tab' }) });
    await row.getByText('Idle', { exact: true }).waitFor();
    await press('Resume');
    await grownBeyond(page, paused);
    await tab.evaluates(1);
    await vi.waitFor(async () => {
      const leases = await row.getByTitle('Ranges of individuals given to it so far').textContent();
      expect(Number(leases?.replaceAll(',', ''))).toBeGreaterThan(0);
    }, PATIENCE);
    expect(workers.problems).toEqual([]);

    // The server dies: the page says so and keeps what it has.
    expect(problems).toEqual([]);
    server.process.kill('SIGKILL');
    await server.exited;
    await page
      .getByRole('status')
      .getByText(/The server is gone, trying again/)
      .waitFor();
    const seen = await generationsIn(page);
    expect(seen).toBeGreaterThan(paused);

    // It comes back, and so does everyone, by themselves.
    const after = await Child.start(data, { port: server.port });
    expect(after.url).toBe(url);
    await page.getByText(/The server is gone/).waitFor({ state: 'detached' });
    await grownBeyond(page, seen);
    await press('Stop');
    await becomes(page, 'stopped');

    // Nothing was lost: every generation once, in order, with its digest.
    const { generations } = await at();
    await vi.waitFor(async () => expect(await generationsIn(page)).toBe(generations), PATIENCE);
    await page.getByText('More', { exact: true }).click();
    const [, ...lines] = (await saved(page, /\.csv/)).bytes.toString().trim().split('\n');
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(Array.from({ length: generations }, (_, i) => i));
    expect(new Set(lines.map((line) => line.split(',').at(-1))).size).toBe(generations);
    expect(tab.loads).toBe(1);
  }, 180_000);
});

// The champion's family tree on a run's page, and what curves look like on the whole: switches that the address keeps.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { familySentence } from '../../client/pages/run/family.ts';
import { submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, start } from '../server/fixtures/server.ts';
import { launch, skipped } from './chromium.ts';
import { expectToFit, look, NARROW, violations } from './dashboard.ts';

const TITLE = 'Where the champion comes from';

describe.skipIf(skipped)('a run', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('of a genetic algorithm shows whom its champion descends from, as far back as asked', async () => {
    const { url } = await start({ work: { threads: 1 } });
    const id = await submit(url, xor({ generations: 40, validateEvery: 1, metric: 'loss' }));
    await until(url, id, 'done');
    const told = async (generations: number) => (await ask(url, `/api/runs/${id}/lineage?generations=${generations}`)).body.generations;
    const [few, usual] = [await told(11), await told(31)];
    const { page, problems, go } = await look(browser, url);
    await go(`/runs/${id}`);
    const panel = page.getByRole('region', { name: TITLE });
    await panel.scrollIntoViewIfNeeded();
    await panel.locator('figcaption').getByText(familySentence(usual), { exact: true }).waitFor();
    await panel.getByRole('button', { name: 'Show as table' }).click();
    const rows = panel.getByRole('region', { name: "The champion's ancestors" }).locator('tbody tr');
    // biome-ignore lint/suspicious/noExplicitAny: as the API answers
    const members = usual.flatMap((generation: any) => generation.members).length;
    await expect.poll(() => rows.count()).toBe(Math.min(200, members));
    await panel.getByRole('radio', { name: '10', exact: true }).check();
    await panel.locator('figcaption').getByText(familySentence(few), { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('back')).toBe('10');
    await page.setViewportSize(NARROW);
    await expectToFit(page);
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('of an evolution strategy says why there is no tree', async () => {
    const { url } = await start({ work: { threads: 1 } });
    const id = await submit(url, xor({ algorithm: { name: 'es' } }));
    await until(url, id, 'done');
    const { page, go } = await look(browser, url);
    await go(`/runs/${id}`);
    await page.getByRole('region', { name: TITLE }).getByText('An evolution strategy has no family tree').waitFor();
  });

  test('smooths its curves where the address says so', async () => {
    const { url } = await start({ work: { threads: 1 } });
    const id = await submit(url, xor({ generations: 40 }));
    await until(url, id, 'done');
    const { page, problems, go } = await look(browser, url);
    await go(`/runs/${id}?smooth=1`);
    const loss = page.getByRole('region', { name: 'Loss' });
    const canvas = loss.locator('canvas').first();
    const smooth = (pressed: boolean) => loss.getByRole('button', { name: 'Smooth', pressed });
    const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
    await loss.getByText('generation 39').first().waitFor();
    await smooth(true).click();
    expect(new URL(page.url()).search).toBe('');
    await smooth(false).click();
    expect(new URL(page.url()).searchParams.get('smooth')).toBe('1');
    // A frame later at the latest it is drawn.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await smooth(true).blur();
    const smoothed = await picture();
    await smooth(true).click();
    await expect.poll(picture).not.toBe(smoothed);
    await smooth(false).click();
    await expect.poll(picture).toBe(smoothed);
    expect(problems).toEqual([]);
  });
});

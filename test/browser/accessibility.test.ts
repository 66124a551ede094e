// Every page, light and dark, wide and narrow: nothing that axe-core finds; every control reached by keyboard alone, and seen when it is.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StartedServer, startServer } from '../../server/index.ts';
import { type Small, submit, until, xor } from '../server/fixtures/runs.ts';
import { endWorkers, startWorker } from '../worker/start.ts';
import { launch, skipped } from './chromium.ts';
import { expectToFit, heading, look, NARROW, violations, WIDE } from './dashboard.ts';

/** More stops than any page has. */
const MOST_STOPS = 400;

const mnist: Small = {
  experiment: 'mnist',
  set: Object.entries({ population: 64, batch: 64, generations: 12, validateEvery: 4 }).map(([path, value]) => ({ path, value })),
  seed: '5',
};

describe.skipIf(skipped)('every page', () => {
  let browser: Browser;
  let data: string;
  let server: StartedServer;
  let url: string;
  let run: string;
  beforeAll(async () => {
    browser = await launch();
    data = await mkdtemp(join(tmpdir(), 'germline-accessibility-'));
    server = await startServer({ port: 0, data, work: { threads: 1 } });
    url = server.url;
    await startWorker(url, { name: 'ملك', kind: 'browser', threads: 1 });
    run = await submit(url, mnist);
    await until(url, run, 'done', 60_000);
    await submit(url, xor(), false);
  });
  afterAll(async () => {
    await endWorkers();
    await server?.close();
    await browser?.close();
    await rm(data, { recursive: true, force: true });
  });

  /** What has to stand on a page before it is looked at. */
  const pages = (): { path: string; settled: (page: Page) => Promise<unknown> }[] => [
    { path: '/', settled: (page) => page.getByRole('link', { name: 'xor' }).first().waitFor() },
    { path: '/?select=:run&compare=on', settled: (page) => page.getByRole('region', { name: 'Selected runs' }).waitFor() },
    { path: '/new', settled: (page) => page.getByRole('button', { name: 'Start' }).first().waitFor() },
    {
      path: '/runs/:run',
      settled: async (page) => {
        // What is further down begins when it is seen.
        for (const name of ['What the champion sees', 'Draw a digit', 'Journal'])
          await page.getByRole('region', { name }).scrollIntoViewIfNeeded();
        await page.getByText(/validation examples right/).waitFor();
        await page.getByRole('application', { name: 'Drawing area' }).waitFor();
      },
    },
    { path: '/runs/none', settled: (page) => page.getByText('There is no such run').waitFor() },
    { path: '/workers', settled: (page) => page.getByRole('rowheader', { name: 'local' }).waitFor() },
    { path: '/join', settled: (page) => page.getByRole('button', { name: 'Start' }).waitFor() },
  ];

  for (const [i, { path }] of pages().entries()) {
    test(`${path}: axe-core finds nothing`, async () => {
      const { page, go, problems } = await look(browser, url);
      await go(path.replace(':run', run));
      await pages()[i].settled(page);
      for (const theme of ['Light', 'Dark']) {
        await page.getByRole('combobox', { name: 'Theme' }).selectOption(theme);
        for (const size of [WIDE, NARROW]) {
          await page.setViewportSize(size);
          await expectToFit(page);
          expect({ theme, width: size.width, found: await violations(page) }).toEqual({ theme, width: size.width, found: [] });
        }
      }
      expect(problems.filter((problem) => !/404/.test(problem))).toEqual([]);
    });

    test(`${path}: every control by keyboard, with a focus to be seen`, async () => {
      const { page, go } = await look(browser, url);
      await go(path.replace(':run', run));
      await pages()[i].settled(page);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const { missed, unseen } = await walk(page);
      expect({ missed, unseen }).toEqual({ missed: [], unseen: [] });
    });
  }

  test('the first stop leads past the navigation, and the focus follows a link to its page', async () => {
    const { page, go } = await look(browser, url);
    await go('/workers');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.getByRole('link', { name: 'Runs' }).focus();
    await page.keyboard.press('Enter');
    await heading(page, 'Runs').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });
});

/** Presses Tab through the page. Returns the controls that it never came to, and those whose focus does not show. */
async function walk(page: Page): Promise<{ missed: string[]; unseen: string[] }> {
  const unseen = new Set<string>();
  await page.evaluate(() => {
    Object.assign(globalThis, { reached: new Set<Element>() });
  });
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { reached } = globalThis as unknown as { reached: Set<Element> };
      const focused = document.activeElement;
      if (!focused || focused === document.body || reached.has(focused)) return null;
      reached.add(focused);
      // A box that is hidden from sight shows its focus on what stands for it.
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const shownOn = (element: Element | null) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element ?? focused);
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      };
      const seen =
        (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) ||
        shownOn(focused.nextElementSibling) ||
        shownOn(focused.parentElement);
      return { what: focused.outerHTML.slice(0, 120), seen };
    });
    if (!at) break;
    if (!at.seen) unseen.add(at.what);
  }
  const missed = await page.evaluate(() => {
    const { reached } = globalThis as unknown as { reached: Set<Element> };
    const controls = document.querySelectorAll<HTMLElement>(
      'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]',
    );
    return [...controls]
      .filter((control) => {
        if (reached.has(control) || !control.checkVisibility({ visibilityProperty: true }) || control.inert) return false;
        // Of a group of radio buttons, or of a table's cells, one is a stop and the arrow keys reach the others.
        const group = (control as HTMLInputElement).type === 'radio' ? control.closest('fieldset') : control.closest('table');
        const isStop = control.tabIndex >= 0 && (control as HTMLInputElement).type !== 'radio';
        return isStop || ![...reached].some((other) => group?.contains(other));
      })
      .map((control) => control.outerHTML.slice(0, 120));
  });
  return { missed, unseen: [...unseen] };
}

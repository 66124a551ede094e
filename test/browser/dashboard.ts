// A tab that looks at the dashboard, as a person would; and what has to be true of any page in it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { atEnd } from '../server/fixtures/server.ts';

export const WIDE = { width: 1440, height: 900 };
/** The narrowest that pages are made for. */
export const NARROW = { width: 360, height: 740 };

export interface Look {
  page: Page;
  /** What went wrong in it: uncaught errors, errors on the console (breaches of the content security policy are such). */
  problems: string[];
  /** Opens a page of the server, by the path. */
  go(path: string): Promise<void>;
}

/** In a profile of its own, which ends with the test. */
export async function look(browser: Browser, url: string, viewport = WIDE): Promise<Look> {
  const context = await browser.newContext({ viewport, acceptDownloads: true });
  atEnd(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return {
    page,
    problems,
    async go(path) {
      await page.goto(new URL(path, url).href);
      await heading(page).waitFor();
    },
  };
}

/** The page's own. */
export const heading = (page: Page, name?: string | RegExp): Locator =>
  page.getByRole('main').getByRole('heading', { level: 1, ...(name ? { name } : {}) });

/** Nothing sticks out of the screen to the side: only what is meant to be scrolled is. */
export async function expectToFit(page: Page): Promise<void> {
  const { width, out } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolled = (element: Element | null): boolean =>
      element !== null && (getComputedStyle(element).overflowX !== 'visible' || scrolled(element.parentElement));
    const out = [...document.querySelectorAll('main *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolled(element.parentElement))
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class')}`);
    return { width: document.documentElement.scrollWidth - width, out };
  });
  expect({ width, out }).toEqual({ width: 0, out: [] });
}

const axeProgram = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds on the page as it is: rule, element and reason of each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await axeProgram);
  return page.evaluate(async () => {
    const found = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] });
    return found.violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} (${any.map(({ message }) => message).join('; ')})`),
    );
  });
}

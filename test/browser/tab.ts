// A tab at /join, as a person would use it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { vi } from 'vitest';

export class Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in it: uncaught errors, errors and warnings on the console (breaches of the content security policy are such). */
  readonly problems: string[] = [];
  /** Times that a document was loaded. */
  loads = 0;

  private constructor(page: Page) {
    this.page = page;
    this.context = page.context();
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.problems.push(message.text());
    });
    page.on('domcontentloaded', () => {
      this.loads += 1;
    });
  }

  /** In a profile of its own, unless one is given. */
  static async open(browser: Browser, url: string, context?: BrowserContext): Promise<Tab> {
    const tab = new Tab(await (context ?? (await browser.newContext())).newPage());
    await tab.page.goto(new URL(`/join${new URL(url).hash}`, url).href);
    await tab.button('Start').waitFor();
    return tab;
  }

  button(name: 'Start' | 'Stop') {
    return this.page.getByRole('button', { name });
  }

  async start({ threads = 1, name = 'tab' }: { threads?: number; name?: string } = {}): Promise<void> {
    await this.page.getByLabel('Name').fill(name);
    const slider = this.page.getByRole('slider', { name: 'Threads' });
    if (await slider.isEnabled()) await slider.fill(String(threads));
    await this.button('Start').click();
    await this.button('Stop').waitFor();
  }

  /** Presses Stop, and waits until everything was given back. */
  async stop(): Promise<void> {
    await this.button('Stop').click();
    await this.button('Start').waitFor();
  }

  /** Waits until the headline says so. */
  async says(text: string | RegExp): Promise<void> {
    await this.page.locator('#join-state').filter({ hasText: text }).waitFor({ timeout: 30_000 });
  }

  /** As the page shows them while it lends. */
  async evaluations(): Promise<number> {
    return Number(await this.page.locator('[data-count]').getAttribute('data-count'));
  }

  /** Waits until it has done more than so many. */
  async evaluates(more: number): Promise<number> {
    return vi.waitFor(
      async () => {
        const done = await this.evaluations();
        if (done <= more) throw new Error(`the tab has done ${done} evaluations: ${await this.page.locator('main').textContent()}`);
        return done;
      },
      { timeout: 30_000, interval: 50 },
    );
  }
}

// A Chromium as people have it, where a tab behind another one is hidden and may be frozen: Playwright's own keeps every tab awake.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { chromiumPath, FLAGS } from './chromium.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };

export class Background {
  readonly context: BrowserContext;
  readonly #end: () => Promise<void>;
  #front: Page | null = null;

  private constructor(context: BrowserContext, end: () => Promise<void>) {
    this.context = context;
    this.#end = end;
  }

  /** Started with a fresh profile. */
  static async launch(): Promise<Background> {
    if (!chromiumPath) throw new Error('no Chromium');
    const profile = await mkdtemp(join(tmpdir(), 'germline-chromium-'));
    const words = [...FLAGS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--window-size=1440,900', 'about:blank'];
    const child = spawn(chromiumPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    const end = async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    };
    try {
      const browser = await chromium.connectOverCDP(await addressOf(child.stderr), { noDefaults: true });
      const session = await browser.newBrowserCDPSession();
      await session.send('Browser.setDownloadBehavior', { behavior: 'deny' });
      return new Background(browser.contexts()[0], async () => {
        await browser.close();
        await end();
      });
    } catch (error) {
      await end();
      throw error;
    }
  }

  async open(url: string): Promise<BackgroundTab> {
    const page = await this.context.newPage();
    const tab = new BackgroundTab(page, await this.context.newCDPSession(page));
    await page.goto(url);
    return tab;
  }

  /** Puts an empty tab before all others. */
  async cover(): Promise<void> {
    this.#front ??= await this.context.newPage();
    await this.#front.bringToFront();
  }

  close(): Promise<void> {
    return this.#end();
  }
}

async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const address = /DevTools listening on (\S+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error('Chromium ended before it listened');
}

export class BackgroundTab {
  readonly page: Page;
  /** Uncaught errors. */
  readonly problems: string[] = [];
  readonly #session: CDPSession;

  constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
    page.on('pageerror', (error) => this.problems.push(error.message));
  }

  /** Stops whatever runs in it. It has to be covered. */
  async freeze(): Promise<void> {
    await vi.waitFor(async () => expect(await this.page.evaluate(() => document.visibilityState)).toBe('hidden'), PATIENCE);
    await this.page.evaluate(() => {
      document.addEventListener('freeze', () => document.documentElement.setAttribute('data-frozen', ''));
    });
    await this.#session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await vi.waitFor(async () => expect(await this.page.locator('html[data-frozen]').count()).toBe(1), PATIENCE);
  }

  /** Lets it go on, and looks at it. */
  async thaw(): Promise<void> {
    await this.#session.send('Page.setWebLifecycleState', { state: 'active' });
    await this.page.bringToFront();
  }
}

// A tab of Chromium beside a worker in Node, each killed, and the server too: the digest of `germline run`.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { launch, skipped } from '../browser/chromium.ts';
import { Tab } from '../browser/tab.ts';
import { Crew } from './crew.ts';
import { alone, expectSame, experiment, SCALE } from './experiments.ts';
import { endProcesses, newFolder, removeFolders } from './processes.ts';
import { Served, total } from './served.ts';
import { Tally, table } from './tally.ts';

describe.skipIf(skipped)('with a browser', () => {
  const tally = new Tally('Chromium beside Node');
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });

  afterEach(endProcesses);

  afterAll(async () => {
    await browser?.close();
    await removeFolders();
    console.log(`\n${table([tally])}\n`);
  });

  /** A tab that lends one thread. */
  async function lend(url: string): Promise<Tab> {
    const tab = await Tab.open(browser, url);
    await tab.start();
    return tab;
  }

  /** As the system does where memory runs out: the page and its threads are gone. */
  async function kill(tab: Tab): Promise<void> {
    const session = await tab.context.newCDPSession(tab.page);
    const crashed = tab.page.waitForEvent('crash');
    // Nobody is left to answer.
    session.send('Page.crash').catch(() => {});
    await crashed;
    tally.workerKills++;
    await tab.context.close();
  }

  test('tabs killed, Node workers killed, the server killed', { timeout: SCALE * 600_000 }, async () => {
    const folder = await newFolder();
    const small = { population: 384, batch: 128 };
    const references = [await alone(experiment('ga', 41, small), folder), await alone(experiment('es', 42, small), folder)];
    const served = await Served.start(await newFolder(), tally);
    const crew = new Crew(served, 1);
    let tab = await lend(served.url);
    const ids: string[] = [];
    for (const run of references) ids.push(await served.submit(run.experiment));
    const rounds = 2 * SCALE;
    const step = Math.floor((references[0].end.generations * 2) / rounds / 4);
    let next = 0;
    const goOn = () => {
      next += step;
      return served.until((runs) => total(runs) >= next);
    };
    const inTabs = async () =>
      (await served.workers()).reduce((all, { kind, individuals }) => all + (kind === 'browser' ? individuals : 0), 0);
    for (let round = 0; round < rounds; round++) {
      await goOn();
      // After a start of the server the tab comes back by itself.
      await vi.waitFor(async () => expect(await inTabs()).toBeGreaterThan(0));
      await kill(tab);
      await goOn();
      tab = await lend(served.url);
      await tab.evaluates(0);
      await crew.kill(crew.awake[0]);
      await goOn();
      await served.kill();
      await served.start();
    }
    expectSame(await served.ends(...ids), references);
    await tab.context.close();
    await crew.end();
    await served.stop();
  });
});

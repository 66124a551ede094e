// The same bits in every browser: what Chromium's tests do not show of the others, where they are installed.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { alone, type Small, submit, until, xor } from '../server/fixtures/runs.ts';
import { ask, start } from '../server/fixtures/server.ts';
import { type Engine, type EngineTab, firefox, webkit } from './engines.ts';

const mnist = (algorithm: unknown): Small => ({
  experiment: 'mnist',
  set: Object.entries({ population: 128, batch: 64, generations: 12, validateEvery: 5, algorithm }).map(([path, value]) => ({
    path,
    value,
  })),
  seed: '7',
});
const RUNS = { xor: xor(), es: mnist({ name: 'es' }), ga: mnist({ name: 'ga' }) };

/** Of WebKit's processes, as in a container: the language that it then tells pages is none. */
const NO_LOCALE = { LC_ALL: 'C.UTF-8', LANGUAGE: '' };
/** WebKitGTK keeps shared memory from pages, unless its JavaScript engine is told otherwise; Safari does not. */
const SHARED = { ...NO_LOCALE, JSC_useSharedArrayBuffer: '1' };

const PATIENCE = { timeout: 60_000, interval: 100 };

describe.each<{ engine: Engine; shares: boolean | null; retry?: number }>([
  // A known fault: a fresh Firefox now and then never ends the building of a run, the more on a machine with much else to do.
  { engine: firefox, shares: true, retry: 2 },
  { engine: webkit('WebKit', NO_LOCALE), shares: null },
  { engine: webkit('WebKit that shares memory', SHARED), shares: true },
])('$engine.name', ({ engine, shares, retry = 0 }) => {
  if (engine.skipped) console.log(`skipped: ${engine.name}: ${engine.skipped}`);

  let tab: EngineTab | null = null;
  const close = async () => {
    await tab?.close();
    tab = null;
  };
  afterEach(close);

  test.skipIf(engine.skipped)(
    'a tab computes what `germline run` computes, shows it, and is gone once closed',
    { timeout: 240_000, retry },
    async () => {
      const { url } = await start();
      const opened = await engine.open();
      tab = opened;
      const shown = (expression: string) =>
        vi.waitFor(async () => expect([expression, await opened.run(expression)]).toEqual([expression, true]), PATIENCE);
      const press = (name: string) =>
        shown(`[...document.querySelectorAll('button')].some((b) => b.textContent === '${name}' && !b.disabled && (b.click(), true))`);
      const workers = async () => (await ask(url, '/api/workers')).body.workers;

      await opened.go(`${url}/join`);
      await press('Start');
      await vi.waitFor(async () => expect(await workers()).toHaveLength(1), PATIENCE);
      const isolated = await opened.run("typeof SharedArrayBuffer !== 'undefined'");
      if (shares !== null) expect(isolated).toBe(shares);
      expect(await workers()).toMatchObject([{ kind: 'browser', isolated }]);
      expect(await opened.run("document.body.textContent.includes('Threads cannot share memory here')")).toBe(!isolated);

      const ids: Record<string, string> = {};
      for (const [name, run] of Object.entries(RUNS)) ids[name] = await submit(url, run);
      for (const [name, run] of Object.entries(RUNS)) {
        const { end } = await until(url, ids[name], 'done', PATIENCE.timeout);
        expect([name, end.digest]).toEqual([name, (await alone(run)).digest]);
      }
      await press('Stop');
      await vi.waitFor(async () => expect(await workers()).toEqual([]), PATIENCE);

      // Charts, and the champion, which sees through the same engine in the page.
      await opened.go(`${url}/runs/${ids.ga}`);
      await shown("[...document.querySelectorAll('[role=img]')].some((i) => /over 12 generations/.test(i.ariaLabel))");
      await shown("document.querySelector('.u-over') !== null");
      await shown(`[...document.querySelectorAll('h2')].some((h) => (h.scrollIntoView(), h.textContent === 'What the champion sees'))`);
      await shown("/ of 1,000 validation examples right/.test(document.querySelector('main').textContent)");
      expect(opened.problems ?? []).toEqual([]);

      await opened.go(`${url}/join`);
      await press('Start');
      await vi.waitFor(async () => expect(await workers()).toHaveLength(1), PATIENCE);
      await close();
      await vi.waitFor(async () => expect(await workers()).toEqual([]), PATIENCE);
    },
  );
});

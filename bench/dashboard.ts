// What the dashboard costs whoever looks: first paint, time until a page answers, frames while a run streams, and memory kept after it.
import type { Browser, CDPSession, Page } from 'playwright-core';
import { chromiumPath, launch } from '../test/browser/chromium.ts';
import { runNode } from '../tools/run-node.ts';
import { median, type Row } from './row.ts';
import { Server } from './serve-process.ts';

const RUNS = 100;
const GENERATIONS = 10_000;
/** Streamed on top, while as many are on the page. */
const MORE = 1_000;
const ROUNDS = 5;
/** Generations that are on the page when its memory is taken for the first time. */
const WARM = 200;

export async function dashboard(): Promise<Row[]> {
  if (!chromiumPath) {
    process.stderr.write('dashboard: skipped, there is no Chromium\n');
    return [];
  }
  if (await runNode(['tools/build-client.ts', '--if-stale'])) throw new Error('the dashboard could not be built');
  const server = await Server.start('--work', '1');
  const browser = await launch();
  try {
    for (let i = 0; i < RUNS - 1; i++) await server.ask('/api/runs', { experiment: 'xor', seed: String(i), start: false });
    const run = await server.submit('xor', { population: 8, generations: GENERATIONS + MORE, 'stop.loss': null });
    const streamed = await streams(browser, server, run);
    const list = await opens(browser, server.url, '/', listed);
    const page = await opens(browser, server.url, `/runs/${run}`, drawn);
    return [
      ...opening(`the list of ${RUNS} runs`, list, 'until all are listed and the page answers'),
      ...opening(`a run of ${GENERATIONS + MORE} generations`, page, 'until its curves are drawn and the page answers'),
      milliseconds('the same run: a press on "Log scale" until it is painted', page.pressed, 200, 'five series, median'),
      ...streamed,
    ];
  } finally {
    await browser.close();
    await server.stop();
  }
}

interface Opening {
  painted: number;
  answers: number;
  /** 0: the page has no such button. */
  pressed: number;
}

function milliseconds(name: string, value: number, target: number, note?: string): Row {
  return { name, value, unit: 'ms', ratio: null, target, atMost: true, limit: null, note };
}

const opening = (what: string, { painted, answers }: Opening, note: string): Row[] => [
  milliseconds(`${what}: first contentful paint`, painted, 1000, 'a browser with an empty cache, the server on the same machine'),
  milliseconds(`${what}: ready`, answers, 2500, note),
];

/** Waits until the list is whole. */
const listed = (page: Page) => page.waitForFunction((runs) => document.querySelectorAll('tbody tr').length === runs, RUNS);

/** Waits until the chart of the loss says that it shows everything. */
const drawn = (page: Page) => shows(page, GENERATIONS + MORE);

function shows(page: Page, generations: number): Promise<unknown> {
  return page.waitForFunction((least) => {
    const said = document.querySelector('section[aria-labelledby="panel-loss"] [role="img"]')?.getAttribute('aria-label');
    return Number(/over ([\d,]+) generations/.exec(said ?? '')?.[1].replaceAll(',', '')) >= least;
  }, generations);
}

async function opens(browser: Browser, url: string, path: string, ready: (page: Page) => Promise<unknown>): Promise<Opening> {
  const rounds: Opening[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(new URL(path, url).href);
    await ready(page);
    const [painted, answers] = await page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      return [paint.startTime, performance.now()];
    });
    rounds.push({ painted, answers, pressed: await presses(page) });
    await context.close();
  }
  const of = (figure: keyof Opening) => median(rounds.map((each) => each[figure]));
  return { painted: of('painted'), answers: of('answers'), pressed: of('pressed') };
}

/** Milliseconds from a press on the first "Log scale" to the frame after it; 0 where there is none. */
function presses(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Log scale');
    if (!button) return 0;
    const began = performance.now();
    button.click();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
    return performance.now() - began;
  });
}

/** Looks on while a run goes from its beginning to its end. */
async function streams(browser: Browser, server: Server, run: string): Promise<Row[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.goto(new URL(`/runs/${run}`, server.url).href);
  await shows(page, WARM);
  const before = await held(session);
  await shows(page, GENERATIONS);
  const frames = await framesUntil(page, GENERATIONS + MORE);
  await server.until(run, GENERATIONS + MORE);
  await drawn(page);
  const after = await held(session);
  await context.close();
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)];
  const on = `${GENERATIONS} generations x 5 series on the page, more coming in`;
  return [
    milliseconds(`a frame while a run streams: median, ${on}`, at(0.5), 17, `${frames.length} frames, drawn by the processor`),
    milliseconds(`a frame while a run streams: 95 of 100 are shorter, ${on}`, at(0.95), 50),
    {
      name: `memory that a page holds after ${GENERATIONS + MORE} streamed generations, against before`,
      value: (after - before) / 1e6,
      unit: 'MB',
      ratio: null,
      target: 16,
      atMost: true,
      limit: null,
      note: `${(before / 1e6).toFixed(1)} MB at generation ${WARM}, ${(after / 1e6).toFixed(1)} MB at the end: garbage collected, numbers of the charts included`,
    },
  ];
}

/** Milliseconds between frames, until so many generations are shown. */
function framesUntil(page: Page, generations: number): Promise<number[]> {
  return page.evaluate(
    (least) =>
      new Promise<number[]>((resolve) => {
        const frames: number[] = [];
        let last = performance.now();
        const next = (now: number) => {
          frames.push(now - last);
          last = now;
          const said = document.querySelector('section[aria-labelledby="panel-loss"] [role="img"]')?.getAttribute('aria-label');
          const shown = Number(/over ([\d,]+) generations/.exec(said ?? '')?.[1].replaceAll(',', ''));
          if (shown >= least) resolve(frames.slice(1));
          else requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
    generations,
  );
}

/** Bytes that a page's scripts hold: objects, and the arrays behind them. */
async function held(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  return usedSize + backingStorageSize;
}

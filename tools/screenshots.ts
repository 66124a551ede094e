// Takes pictures of the dashboard's pages for docs/screenshots: npm run screenshots [-- FOLDER]
// A server over a folder of its own and three workers evolve `mnist` from a fixed seed; every page is taken light and dark.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { launch } from '../test/browser/chromium.ts';
import { root, runNode } from './run-node.ts';

const folder = resolve(process.argv[2] ?? `${root}docs/screenshots`);
const SEED = '7';
const SIZE = { width: 1440, height: 900 };
/** Of WebP, 0 to 100: the first that keeps a picture below so many bytes. */
const QUALITIES = [90, 80, 70, 60, 50];
const MOST_BYTES = 150_000;
/** A long page is taken smaller. */
const WHOLE_SCALE = 0.65;
/** A run that is over, one that goes on, and one that waits, so that the list has something to tell. */
const GENERATIONS = { done: 400, running: 800, seen: 160 };

/** It has parents, and so a diversity and a family tree to show. */
const GA = { name: 'ga', mutation: { name: 'low-rank', sigma: { name: 'exponential', from: 0.05, to: 0.005 } } };

const processes: ChildProcess[] = [];

function germline(...words: string[]): ChildProcess {
  const child = spawn(process.execPath, [`${root}bin/germline.js`, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  return child;
}

async function serve(data: string): Promise<string> {
  const child = germline('serve', '--port', '0', '--data', data, '--work', '1', '--json');
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { event, url } = JSON.parse(line);
    if (event === 'serving') return url;
  }
  throw new Error('the server did not start');
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the route answers
async function ask(url: string, path: string, body?: unknown): Promise<any> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(new URL(path, url), sent);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function submit(url: string, experiment: string, set: Record<string, unknown>, start = true): Promise<string> {
  const fields = Object.entries(set).map(([path, value]) => ({ path, value }));
  return (await ask(url, '/api/runs', { experiment, set: fields, seed: SEED, start })).id;
}

async function reaches(url: string, run: string, generations: number): Promise<void> {
  for (;;) {
    const entry = await ask(url, `/api/runs/${run}`);
    if (entry.generations >= generations || entry.state === 'done') return;
    if (entry.failure) throw new Error(entry.failure.message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Shot {
  name: string;
  path: string;
  /** The whole page, however long, or so many pixels of it. */
  whole?: boolean;
  height?: number;
  /** What has to stand on it. */
  ready(page: Page): Promise<unknown>;
}

async function take(browser: Browser, url: string, shots: Shot[], scheme: 'light' | 'dark'): Promise<void> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: scheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  for (const { name, path, whole = false, height: shown = SIZE.height, ready } of shots) {
    await page.goto(new URL(path, url).href);
    await ready(page);
    await page.evaluate(() => document.fonts.ready);
    // What is drawn a frame later.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const height = whole ? await page.evaluate(() => document.documentElement.scrollHeight) : shown;
    const clip = { x: 0, y: 0, width: SIZE.width, height, scale: whole ? WHOLE_SCALE : 1 };
    await page.evaluate(() => scrollTo(0, 0));
    let bytes = Buffer.alloc(0);
    for (const quality of QUALITIES) {
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality, captureBeyondViewport: true, clip });
      bytes = Buffer.from(data, 'base64');
      if (bytes.length <= MOST_BYTES) break;
    }
    await writeFile(join(folder, `${name}-${scheme}.webp`), bytes);
    console.log(`${name}-${scheme}.webp: ${(bytes.length / 1000).toFixed(0)} kB`);
  }
  await context.close();
}

const built = await runNode(['tools/build-client.ts', '--if-stale']);
if (built) process.exit(built);
await mkdir(folder, { recursive: true });
const data = await mkdtemp(join(tmpdir(), 'germline-screenshots-'));
const browser = await launch();
try {
  const url = await serve(data);
  for (const name of ['laptop', 'render-node-2']) germline('work', url, '--threads', '1', '--name', name, '--json').stdout?.resume();
  const xor = await submit(url, 'xor', {});
  const done = await submit(url, 'mnist', { population: 512, generations: GENERATIONS.done, algorithm: GA });
  await reaches(url, done, GENERATIONS.done);
  await reaches(url, xor, Number.POSITIVE_INFINITY);
  await submit(url, 'mnist-cnn', { population: 64 }, false);
  const running = await submit(url, 'mnist', { population: 512, generations: GENERATIONS.running });
  await reaches(url, running, GENERATIONS.seen);

  const drawn = (page: Page) => page.getByRole('region', { name: 'Loss' }).getByRole('img').first().waitFor();
  const shots: Shot[] = [
    { name: 'runs', path: '/', ready: (page) => page.getByRole('link', { name: 'xor' }).waitFor() },
    {
      name: 'compare',
      path: `/?select=${done},${running}&compare=on`,
      ready: (page) =>
        page.waitForFunction(() => {
          const values = [...document.querySelectorAll('.legend .value')].map(({ textContent }) => textContent);
          return values.length === 2 && values.every((value) => /\d/.test(value ?? ''));
        }),
    },
    { name: 'new', path: '/new', ready: (page) => page.getByText('a worker and generation').waitFor() },
    // The README's picture: down to what the champion sees.
    { name: 'run', path: `/runs/${running}`, height: 1500, ready: drawn },
    {
      name: 'run-whole',
      path: `/runs/${done}`,
      whole: true,
      async ready(page) {
        await drawn(page);
        await page.getByRole('region', { name: 'Draw a digit' }).scrollIntoViewIfNeeded();
        await page.getByText(/validation examples right/).waitFor();
        await draw(page);
        const tree = page.getByRole('region', { name: 'Where the champion comes from' });
        await tree.scrollIntoViewIfNeeded();
        await tree.getByText(/The champion is individual/).waitFor();
        await page.getByRole('region', { name: 'Journal' }).scrollIntoViewIfNeeded();
        await page.mouse.move(0, 0);
      },
    },
    {
      name: 'workers',
      path: '/workers',
      ready: (page) => page.getByRole('rowheader', { name: 'render-node-2' }).waitFor(),
    },
    { name: 'join', path: '/join', ready: (page) => page.getByRole('button', { name: 'Start' }).waitFor() },
  ];
  for (const scheme of ['light', 'dark'] as const) await take(browser, url, shots, scheme);
} finally {
  await browser.close();
  for (const child of processes) child.kill('SIGINT');
  await Promise.all(processes.map((child) => child.exitCode !== null || new Promise((resolve) => child.once('exit', resolve))));
  await rm(data, { recursive: true, force: true });
}

/** A three. */
async function draw(page: Page): Promise<void> {
  const board = page.getByRole('application', { name: 'Drawing area' });
  await board.scrollIntoViewIfNeeded();
  const box = await board.boundingBox();
  if (!box) throw new Error('there is nothing to draw on');
  const STROKE = [
    [0.32, 0.2],
    [0.5, 0.14],
    [0.66, 0.24],
    [0.62, 0.4],
    [0.46, 0.48],
    [0.64, 0.55],
    [0.7, 0.7],
    [0.56, 0.84],
    [0.32, 0.8],
  ];
  const at = ([x, y]: number[]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(STROKE[0]));
  await page.mouse.down();
  for (const point of STROKE.slice(1)) await page.mouse.move(...at(point), { steps: 6 });
  await page.mouse.up();
  await page.getByText(/^\d It (is sure|thinks so|is a guess): [\d.]+%\.$/).waitFor();
}

// Browsers that are not Chromium's kin, driven as the W3C has it: Firefox over WebDriver BiDi, WebKit (Safari's engine) over WebDriver.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { executable } from './chromium.ts';

/** One tab of a browser with a profile of its own. */
export interface EngineTab {
  go(url: string): Promise<void>;
  /** The value of a JavaScript expression, awaited, as JSON has it. */
  run<Value>(expression: string): Promise<Value>;
  /** Errors of scripts and on the console. Null: the browser does not tell. */
  problems: string[] | null;
  /** Closes the tab, and the browser with it. */
  close(): Promise<void>;
}

export interface Engine {
  name: string;
  /** Why it cannot be had; null: it can. */
  skipped: string | null;
  open(): Promise<EngineTab>;
}

/** Milliseconds. */
const START_MS = 60_000;
const SCRIPT_MS = 30_000;
/** That programs have to end by themselves: Xvfb takes its lock away. */
const END_MS = 5_000;

const found = (name: string, given: string | undefined, places: string[]) => {
  const path = given || places.find(executable);
  return { path: path ?? '', missing: path ? null : `no ${name} at ${places.join(', ')}` };
};

// Not /usr/bin/firefox: where it comes as a snap it may not write to a profile of ours.
const firefoxAt = found('Firefox', process.env.FIREFOX, [
  '/usr/bin/firefox-esr',
  '/usr/lib/firefox/firefox',
  '/usr/lib64/firefox/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
]);
const webkitAt = found('WebKitWebDriver', process.env.WEBKIT_DRIVER, ['/usr/bin/WebKitWebDriver']);
const screenAt = found('Xvfb', undefined, ['/usr/bin/Xvfb']);

/** `env`: of the browser's processes. */
export const firefox: Engine = { name: 'Firefox', skipped: firefoxAt.missing, open: openFirefox };
export const webkit = (name: string, env: Record<string, string> = {}): Engine => ({
  name,
  skipped: webkitAt.missing ?? screenAt.missing,
  open: () => openWebKit(env),
});

/** What runs beside a browser, and is ended after it, the last first. */
class Beside {
  readonly #endings: (() => Promise<unknown>)[] = [];

  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'germline-engine-'));
    // A browser's processes may still write to it as they end.
    this.#endings.push(() => rm(path, { recursive: true, force: true, maxRetries: 20 }));
    return path;
  }

  /** Its own group: a browser is many processes. */
  start(command: string, words: string[], env: Record<string, string>): ChildProcess {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, ...env } });
    const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    // What nobody reads must not fill up.
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    this.#endings.push(async () => {
      if (!child.pid) return;
      if (child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGTERM');
        await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, END_MS).unref())]);
      }
      // What the first of them left behind; none is the rule.
      process.kill(-child.pid, 'SIGKILL');
      await exited;
    });
    return child;
  }

  async end(): Promise<void> {
    for (const end of this.#endings.splice(0).reverse()) await end().catch(() => {});
  }
}

/** The first line of a program's output that `pattern` finds: its first group. */
function said(child: ChildProcess, stream: Readable | null, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: stream as Readable }).on('line', (line) => {
      const match = pattern.exec(line);
      if (match) resolve(match[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code}`)));
    setTimeout(() => reject(new Error(`${child.spawnfile} does not start`)), START_MS).unref();
  });
}

async function openFirefox(): Promise<EngineTab> {
  const beside = new Beside();
  try {
    const profile = await beside.folder();
    await writeFile(join(profile, 'user.js'), 'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n');
    const child = beside.start(firefoxAt.path, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {
      HOME: profile,
    });
    const bidi = await Bidi.connect(`${await said(child, child.stderr, /WebDriver BiDi listening on (ws:\S+)/)}/session`);
    await bidi.ask('session.new', { capabilities: {} });
    const problems: string[] = [];
    bidi.onEvent = ({ params }) => {
      if (params.level === 'error') problems.push(params.text);
    };
    await bidi.ask('session.subscribe', { events: ['log.entryAdded'] });
    const [{ context }] = (await bidi.ask('browsingContext.getTree', {})).contexts;
    return {
      problems,
      async go(url) {
        await bidi.ask('browsingContext.navigate', { context, url, wait: 'complete' });
      },
      async run(expression) {
        const target = { context };
        const told = await bidi.ask('script.evaluate', { expression: asJson(expression), target, awaitPromise: true });
        if (told.type === 'exception') throw new Error(told.exceptionDetails.text);
        return JSON.parse(told.result.value);
      },
      async close() {
        // With its last tab the browser goes, and may not answer any more.
        await bidi.ask('browsingContext.close', { context }).catch(() => {});
        bidi.end();
        await beside.end();
      },
    };
  } catch (error) {
    await beside.end();
    throw error;
  }
}

/** A connection of WebDriver BiDi: commands with their answers, and events. */
class Bidi {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the browser tells
  onEvent: (event: any) => void = () => {};
  readonly #socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command answers
  readonly #waiting = new Map<number, PromiseWithResolvers<any>>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'event') this.onEvent(message);
      else if (message.type === 'error') this.#waiting.get(message.id)?.reject(new Error(`${message.error}: ${message.message}`));
      else this.#waiting.get(message.id)?.resolve(message.result);
    });
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the browser is gone'));
    });
  }

  static async connect(url: string): Promise<Bidi> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Bidi(socket);
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever the command answers
  ask(method: string, params: unknown): Promise<any> {
    const id = ++this.#last;
    const answer = Promise.withResolvers();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  }

  end(): void {
    this.#socket.terminate();
  }
}

/** It has no mode without a screen: it gets one that nobody sees. */
async function openWebKit(env: Record<string, string>): Promise<EngineTab> {
  const beside = new Beside();
  try {
    const home = await beside.folder();
    const screen = beside.start(screenAt.path, ['-displayfd', '1', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {});
    const DISPLAY = `:${await said(screen, screen.stdout, /^(\d+)$/)}`;
    const port = await freePort();
    const driver = beside.start(webkitAt.path, [`--port=${port}`], {
      DISPLAY,
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      HOME: home,
      XDG_RUNTIME_DIR: home,
      ...env,
    });
    // biome-ignore lint/suspicious/noExplicitAny: whatever the command answers
    const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body: unknown = {}): Promise<any> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: method === 'POST' ? JSON.stringify(body) : undefined });
      const { value } = (await answer.json()) as { value: { error: string; message: string } };
      if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
      return value;
    };
    await answers(driver, () => ask('GET', '/status'));
    const { sessionId } = await ask('POST', '/session', { capabilities: {} });
    const session = `/session/${sessionId}`;
    await ask('POST', `${session}/timeouts`, { script: SCRIPT_MS });
    return {
      problems: null,
      async go(url) {
        await ask('POST', `${session}/url`, { url });
      },
      async run(expression) {
        const script = `${asJson(expression)}.then((value) => arguments[0]({ value }), (error) => arguments[0]({ error: String(error) }))`;
        const { value, error } = await ask('POST', `${session}/execute/async`, { script, args: [] });
        if (error) throw new Error(error);
        return JSON.parse(value);
      },
      async close() {
        await ask('DELETE', `${session}/window`);
        await beside.end();
      },
    };
  } catch (error) {
    await beside.end();
    throw error;
  }
}

const asJson = (expression: string): string => `(async () => JSON.stringify((await (${expression})) ?? null))()`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until there is an answer, as long as the program that is asked runs. */
async function answers(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  for (const until = performance.now() + START_MS; ; ) {
    try {
      await ask();
      return;
    } catch (error) {
      if (child.exitCode !== null || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

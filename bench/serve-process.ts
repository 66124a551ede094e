// Germline's own commands as processes: a server over a folder of its own, workers, and requests to the server.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/germline.js', import.meta.url));

export function germline(...words: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Lines of JSON of a command, as they come. */
export async function* jsonLines(child: ChildProcess): AsyncGenerator<Record<string, unknown>> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) yield JSON.parse(line);
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

export class Server {
  readonly url: string;
  readonly process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.process = child;
    this.#folder = folder;
  }

  static async start(...words: string[]): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'germline-bench-'));
    const child = germline('serve', '--port', '0', '--data', folder, '--json', ...words);
    for await (const { event, url } of jsonLines(child)) if (event === 'serving') return new Server(String(url), child, folder);
    throw new Error('the server did not start');
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever the route answers
  async ask(path: string, body?: unknown): Promise<any> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(new URL(path, this.url), sent);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async submit(experiment: string, set: Record<string, unknown>): Promise<string> {
    const fields = Object.entries(set).map(([path, value]) => ({ path, value }));
    return (await this.ask('/api/runs', { experiment, set: fields, seed: '7', start: true })).id;
  }

  /** Waits until a run has so many generations, or is done where these are all; its entry then. */
  // biome-ignore lint/suspicious/noExplicitAny: the run as the API shows it
  async until(run: string, generations: number): Promise<any> {
    for (;;) {
      const entry = await this.ask(`/api/runs/${run}`);
      if (generations === entry.horizon ? entry.state === 'done' : entry.generations >= generations) return entry;
      if (entry.failure) throw new Error(entry.failure.message);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Metrics of one scrape: some are counted since the last one. */
  async metrics<Name extends string>(...names: Name[]): Promise<Record<Name, number>> {
    const text = await (await fetch(new URL('/metrics', this.url))).text();
    const value = (name: string) => Number(new RegExp(`^germline_${name} (.*)$`, 'm').exec(text)?.[1]);
    return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, number>;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGINT');
    await ended(this.process);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

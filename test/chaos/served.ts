// `germline serve` as a process that dies and comes back: always the same folder, always the same port.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../cli/command.ts';
import { type End, type Experiment, endOf, recordsOf } from './experiments.ts';
import { launch } from './processes.ts';
import { COUNTERS, type Counter, type CrashPoint, type Tally } from './tally.ts';

/** A run as /api/runs shows it, as far as it is looked at here. */
export interface RunShown {
  id: string;
  name: string;
  seed: string;
  state: string;
  generations: number;
  failure: unknown;
  end: End | null;
}

/** Generations recorded, of all runs together. */
export const total = (runs: readonly RunShown[]): number => runs.reduce((all, { generations }) => all + generations, 0);

/** Milliseconds between two looks: less than a generation takes. */
const LOOK_MS = 15;
/** Milliseconds between two looks at the counters, which cost more. */
const COUNT_MS = 100;
/** Milliseconds without a generation recorded, a state changed or a lease expired after which nothing more will come. */
const STALL_MS = 120_000;
/** Another process may hold the port for a moment. */
const TAKEN = /is taken/;
const ATTEMPTS = 50;

export interface Life {
  crash?: { point: CrashPoint; generation: number };
}

export class Served {
  readonly data: string;
  readonly tally: Tally;
  readonly #under: string[];
  #port = 0;
  #process: Running | null = null;
  /** Counted in this life of the server. */
  #life: Partial<Record<Counter, number>> = {};
  #counted = Number.NEGATIVE_INFINITY;
  /** The highest generation that anyone was told of, by run. */
  readonly told = new Map<string, number>();

  private constructor(data: string, tally: Tally, under: string[]) {
    this.data = data;
    this.tally = tally;
    this.#under = under;
  }

  /** `under`: a program, and its arguments, that starts Node in its own place. */
  static async start(data: string, tally: Tally, under: string[] = []): Promise<Served> {
    const served = new Served(data, tally, under);
    served.#port = await freePort();
    await served.start();
    return served;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get process(): Running {
    if (!this.#process) throw new Error('the server does not run');
    return this.#process;
  }

  /** Resolves when it answers. */
  async start({ crash }: Life = {}): Promise<void> {
    const env = { GERMLINE_CRASH: crash ? `${crash.point}:${crash.generation}` : '' };
    for (let attempt = 1; ; attempt++) {
      const process = launch(['serve', '--data', this.data, '--port', String(this.#port), '--json'], { env, under: this.#under });
      await process.lines(1);
      if (process.child.exitCode === null && process.child.signalCode === null) {
        this.#process = process;
        return;
      }
      const { stderr, code, signal } = await process.ended;
      if (signal === 'SIGKILL' && crash) {
        // It was there and is gone again before anyone looked.
        this.#process = process;
        return;
      }
      if (!TAKEN.test(stderr) || attempt === ATTEMPTS) throw new Error(`the server ended with ${code ?? signal}: ${stderr}`);
      await delay(100);
    }
  }

  async submit({ body, seed }: Experiment): Promise<string> {
    const answer = await fetch(`${this.url}/api/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ experiment: body, seed }),
    });
    const made = (await answer.json()) as RunShown;
    if (answer.status !== 201) throw new Error(JSON.stringify(made));
    return made.id;
  }

  async remove(id: string): Promise<void> {
    const answer = await fetch(`${this.url}/api/runs/${id}`, { method: 'DELETE' });
    if (answer.status !== 204) throw new Error(`run ${id} cannot be deleted: ${await answer.text()}`);
  }

  async workers(): Promise<{ name: string; kind: string; individuals: number }[]> {
    return (await (await fetch(`${this.url}/api/workers`)).json()).workers;
  }

  /** Null while nobody answers. Counts what the server counted, where that was not done just now. */
  async look(): Promise<RunShown[] | null> {
    try {
      if (performance.now() - this.#counted > COUNT_MS) await this.count();
      const { runs } = (await (await fetch(`${this.url}/api/runs`)).json()) as { runs: RunShown[] };
      for (const { id, generations } of runs) this.told.set(id, Math.max(generations, this.told.get(id) ?? 0));
      return runs;
    } catch {
      return null;
    }
  }

  async count(): Promise<void> {
    const metrics = await (await fetch(`${this.url}/metrics`)).text();
    this.#counted = performance.now();
    for (const [counter, name] of Object.entries(COUNTERS) as [Counter, string][]) {
      const value = Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
      this.tally.counters[counter] += value - (this.#life[counter] ?? 0);
      this.#life[counter] = value;
    }
  }

  /**
   * Looks until `reached` is true of the runs. A run that was paused by the server, failed or diverged is an error, and so is one that stands still, or a
   * server that is not there (unless `mayDie`, where the death is what is waited for: then null).
   */
  async until(reached: (runs: RunShown[]) => boolean, { mayDie = false } = {}): Promise<RunShown[] | null> {
    let last = '';
    let since = performance.now();
    for (;;) {
      const dead = this.process.child.exitCode !== null || this.process.child.signalCode !== null;
      if (dead && mayDie) return null;
      if (dead) throw new Error(`the server is gone: ${(await this.process.ended).stderr}`);
      const runs = await this.look();
      if (runs) {
        for (const { id, state, failure } of runs) {
          if (state !== 'running' && state !== 'done') throw new Error(`run ${id} is ${state}: ${JSON.stringify(failure)}`);
        }
        if (reached(runs)) return runs;
      }
      const now = JSON.stringify([runs?.map(({ state, generations }) => [state, generations]), this.tally.counters.expired]);
      if (now !== last) since = performance.now();
      last = now;
      if (performance.now() - since > STALL_MS) throw new Error(`nothing goes on any more: ${await this.#circumstances()}`);
      await delay(LOOK_MS);
    }
  }

  /** All that may tell why a run stands still. */
  async #circumstances(): Promise<string> {
    const parts = await Promise.allSettled(
      ['/api/runs', '/api/workers', '/metrics'].map(async (path) => {
        const text = await (await fetch(this.url + path, { signal: AbortSignal.timeout(5_000) })).text();
        return text.replace(/^#.*\n/gm, '');
      }),
    );
    return parts.map((part) => (part.status === 'fulfilled' ? part.value : String(part.reason))).join('\n');
  }

  /** SIGKILL, wherever it just is: what it has counted since the last look is not known. */
  async kill(): Promise<void> {
    this.process.child.kill('SIGKILL');
    this.tally.randomKills++;
    await this.#dead();
  }

  /** Waits until it has killed itself at the crash point that it was started with. */
  async crashed(point: CrashPoint): Promise<void> {
    await this.until(() => false, { mayDie: true });
    const { signal, stderr } = await this.process.ended;
    if (signal !== 'SIGKILL') throw new Error(`the server ended otherwise than by its crash point: ${stderr}`);
    this.tally.crashes[point]++;
    await this.#dead();
  }

  async #dead(): Promise<void> {
    await this.process.ended;
    this.#process = null;
    this.#life = {};
  }

  /** Ends it as an administrator does. */
  async stop(): Promise<void> {
    await this.count();
    this.process.child.kill('SIGTERM');
    const { code, stderr } = await this.process.ended;
    this.#process = null;
    this.#life = {};
    if (code !== 0) throw new Error(`the server ended with ${code}: ${stderr}`);
  }

  /** Waits for the ends of runs, in the order asked. */
  async ends(...ids: string[]): Promise<{ end: End; records: unknown[] }[]> {
    const chosen = (runs: RunShown[]) => ids.map((id) => runs.find((run) => run.id === id));
    const runs = (await this.until((all) => chosen(all).every((run) => run?.state === 'done'))) as RunShown[];
    return chosen(runs).map((run) => {
      const { id, end } = run as RunShown & { end: End };
      this.tally.digests.push(end.digest);
      return { end: endOf(end), records: recordsOf(join(this.data, 'runs', id)) };
    });
  }
}

/**
 * Below the ports that the system hands out by itself: a worker that calls a server that is gone could otherwise be given the server's own port
 * to call from, and hold it.
 */
async function freePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 10_000); ; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

// `germline serve`: the coordinator.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { DEFAULT_PORT } from '../../protocol/limits.ts';
import { type StartedServer, startServer, Tokens } from '../../server/index.ts';
import { UsageError } from '../mistake.ts';
import { Stop } from '../stop.ts';
import { MAX_THREADS, wholeNumber } from '../whole-number.ts';

export interface ServeFlags {
  host?: string;
  port?: string;
  data?: string;
  publicUrl?: string;
  trustProxy?: boolean;
  tlsCert?: string;
  tlsKey?: string;
  tokens?: boolean;
  /** true: one thread a core. */
  work?: string | boolean;
  logLevel?: string;
  json?: boolean;
}

export const DEFAULT_DATA = './germline-data';
const MOST_PORT = 65535;
const BIN = fileURLToPath(import.meta.resolve('germline/package.json').replace('package.json', 'bin/germline.js'));

/** Serves until stopped. Returns the exit code. */
export async function serve(flags: ServeFlags): Promise<number> {
  const data = resolve(flags.data ?? DEFAULT_DATA);
  const port = flags.port === undefined ? DEFAULT_PORT : wholeNumber(flags.port, '--port', 0, MOST_PORT);
  const threads = typeof flags.work === 'string' ? wholeNumber(flags.work, '--work', 1, MAX_THREADS) : null;
  const stop = new Stop();
  const server = await startServer({
    host: flags.host,
    port,
    data,
    tokens: flags.tokens ? true : undefined,
    publicUrl: flags.publicUrl ?? null,
    trustProxy: flags.trustProxy,
    tls: tlsOf(flags),
    logger: pino({ level: flags.logLevel ?? 'warn', name: 'germline' }, pino.destination(2)),
  });
  let worker: LocalWorker | null = null;
  try {
    process.stdout.write(flags.json ? jsonLine(server, data) : greeting(server, data));
    if (flags.work) worker = await LocalWorker.start(server, data, threads);
    await new Promise<void>((over) => {
      if (stop.signal.aborted) over();
      stop.signal.addEventListener('abort', () => over());
    });
    return 0;
  } finally {
    await worker?.end();
    await server.close();
    stop.close();
  }
}

function tlsOf({ tlsCert, tlsKey }: ServeFlags): { cert: Buffer; key: Buffer } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError('serve: --tls-cert and --tls-key go together');
  return { cert: readPem('--tls-cert', tlsCert), key: readPem('--tls-key', tlsKey) };
}

function readPem(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${option} ${file}: cannot be read (${(error as Error).message})`);
  }
}

function jsonLine({ url, port, tokens, guarded }: StartedServer, data: string): string {
  return `${JSON.stringify({ event: 'serving', url, port, data, guarded, tokens })}\n`;
}

function greeting({ url, tokens, guarded }: StartedServer, data: string): string {
  const base = url.replace(/\/?$/, '/');
  const lines = [`Serving ${base} from ${data}`];
  if (tokens.length) {
    const token = (role: string) => tokens.find((made) => made.role === role)?.token;
    lines.push(
      '',
      'Tokens were made; they are shown this once only (germline token makes others):',
      `  lend a machine   germline work ${base}#${token('worker')}`,
      `  submit runs      GERMLINE_TOKEN=${token('admin')} germline submit mnist --server ${base}`,
      `  look on          ${base}#${token('viewer')}`,
    );
  } else if (guarded) lines.push('Everyone needs a token: germline token list');
  else lines.push(`  lend a machine   germline work ${base}`, `  submit a run     germline submit mnist --server ${base}`);
  return `${lines.join('\n')}\n`;
}

/** A worker of this machine, in a process of its own: the server's threads stay free. */
class LocalWorker {
  readonly #child: ChildProcess;
  readonly #revoke: () => Promise<void>;

  private constructor(child: ChildProcess, revoke: () => Promise<void>) {
    this.#child = child;
    this.#revoke = revoke;
  }

  static async start({ url, guarded }: StartedServer, data: string, threads: number | null): Promise<LocalWorker> {
    const { token, revoke } = guarded ? await ownToken(data) : { token: '', revoke: async () => {} };
    const words = [BIN, 'work', url, '--name', 'local', '--json', ...(threads ? ['--threads', String(threads)] : [])];
    const child = spawn(process.execPath, words, {
      // The channel says nothing: it ends when this process does, however that happens.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, GERMLINE_TOKEN: token },
    });
    child.on('exit', (code) => {
      if (code) process.stderr.write(`the local worker ended with exit code ${code}\n`);
    });
    return new LocalWorker(child, revoke);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((over) => this.#child.once('exit', over));
      this.#child.kill('SIGTERM');
      await ended;
    }
    await this.#revoke();
  }
}

async function ownToken(data: string): Promise<{ token: string; revoke: () => Promise<void> }> {
  const tokens = await Tokens.open(data);
  const { entry, token } = await tokens.create('worker', 'the local worker');
  return {
    token,
    async revoke() {
      await tokens.refresh();
      await tokens.revoke(entry.id);
    },
  };
}

// `germline serve`: the coordinator.
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { resolveExperiment } from '../../experiments/index.ts';
import { DEFAULT_PORT } from '../../protocol/limits.ts';
import { ServerError, type ServerOptions, type StartedServer, startServer } from '../../server/index.ts';
import { type ServerDisplay, serverDisplay } from '../display/server.ts';
import { UsageError } from '../mistake.ts';
import { Stop } from '../stop.ts';
import { MAX_THREADS, wholeNumber } from '../whole-number.ts';

export interface ServeFlags {
  host?: string;
  port?: string;
  data?: string;
  publicUrl?: string;
  trustProxy?: boolean;
  tls?: 'self-signed';
  tlsCert?: string;
  tlsKey?: string;
  tokens?: boolean;
  /** true: one thread a core. */
  work?: string | boolean;
  /** Name or file of an experiment: submitted where the data folder holds no run. */
  firstRun?: string;
  logLevel?: string;
  json?: boolean;
}

export const DEFAULT_DATA = './germline-data';
const MOST_PORT = 65535;

/** What one types to start it: `npm start` says so of itself. */
const COMMAND = process.env.npm_lifecycle_event === 'start' ? 'npm start --' : 'germline serve';

/** Serves until stopped. Returns the exit code. */
export async function serve(flags: ServeFlags): Promise<number> {
  const data = resolve(flags.data ?? DEFAULT_DATA);
  const port = flags.port === undefined ? DEFAULT_PORT : wholeNumber(flags.port, '--port', 0, MOST_PORT);
  const threads = typeof flags.work === 'string' ? wholeNumber(flags.work, '--work', 1, MAX_THREADS) : undefined;
  const firstRun = flags.firstRun === undefined ? null : { experiment: { ...(await resolveExperiment(flags.firstRun)) } };
  const stop = new Stop();
  let view: ServerDisplay | null = null;
  const log = { write: (text: string) => (view ? view.log(text) : void process.stderr.write(text)) };
  const server = await started({
    host: flags.host,
    port,
    data,
    tokens: flags.tokens ? true : undefined,
    publicUrl: flags.publicUrl ?? null,
    trustProxy: flags.trustProxy,
    tls: tlsOf(flags),
    firstRun,
    work: flags.work ? { threads } : null,
    logger: pino({ level: flags.logLevel ?? 'warn', name: 'germline' }, log),
  });
  try {
    process.stdout.write(flags.json ? jsonLine(server, data, flags) : greeting(server, data, flags));
    if (!flags.json) view = serverDisplay(server.status, process.stdout);
    const stopped = new Promise<null>((over) => {
      if (stop.signal.aborted) over(null);
      stop.signal.addEventListener('abort', () => over(null));
    });
    const lost = await Promise.race([stopped, server.lost]);
    view?.close();
    if (lost) throw lost;
    return 0;
  } finally {
    await server.close();
    stop.close();
  }
}

async function started(options: ServerOptions): Promise<StartedServer> {
  try {
    return await startServer(options);
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'port-taken') throw error;
    throw new ServerError(`${error.message}, as with ${COMMAND} --port ${((options.port ?? DEFAULT_PORT) % MOST_PORT) + 1}`);
  }
}

function tlsOf({ tls, tlsCert, tlsKey }: ServeFlags): ServerOptions['tls'] {
  if (tls !== undefined && (tlsCert ?? tlsKey) !== undefined)
    throw new UsageError('serve: --tls self-signed makes its own certificate: --tls-cert and --tls-key do not go with it');
  if (tls !== undefined) return tls;
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

/** The certificate that the server made for itself; null where it has none. */
const ownCertificate = ({ tls }: ServeFlags, data: string): string | null => (tls ? join(data, 'tls', 'cert.pem') : null);

function jsonLine({ url, port, tokens, guarded }: StartedServer, data: string, flags: ServeFlags): string {
  return `${JSON.stringify({ event: 'serving', url, port, data, guarded, ca: ownCertificate(flags, data), tokens })}\n`;
}

function greeting({ url, tokens, guarded }: StartedServer, data: string, flags: ServeFlags): string {
  const base = reachable(url, flags).replace(/\/?$/, '/');
  const told = ([what, how]: [string, string]) => `  ${what.padEnd(16)} ${how}`;
  const certificate = ownCertificate(flags, data);
  const ca = certificate === null ? '' : ` --ca ${certificate}`;
  const lines = ['', `Serving ${base}`, `  runs are kept in ${data}`];
  if (certificate) lines.push(`  its own certificate is ${certificate}: take it to other machines; browsers warn of it`);
  lines.push('');
  if (tokens.length) {
    const token = (role: string) => tokens.find((made) => made.role === role)?.token;
    lines.push(
      'Tokens were made; they are shown this once only (germline token makes others):',
      told(['lend a machine', `germline work ${base}#${token('worker')}${ca}`]),
      told(['submit a run', `GERMLINE_TOKEN=${token('admin')} germline submit mnist --server ${base}${ca}`]),
      told(['look on', `${base}#${token('viewer')}`]),
      told(['do everything', `${base}#${token('admin')}`]),
    );
  } else {
    const server = url === `http://127.0.0.1:${DEFAULT_PORT}` ? '' : ` --server ${base}${ca}`;
    lines.push(told(['open', base]));
    if (guarded) lines.push(told(['everyone needs', 'a token: germline token list | create']));
    lines.push(told(['attach a worker', `germline work ${base}${ca}`]));
    if (!guarded) lines.push(told(['other machines', `can attach where it serves them: ${COMMAND} --host 0.0.0.0`]));
    lines.push(told(['submit a run', `germline submit mnist${server}`]));
  }
  lines.push(told(['end it', `Ctrl-C; ${COMMAND.replace(/ --$/, '')} goes on where it was`]), '');
  return `${lines.join('\n')}\n`;
}

/** Where other machines find a server that is bound to all addresses of this one. */
function reachable(url: string, { host, publicUrl }: ServeFlags): string {
  if (publicUrl !== undefined || (host !== '0.0.0.0' && host !== '::')) return url;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outward = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return outward ? url.replace('localhost', outward.address) : url;
}

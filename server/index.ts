// The coordinator: one HTTP and WebSocket server over one data folder.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { DEFAULT_PORT } from '../protocol/limits.ts';
import type { Role } from '../protocol/messages.ts';
import { Access, certifiedNames, isLoopback } from './access.ts';
import { describeRun } from './describe.ts';
import { DiskWatch } from './disk.ts';
import { Dispatch } from './dispatch.ts';
import { engineIdentity } from './engine-identity.ts';
import { Gateway } from './gateway.ts';
import { addRoutes, addressOf, createApp } from './http/app.ts';
import { sessionLimits } from './limits.ts';
import { type LocalWork, LocalWorker, localThreads } from './local-worker.ts';
import { Metrics } from './metrics.ts';
import { Reading } from './read.ts';
import { runEntry } from './run-entry.ts';
import type { RunFollower } from './run-handle.ts';
import { type NewRun, Runs } from './runs.ts';
import { selfSigned } from './self-signed.ts';
import { Guard, Tokens } from './tokens.ts';
import { TrustFile } from './trust/index.ts';
import { Watch } from './watch.ts';
import { workerEntries, workerStandings } from './worker-entries.ts';

export type { RunState } from './run-record.ts';
export { type TokenEntry, Tokens } from './tokens.ts';

export interface ServerOptions {
  /** Address to bind; default 127.0.0.1. */
  host?: string;
  /** Default DEFAULT_PORT; 0: any that is free. */
  port?: number;
  /** Folder of runs, datasets and tokens; made where it is missing. */
  data: string;
  /** Whether callers need a token; default: unless the address is a loopback one and there are no tokens. */
  tokens?: boolean;
  /** How the world calls this server, where a proxy stands in front. */
  publicUrl?: string | null;
  /** Believe X-Forwarded-For. */
  trustProxy?: boolean;
  /** PEM, or a certificate of the server's own, which browsers warn of and clients have to be told to trust. */
  tls?: { key: string | Buffer; cert: string | Buffer } | 'self-signed' | null;
  /** Made and started where the folder holds no run. */
  firstRun?: NewRun | null;
  /** Let this machine's own threads measure too. Default: only workers that attach do. */
  work?: LocalWork | null;
  /** Believe every worker: for measurements with workers that compute nothing. */
  believing?: boolean;
  /** pino, or whether to log to standard output. */
  logger?: boolean | FastifyBaseLogger;
}

export interface StartedServer {
  /** Where it answers. */
  url: string;
  port: number;
  /** Tokens that were made just now: shown once, for only their hashes are kept. Empty where there were some, or none are needed. */
  tokens: { role: Role; token: string }[];
  /** Whether callers need a token. */
  guarded: boolean;
  /** What goes on just now. */
  status(): ServerStatus;
  /** Resolves where the server had to end by itself, once it has, with the reason. */
  lost: Promise<ServerError>;
  /** Tells everyone, lets runs write what they have, and ends. Runs that ran go on with the next server. */
  close(): Promise<void>;
}

export interface ServerStatus {
  runs: ReturnType<typeof describeRun>[];
  /** Connected. */
  workers: number;
  /** That they lend. */
  threads: number;
  /** Losses that counted since the server started. */
  evaluations: number;
}

/** A server that cannot start, or go on: the message says why, and what to do. */
export class ServerError extends Error {
  override name = 'ServerError';
  /** Where a caller may know better than the message what to do. */
  readonly code: 'port-taken' | 'lost' | null;

  constructor(message: string, code: ServerError['code'] = null) {
    super(message);
    this.code = code;
  }
}

export async function startServer(options: ServerOptions): Promise<StartedServer> {
  const { host = '127.0.0.1', port = DEFAULT_PORT, data, publicUrl = null, trustProxy = false, work = null, logger = false } = options;
  const [engine, version] = await Promise.all([engineIdentity(), packageVersion()]);
  const reading = new Reading(data);
  try {
    await takeFolder(reading, data);
    const tls = options.tls === 'self-signed' ? await selfSigned(data, certifiedNames(host, publicUrl)) : (options.tls ?? null);
    const tokens = await Tokens.open(data).catch(unusable);
    const guarded = options.tokens ?? !(isLoopback(host) && tokens.empty && publicUrl === null);
    const made = guarded && tokens.empty ? await firstTokens(tokens) : [];
    const guard = new Guard(tokens, !guarded);
    const access = new Access(host, publicUrl);
    const app = createApp({ access, guard, logger, tls, trustProxy, refused: (code) => metrics.refused(code) });
    reading.onDeath = (cause) => app.log.fatal(cause, 'the thread that reads journals died: another one takes its place');
    const trust = await TrustFile.open(data, (error) => app.log.error(error, 'trust.json could not be written')).catch(unusable);
    const metrics = new Metrics(app.log);
    const dispatch = new Dispatch(metrics, trust, { believing: options.believing });
    const watch = new Watch(reading, {
      runs: () => runs.all(),
      find: (id) => runs.find(id),
      workers: () => workerEntries(dispatch, metrics.work),
      standings: () => workerStandings(dispatch),
      entry: (run) => runEntry(run, metrics.work, disk),
      work: metrics.work,
    });
    const follower: RunFollower = {
      opened: (run) => dispatch.opened(run),
      begin: (run, measured) => dispatch.begin(run, measured),
      audit: (run, individuals) => dispatch.audit(run, individuals),
      recorded: (run, record) => dispatch.recorded(run, record),
      doubt: (run) => dispatch.doubt(run),
      verdicts: (run) => dispatch.verdicts(run),
      wentBack: (run) => {
        // What the reading thread holds may be of what was gone back from.
        reading.ask('forget', { run: run.id }).catch(() => {});
        watch.wentBack(run);
      },
      closed: (run) => dispatch.closed(run),
      changed: (run) => watch.changed(run.id),
    };
    const runs = new Runs(data, reading, follower, work ? localThreads(work) : 0, app.log);
    if (work) new LocalWorker(work, engine.sha256, dispatch, (id) => runs.find(id));
    const disk = new DiskWatch(reading, () => runs.all(), app.log);
    runs.onListed = (id, run) => {
      watch.changed(id);
      if (!run) dispatch.forget(id);
    };
    dispatch.onCaught = (run) => watch.changed(run);
    let gateway: Gateway;
    await addRoutes(app, { data, version, engine, runs, reading, disk, dispatch, gateway: () => gateway, metrics }, { tls });
    gateway = new Gateway(app.server, {
      access,
      guard,
      dispatch,
      watch,
      metrics,
      engine: engine.sha256,
      version,
      addressOf: (request) => addressOf(request, trustProxy),
    });
    const revocations = setInterval(() => void recheck(guard, gateway, options.tokens === undefined), sessionLimits.revocationMs);
    revocations.unref();

    const close = async (): Promise<void> => {
      clearInterval(revocations);
      watch.close();
      disk.close();
      dispatch.close();
      gateway.close();
      await app.close();
      await runs.close();
      await reading.close();
      await trust.close();
      metrics.close();
    };
    try {
      await runs.load();
      await app.listen({ host, port });
      if (options.firstRun && runs.none) await runs.create(options.firstRun);
    } catch (error) {
      await close();
      const { code, message } = error as NodeJS.ErrnoException;
      throw code === 'EADDRINUSE'
        ? new ServerError(`port ${port} of ${host} is taken, perhaps by another server: choose another port`, 'port-taken')
        : new ServerError(message);
    }
    const bound = (app.server.address() as AddressInfo).port;
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    const url = publicUrl ?? `${tls ? 'https' : 'http'}://${name}:${bound}`;
    const status = (): ServerStatus => {
      const workers = [...dispatch.workers.values()];
      const threads = workers.reduce((sum, { hello }) => sum + hello.threads, 0);
      return { runs: Array.from(runs.all(), describeRun), workers: workers.length, threads, evaluations: metrics.evaluations };
    };
    let closing: Promise<void> | undefined;
    const end = () => (closing ??= close());
    const lost = reading.lost.then(async (cause) => {
      app.log.fatal(cause, 'the thread that reads journals died again, or could not take its place: the server ends');
      await end().catch((error) => app.log.error(error, 'the server could not end as it should'));
      const message = `the server ended, for it could not read its journals any more (${cause.message}); runs go on with the next start`;
      return new ServerError(message, 'lost');
    });
    return { url, port: bound, tokens: made, guarded, status, lost, close: end };
  } catch (error) {
    await reading.close();
    throw error;
  }
}

/** One server a data folder: the lock is the operating system's and ends with the process. */
async function takeFolder(reading: Reading, data: string): Promise<void> {
  try {
    await reading.lock();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'locked')
      throw new ServerError(
        `another server uses the data folder ${data} (${message.split('. ')[0]}): end it first, or choose another folder`,
      );
    throw new ServerError(`the data folder cannot be used: ${message}`);
  }
}

/** A file of the folder is damaged: its error says what to do. */
function unusable({ message }: Error): never {
  throw new ServerError(message);
}

async function firstTokens(tokens: Tokens): Promise<StartedServer['tokens']> {
  const made: StartedServer['tokens'] = [];
  for (const role of ['admin', 'worker', 'viewer'] as const)
    made.push({ role, token: (await tokens.create(role, 'made at the first start')).token });
  return made;
}

/** Connections whose token was revoked meanwhile end; on a server that was open until its first token was made, those without one. */
async function recheck(guard: Guard, gateway: Gateway, mayShut: boolean): Promise<void> {
  const { tokens } = guard;
  if (!(await tokens.refresh().catch(() => false))) return;
  const shuts = guard.open && mayShut && !tokens.empty;
  if (shuts) guard.shut();
  const valid = new Set(tokens.list().map(({ id }) => id));
  gateway.recheck((token) => (token === null ? !shuts : valid.has(token)));
}

async function packageVersion(): Promise<string> {
  // Beside server/ in a checkout, one folder further up in what is published.
  for (const path of ['../package.json', '../../package.json']) {
    const text = await readFile(new URL(path, import.meta.url), 'utf8').catch(() => null);
    if (text) return JSON.parse(text).version;
  }
  return 'unknown';
}

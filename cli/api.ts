// The server's HTTP API as commands use it.
import type { Champion, Score } from '../core/events.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { Address } from '../worker/address.ts';
import { readRefusal } from '../worker/refusal.ts';
import { type ServerFlags, serverAddress } from './server-address.ts';
import { isUntrusted } from './trust.ts';

type Finite<T> = { [K in keyof T]: T[K] extends number ? number | null : T[K] };

/** A run as the server describes it. */
export interface RunInfo {
  id: string;
  name: string;
  state: 'created' | 'running' | 'paused' | 'stopped' | 'done' | 'failed' | 'diverged';
  created: string;
  /** Decimal. */
  seed: string;
  population: number;
  /** Where the run ends. */
  horizon: number;
  /** Recorded so far. */
  generations: number;
  best: number | null;
  champion: (Omit<Champion, 'validation'> & { validation: Finite<Score> }) | null;
  metric: 'accuracy' | 'loss';
  algorithm: string;
  dataset: { name: string; hash: string | null };
  parameters: number | null;
  /** SHA-256 of the engine; null before the run was opened. */
  engine: string | null;
  failure: { message: string } | null;
  end: {
    generations: number;
    reason: 'generations' | 'target' | 'minutes' | 'stopped' | 'diverged';
    digest: string;
    best: number | null;
    champion: RunInfo['champion'];
    validation: Finite<Score> | null;
    test: Finite<Score> | null;
    evaluations: number;
    seconds: number;
    evaluationsPerSecond: number;
  } | null;
  /** Where it went back to before an earlier generation, and why. */
  cuts: { generation: number; records: number; who: string | null; why: string; at: string }[];
  /** From `generation` on it holds results, confirmed by nobody, of someone who was caught since. */
  doubt: { generation: number; who: string; why: string } | null;
  /** Only where one run is asked for: bytes of the disk, now and at its end, and what is free. */
  disk?: { bytes: number; journal: number; snapshots: number; perGeneration: number | null; forecast: number | null; free: number };
  /** Only where one run is asked for. */
  experiment?: Record<string, unknown>;
}

/** The server says no: a mistake of whoever asked. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly refusal: ErrorCode;
  constructor(refusal: ErrorCode, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

/** There is no server, or it failed. */
export class ServerFailure extends Error {
  override name = 'ServerFailure';
}

const OURS: readonly ErrorCode[] = ['internal', 'disk', 'shutdown', 'slow'];

export class Api {
  readonly address: Address;

  constructor(flags: ServerFlags) {
    this.address = serverAddress(flags);
  }

  async #send(method: string, path: string, body?: string): Promise<Response> {
    const { http, token } = this.address;
    const headers: Record<string, string> = {};
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(new URL(path, http), { method, headers, body });
    } catch (error) {
      const { message, cause } = error as Error;
      if (isUntrusted(cause)) {
        throw new ServerFailure(
          `the certificate of ${http} is not known here: name it with --ca FILE (a server with --tls self-signed keeps it as tls/cert.pem in its data folder)`,
        );
      }
      throw new ServerFailure(
        `no server answers at ${http} (${(cause as Error)?.message || message}). Start one with germline serve, or name it with --server`,
      );
    }
    if (response.ok) return response;
    const said = readRefusal(await response.text());
    if (!said) throw new ServerFailure(`what answers at ${http} is no Germline server (HTTP ${response.status})`);
    if (OURS.includes(said.code)) throw new ServerFailure(`the server failed: ${said.message}`);
    const hint = said.code === 'unauthorized' ? ': give one with --token-file, GERMLINE_TOKEN or #token behind the address' : '';
    throw new RequestError(said.code, `${said.message}${hint}`);
  }

  /** Parsed JSON; undefined where the answer has no body. */
  async json<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const response = await this.#send(method, path, body && JSON.stringify(body));
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.#send('GET', path)).arrayBuffer());
  }

  async runs(): Promise<RunInfo[]> {
    return (await this.json<{ runs: RunInfo[] }>('GET', 'api/runs')).runs;
  }

  /** By its id, or the beginning of one that no other shares. */
  async find(text: string): Promise<RunInfo> {
    const runs = await this.runs();
    const found = runs.filter(({ id }) => id === text);
    const alike = found.length ? found : runs.filter(({ id }) => id.startsWith(text));
    if (alike.length === 1) return alike[0];
    if (alike.length > 1)
      throw new RequestError(
        'not-found',
        `${alike.length} runs begin with ${JSON.stringify(text)}: ${alike.map(({ id }) => id).join(', ')}`,
      );
    throw new RequestError('not-found', `there is no run ${JSON.stringify(text)}; germline runs lists them`);
  }
}

// The server's files over HTTP: datasets, snapshots, selections, start genomes. A download that breaks off goes on where it was.
import type { ErrorCode } from '../protocol/errors.ts';
import { Backoff, pause } from './backoff.ts';
import { WorkerError } from './error.ts';
import { readRefusal } from './refusal.ts';

export interface Source {
  /** A dataset's bytes as they came: whoever takes them checks the hash. */
  dataset(hash: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** The newest snapshot of a run; null where it has none, or a newer one took its place meanwhile. */
  snapshot(run: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Selections from a generation on, in order, as far as the server has them. */
  selections(run: string, from: number, signal: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The genome that a run begins at, float32 little-endian. */
  start(run: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export interface SourceOptions {
  /** The server's address; ends in a slash. */
  base: string;
  token: string | null;
  onProgress?: (what: string, received: number, bytes: number | null) => void;
}

/** A stream that cannot go on where it was broke off. */
class Cut extends Error {}

/** Attempts in a row that bring not one byte more. */
const ATTEMPTS = 5;
const RETRY_MS = { first: 200, most: 5_000 };
/** A server that sends nothing for so long has lost us. */
const SILENCE_MS = 30_000;
/** Refusals that asking again does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['not-found', 'unauthorized', 'forbidden', 'origin', 'conflict', 'invalid']);
const LONGEST_SELECTION = 1 << 30;

export function httpSource({ base, token, onProgress }: SourceOptions): Source {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };

  /** Yields a file's bytes; goes on behind what it yielded when the connection breaks, or, where that is not `resumable`, throws Cut. */
  async function* chunks(path: string, what: string, signal: AbortSignal, resumable = true): AsyncGenerator<Uint8Array, void> {
    const backoff = new Backoff(RETRY_MS);
    let at = 0;
    let etag: string | null = null;
    for (let attempts = 0; ; ) {
      try {
        const range: Record<string, string> = at && resumable ? { range: `bytes=${at}-`, ...(etag ? { 'if-range': etag } : {}) } : {};
        const alive = deadline(signal);
        const response: Response = await fetch(new URL(path, base), { headers: { ...headers, ...range }, signal: alive.signal });
        if (!response.ok) throw await refusal(response, what);
        etag = response.headers.get('etag');
        // A server that knows no ranges sends the whole again: what is here already is passed over.
        let skip = response.status === 206 ? 0 : at;
        const from = at - skip;
        const length = response.headers.get('content-length');
        const whole = length === null || response.headers.has('content-encoding') ? null : from + Number(length);
        for await (const received of streamed(response.body)) {
          alive.renew();
          const chunk = received.subarray(skip);
          skip -= received.length - chunk.length;
          if (!chunk.length) continue;
          at += chunk.length;
          attempts = 0;
          onProgress?.(what, at, whole);
          yield chunk;
        }
        alive.end();
        if (whole !== null && at < whole) throw new Error('the connection was cut');
        return;
      } catch (error) {
        if (signal.aborted || error instanceof WorkerError) throw error;
        if (at && !resumable) throw new Cut(reasonOf(error));
        if (++attempts >= ATTEMPTS) throw new WorkerError('internal', `${what}: ${reasonOf(error)}`, { cause: error });
        await pause(backoff.next(), signal);
      }
    }
  }

  async function whole(path: string, what: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks(path, what, signal)) parts.push(chunk);
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  return {
    dataset: (hash, signal) => whole(`api/datasets/${hash}`, 'the dataset', signal),
    start: (run, signal) => whole(`api/runs/${run}/start`, 'the start genome', signal),
    async snapshot(run, signal) {
      const path = `api/runs/${run}/snapshot`;
      try {
        const { generation } = JSON.parse(new TextDecoder().decode(await whole(path, 'the snapshot', signal)));
        return await whole(`${path}/${Number(generation)}`, 'the snapshot', signal);
      } catch (error) {
        // None yet, or a newer one took its place meanwhile: the selections lead there as well.
        if (error instanceof WorkerError && error.code === 'not-found') return null;
        throw error;
      }
    },
    async *selections(run, from, signal) {
      const backoff = new Backoff(RETRY_MS);
      for (let attempt = 1; ; ++attempt) {
        let some = false;
        try {
          for await (const selection of framed(chunks(`api/runs/${run}/selections?from=${from}`, 'the selections', signal, false))) {
            some = true;
            yield selection;
          }
          return;
        } catch (error) {
          // What came whole is good: whoever reads asks again behind it.
          if (some && error instanceof Cut) return;
          if (!(error instanceof Cut)) throw error;
          if (attempt >= ATTEMPTS) throw new WorkerError('internal', `the selections: ${error.message}`);
          await pause(backoff.next(), signal);
        }
      }
    },
  };
}

/** Not every browser's streams can be iterated. */
async function* streamed(body: Response['body']): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value;
  } finally {
    // Whoever stops in the middle wants no more of it.
    await reader?.cancel().catch(() => {});
  }
}

/** Cuts a stream into its parts: u32 little-endian length, then so many bytes. A part that the end cuts off is left out. */
export async function* framed(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let rest = new Uint8Array(0);
  for await (const chunk of stream) {
    const joined = new Uint8Array(rest.length + chunk.length);
    joined.set(rest);
    joined.set(chunk, rest.length);
    rest = joined;
    while (rest.length >= 4) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
      if (length > LONGEST_SELECTION) throw new WorkerError('malformed', `a selection of ${length} bytes cannot be`);
      if (rest.length < 4 + length) break;
      yield rest.slice(4, 4 + length);
      rest = rest.subarray(4 + length);
    }
  }
}

/** Aborts when `signal` does, or when nothing came for a while. */
function deadline(signal: AbortSignal): { signal: AbortSignal; renew(): void; end(): void } {
  const silence = new AbortController();
  const late = () => silence.abort(new Error('the server fell silent'));
  let timer = setTimeout(late, SILENCE_MS);
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    renew() {
      clearTimeout(timer);
      timer = setTimeout(late, SILENCE_MS);
    },
    end: () => clearTimeout(timer),
  };
}

async function refusal(response: Response, what: string): Promise<Error> {
  const said = readRefusal((await response.text()).slice(0, 4096));
  if (said && FINAL.has(said.code)) return new WorkerError(said.code, `${what}: ${said.message}`);
  if (response.status === 404) return new WorkerError('not-found', `${what}: the server has none`);
  // Whatever else it is may be over in a moment.
  return new Error(said?.message ?? `HTTP ${response.status}`);
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? `${message} (${cause.message})` : message;
}

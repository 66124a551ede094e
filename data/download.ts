// One file over HTTP: resumed where it broke off, from whichever mirror has it, and never taken for whole unless its hash says so.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataError } from './error.ts';

/** What a mirror is allowed before the next one is asked. */
export interface Patience {
  /** Failures in a row that bring no byte. */
  failures: number;
  /** Milliseconds before the second try; doubled for each one after. */
  pause: number;
  /** Milliseconds without a byte after which a connection counts as broken. */
  silence: number;
}

export const DEFAULT_PATIENCE: Patience = { failures: 3, pause: 500, silence: 30_000 };

export interface DownloadOptions {
  /** Addresses of the same file, best first. */
  urls: readonly string[];
  /** Where it goes. Until it is whole and checked, it is `path` with `.part` appended; one left by an earlier attempt is continued. */
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
  /** Bytes of the file that are here. */
  onProgress?: (received: number) => void;
  signal?: AbortSignal;
  patience?: Patience;
}

/** Throws DataError, with every mirror's reason, when none gives the file; the signal's reason when aborted. */
export async function download(options: DownloadOptions): Promise<void> {
  const { urls, path, signal } = options;
  const part = `${path}.part`;
  const reasons: string[] = [];
  for (const url of urls) {
    try {
      await fromMirror(url, part, options);
      await rename(part, path);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`  ${url}: ${reasonOf(error)}`);
    }
  }
  throw new DataError(basename(path), `no mirror gave it:\n${reasons.join('\n')}`);
}

/** SHA-256 (hex) of a file. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** A mirror's answer that asking again won't change. */
class Refused extends Error {}

async function fromMirror(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { bytes, sha256, signal, patience = DEFAULT_PATIENCE } = options;
  let failures = 0;
  // Bytes from before this mirror may be the wrong ones: a wrong hash is then given one try from the beginning.
  let inherited = (await sizeOf(part)) > 0;
  for (;;) {
    const before = await sizeOf(part);
    try {
      await transfer(url, part, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof Refused) throw error;
      failures = (await sizeOf(part)) > before ? 0 : failures + 1;
      if (failures >= patience.failures) throw error;
      await delay(patience.pause * 2 ** failures, undefined, { signal });
      continue;
    }
    const found = await hashFile(part);
    if (found === sha256) return;
    await rm(part);
    if (!inherited) throw new Refused(`its ${bytes} bytes have SHA-256 ${found}; expected ${sha256}`);
    inherited = false;
  }
}

/** Appends to `part` what it lacks. Returns when it holds `bytes` bytes; throws when it can't get there. */
async function transfer(
  url: string,
  part: string,
  { bytes, onProgress, signal, patience = DEFAULT_PATIENCE }: DownloadOptions,
): Promise<void> {
  let received = await sizeOf(part);
  if (received > bytes) {
    await rm(part);
    received = 0;
  }
  if (received === bytes) return;

  const silence = new AbortController();
  const expire = () => silence.abort(new Error(`no data for ${patience.silence / 1000} s`));
  let timer = setTimeout(expire, patience.silence);
  try {
    const response = await fetch(url, {
      // Packed files must come as they are: a server that adds or removes a layer of gzip would break resuming and the hash.
      headers: { 'accept-encoding': 'identity', ...(received > 0 && { range: `bytes=${received}-` }) },
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
    try {
      received = acceptedOffset(response, received, bytes);
    } catch (error) {
      await response.body?.cancel();
      if (response.status === 416) await rm(part, { force: true });
      throw error;
    }
    const file = await open(part, received > 0 ? 'a' : 'w');
    try {
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(expire, patience.silence);
        if (received + chunk.length > bytes) throw new Refused(`it sends more than the file's ${bytes} bytes`);
        await file.writeFile(chunk);
        received += chunk.length;
        onProgress?.(received);
      }
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(timer);
  }
  // A broken connection throws above. This is an answer that its server takes for whole: a page of some kind, not the file.
  if (received < bytes) {
    await rm(part);
    throw new Refused(`it ends at byte ${received} of ${bytes}`);
  }
}

/** Where in the file the response's body begins: at `offset`, or at 0 from a server that knows no ranges. */
function acceptedOffset({ status, headers }: Response, offset: number, bytes: number): number {
  const encoding = headers.get('content-encoding');
  if (encoding && encoding !== 'identity') throw new Refused(`it answers with content-encoding ${encoding}, which was not asked for`);
  if (status === 206) {
    const range = headers.get('content-range');
    if (!range?.startsWith(`bytes ${offset}-`)) throw new Refused(`asked for bytes from ${offset} on, it answers ${range}`);
    return offset;
  }
  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && Number(length) !== bytes) throw new Refused(`it offers ${length} bytes; expected ${bytes}`);
    return 0;
  }
  // Too busy, a server's fault, or a range that its file does not have: worth another try.
  if (status === 416 || status === 429 || status >= 500) throw new Error(`HTTP ${status}`);
  throw new Refused(`HTTP ${status}`);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  // fetch says only 'fetch failed'; its cause knows why.
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}

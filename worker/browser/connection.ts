// The Web Worker behind the page at /join: it keeps the connection, and starts the threads that compute. Everything with a timer lives here,
// for a browser slows down the timers of pages that nobody looks at.
import './policy.ts';
import { loadEngine } from '../../core/engine.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { parseAddress } from '../address.ts';
import { Worker } from '../worker.ts';
import { datasetStore } from './dataset-store.ts';
import { tabMemory } from './memory.ts';
import type { JoinOptions, PageMessage, ThreadMessage } from './messages.ts';

/** Milliseconds. */
const STATUS_EVERY_MS = 500;
const ASK_EVERY_MS = 5_000;

const scope = globalThis as unknown as { postMessage(message: ThreadMessage): void; onmessage: (event: MessageEvent<PageMessage>) => void };
let worker: Worker | null = null;
let stopped = false;

scope.onmessage = ({ data }) => {
  if (data.type === 'start') void work(data.options);
  else {
    stopped = true;
    void worker?.leave();
  }
};

async function work({ name, threads, token }: JoinOptions): Promise<void> {
  const address = parseAddress(location.origin);
  let id: string | null = null;
  let refusal: { code: ErrorCode; message: string } | null = null;
  let ending = () => {};
  try {
    const { sha256 } = await loadEngine();
    if (stopped) return;
    const own = new Worker({
      address,
      token,
      name,
      kind: 'browser',
      engine: sha256,
      threads,
      memory: tabMemory(),
      store: datasetStore(),
      on: (event) => {
        id = event.event === 'connected' ? event.id : event.event === 'waiting' || event.event === 'leaving' ? null : id;
        scope.postMessage({ type: 'event', event });
      },
    });
    worker = own;
    holdAwake();
    ending = report(own, () => id && `${address.http}api/workers/${id}`, token);
    await own.work();
  } catch (error) {
    const { code = 'internal', message } = error as Error & { code?: ErrorCode };
    refusal = { code, message };
  } finally {
    ending();
    scope.postMessage({ type: 'ended', refusal });
  }
}

/** Browsers freeze tabs that nobody looks at, but not while they hold a lock. Given up with this Web Worker. */
function holdAwake(): void {
  void navigator.locks?.request('germline-lending', { mode: 'shared' }, () => new Promise(() => {})).catch(() => {});
}

/** Tells the page how it goes, until the returned function is called. `place`: where the server speaks of this worker. */
function report(own: Worker, place: () => string | null, token: string | null): () => void {
  let idle: string | null = null;
  let asked = Number.NEGATIVE_INFINITY;
  let evaluations = -1;
  const ask = async (url: string) => {
    const told = await whyIdle(url, token);
    // Of another connection by now.
    if (place() !== url) return;
    idle = told.reason;
    if (!told.known) own.renew();
  };
  const tell = () => {
    const { status } = own;
    const at = performance.now();
    const url = place();
    // Between two generations it has nothing to do either, but not for long.
    const busy = status.running > 0 || status.evaluations > evaluations;
    evaluations = status.evaluations;
    if (!url || busy) idle = null;
    else if (at - asked > ASK_EVERY_MS) {
      asked = at;
      void ask(url);
    }
    scope.postMessage({ type: 'status', at, status, idle });
  };
  const timer = setInterval(tell, STATUS_EVERY_MS);
  return () => {
    clearInterval(timer);
    tell();
  };
}

/**
 * Why the server gives this worker nothing, in its words; null where it does, or does not say. A server that knows no such worker has
 * closed the connection without this side's noticing, as browsers don't (a laptop that slept).
 */
async function whyIdle(url: string, token: string | null): Promise<{ known: boolean; reason: string | null }> {
  try {
    const response = await fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {}, cache: 'no-store' });
    const { idle } = response.ok ? await response.json() : {};
    return { known: response.status !== 404, reason: typeof idle === 'string' ? idle : null };
  } catch {
    return { known: true, reason: null };
  }
}

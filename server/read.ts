// The reading thread as the connection's thread sees it: questions and promises. One that dies is replaced, but not over and over.
import { Worker } from 'node:worker_threads';
import { ProtocolError } from '../protocol/errors.ts';
import { readLimits } from './limits.ts';
import type { ReadKind, ReadReply, Reads } from './read-messages.ts';
import { sibling } from './sibling.ts';

/** What went wrong in a thread, with the code that it had there. */
export class ThreadError extends Error {
  readonly code: string | null;
  constructor({ name, code, message }: { name: string; code: string | null; message: string }) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Reading {
  readonly #data: string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker;
  #last = 0;
  /** The data folder's lock is the thread's: the next one has to take it again. */
  #locked = false;
  /** When one died last. */
  #died = Number.NEGATIVE_INFINITY;
  /** Why no question is taken any more. */
  #over: ProtocolError | null = null;
  #lose: (cause: Error) => void = () => {};
  /** Resolves, with the reason, where there is no reading thread any more and none will come. */
  readonly lost: Promise<Error>;
  /** Told why a thread died whose place another one takes. */
  onDeath: (cause: Error) => void = () => {};

  constructor(data: string) {
    this.#data = data;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    this.#thread = this.#begin();
  }

  #begin(): Worker {
    const thread = new Worker(sibling('read-thread', import.meta.url), {
      name: 'reading',
      workerData: { data: this.#data },
      execArgv: [],
    });
    let cause = new Error('it ended without a word');
    thread.on('message', (reply: ReadReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(new ThreadError(reply.error));
      else waiting?.resolve(reply.value);
    });
    thread.on('error', (error) => {
      cause = error as Error;
    });
    // By then it has let go of its files and locks.
    thread.on('exit', () => this.#ended(cause));
    return thread;
  }

  /** Takes the data folder's lock: one server at a time. Throws what `lock` does. */
  async lock(): Promise<void> {
    await this.ask('lock', { folder: this.#data });
    this.#locked = true;
  }

  /** Throws ThreadError for what the thread could not do, ProtocolError `internal` where it died, `shutdown` once it was closed. */
  ask<K extends ReadKind>(kind: K, request: Reads[K]['request']): Promise<Reads[K]['reply']> {
    if (this.#over) return Promise.reject(this.#over);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#thread.postMessage({ id, kind, request });
    });
  }

  #ended(cause: Error): void {
    const asked = [...this.#waiting.values()];
    this.#waiting.clear();
    const now = performance.now();
    const again = now - this.#died < readLimits.againMs;
    this.#died = now;
    if (!this.#over && this.#locked && !again) {
      this.onDeath(cause);
      this.#thread = this.#begin();
      this.lock().catch((error: Error) => this.#end(error));
    } else this.#end(cause);
    const died = new ProtocolError('internal', 'the thread that reads journals died over this question or another one: ask again');
    for (const { reject } of asked) reject(this.#over ?? died);
  }

  #end(cause: Error): void {
    if (this.#over) return;
    this.#over = new ProtocolError('internal', 'the thread that reads journals died');
    void this.#thread.terminate();
    this.#lose(cause);
  }

  async close(): Promise<void> {
    const end = this.ask('end', null).catch(() => {});
    this.#over ??= new ProtocolError('shutdown', 'the server is closing: come back later');
    await end;
    await this.#thread.terminate();
  }
}

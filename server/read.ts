// The reading thread as the connection's thread sees it: questions and promises.
import { Worker } from 'node:worker_threads';
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
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #dead: Error | null = null;

  constructor(data: string) {
    this.#thread = new Worker(sibling('read-thread', import.meta.url), { name: 'reading', workerData: { data }, execArgv: [] });
    this.#thread.on('message', (reply: ReadReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(new ThreadError(reply.error));
      else waiting?.resolve(reply.value);
    });
    this.#thread.on('error', (error) => this.#end(error as Error));
    this.#thread.on('exit', () => this.#end(new Error('the server is closing')));
  }

  ask<K extends ReadKind>(kind: K, request: Reads[K]['request']): Promise<Reads[K]['reply']> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#thread.postMessage({ id, kind, request });
    });
  }

  #end(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    await this.ask('end', null).catch(() => {});
    await this.#thread.terminate();
  }
}

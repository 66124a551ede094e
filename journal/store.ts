// A journal folder opened for writing, as the threads that do not write see it: requests to the writer's thread and their promises.
import { Worker } from 'node:worker_threads';
import { JournalError } from './error.ts';
import type { Kind, Reply, Request, Requests } from './messages.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** One folder, any number of runs in it, one process at a time. Journals are made from it by `Journal.create` and `Journal.open`. */
export class Store {
  readonly folder: string;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #closed: Promise<void> | undefined;
  #dead: JournalError | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.#thread = new Worker(new URL(`./writer${EXTENSION}`, import.meta.url), { name: 'journal', execArgv: [] });
    this.#thread.unref();
    this.#thread.on('message', (reply: Reply) => this.#settle(reply));
    this.#thread.on('error', (error) =>
      this.#end(new JournalError('io', `the journal's writer in ${folder} failed: ${error.message}`, { cause: error })),
    );
    this.#thread.on('exit', () => this.#end(new JournalError('closed', `the journal in ${folder} is closed`)));
  }

  /** Takes the folder's lock. Throws JournalError `missing` (unless `create`), `locked`, `read-only`, `newer`, `corrupt`, `disk-full`. */
  static async open(folder: string, { create = false }: { create?: boolean } = {}): Promise<Store> {
    const store = new Store(folder);
    try {
      await store.call('begin', { folder, create });
    } catch (error) {
      await store.#thread.terminate();
      throw error;
    }
    return store;
  }

  /** Asks the writer's thread. Typed arrays in `transfer` change hands instead of being copied. */
  call<K extends Kind>(kind: K, request: Requests[K]['request'], transfer: ArrayBuffer[] = []): Promise<Requests[K]['reply']> {
    if (this.#closed && kind !== 'end') return Promise.reject(new JournalError('closed', `the journal in ${this.folder} is closed`));
    if (this.#dead) return Promise.reject(this.#dead);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#thread.postMessage({ id, kind, request } as Request, transfer);
      // A process that waits for its records stays alive; one that has nothing to wait for may end.
      if (this.#waiting.size === 0) this.#thread.ref();
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#thread.unref();
    if ('error' in reply) waiting?.reject(new JournalError(reply.error.code, reply.error.message));
    else waiting?.resolve(reply.value);
  }

  #end(error: JournalError): void {
    this.#dead ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead);
    this.#waiting.clear();
  }

  /** Names of the runs, oldest first. */
  runs(): Promise<string[]> {
    return this.call('runs', null);
  }

  /** Deletes a run's records and snapshots. */
  async remove(run: string): Promise<void> {
    await this.call('remove', { run });
  }

  /** Writes what waits, then lets the folder go. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      if (this.#dead) return;
      const exited = new Promise((resolve) => this.#thread.once('exit', resolve));
      await this.call('end', null);
      this.#thread.ref();
      await exited;
    })();
    return this.#closed;
  }
}

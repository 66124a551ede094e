// A thread that is started for one answer, and ends with it: what takes too long for the connection's thread and is seldom asked.
// It posts `{ value }`, or `{ error }` with an error's name, code and message.
import { Worker } from 'node:worker_threads';
import { ProtocolError } from '../protocol/errors.ts';
import { ThreadError } from './read.ts';
import { sibling } from './sibling.ts';

/** Several who ask the same at once get one answer, and so many answers are worked out at a time. */
export class Answers<Value> {
  readonly #limits: { threads: number };
  readonly #asked = new Map<string, Promise<Value>>();

  constructor(limits: { threads: number }) {
    this.#limits = limits;
  }

  /** Throws ProtocolError `too-many`. */
  async of(question: string, answer: () => Promise<Value>): Promise<Value> {
    const same = this.#asked.get(question);
    if (same) return same;
    if (this.#asked.size >= this.#limits.threads) throw new ProtocolError('too-many', 'others have asked so much just now: ask again');
    const asked = answer().finally(() => this.#asked.delete(question));
    this.#asked.set(question, asked);
    return asked;
  }
}

export interface OneShot {
  /** A module beside this one, without its extension. */
  module: string;
  /** What the thread is called. */
  name: string;
  workerData: unknown;
  /** Milliseconds after which it is ended, and what whoever asked is told then; default: it has all the time it wants. */
  limit?: { ms: number; late(): Error };
}

/** Throws ThreadError for what the thread could not do, and what `limit` says. */
export function oneShot<Value>({ module, name, workerData, limit }: OneShot): Promise<Value> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(sibling(module, import.meta.url), { name, workerData, execArgv: [] });
    // A server that ends does not wait for it.
    thread.unref();
    const late =
      limit &&
      setTimeout(() => {
        reject(limit.late());
        void thread.terminate();
      }, limit.ms);
    late?.unref();
    thread.on('message', (answer: { value: Value } | { error: { name: string; code: string | null; message: string } }) => {
      if ('error' in answer) reject(new ThreadError(answer.error));
      else resolve(answer.value);
    });
    thread.on('error', reject);
    thread.on('exit', () => {
      clearTimeout(late);
      reject(new Error(`the thread "${name}" ended without a word`));
    });
  });
}

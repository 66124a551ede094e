// A thread that is started for one answer, and ends with it: what takes too long for the connection's thread and is seldom asked.
// It posts `{ value }`, or `{ error }` with an error's name, code and message.
import { Worker } from 'node:worker_threads';
import { ThreadError } from './read.ts';
import { sibling } from './sibling.ts';

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

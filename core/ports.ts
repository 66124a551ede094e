// Threads in Node (worker_threads) and in the browser (Web Workers) behind one face: a question, an answer.

export interface ThreadPort {
  ask(message: unknown): Promise<unknown>;
  /** Ends the thread, whatever it does at the moment. */
  end(): Promise<void>;
}

export const isNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

/** A thread's module: its place, for Node, and how a browser starts it, written out where it is known, for a bundler finds it there alone. */
export interface ThreadModule {
  url: string;
  start(): Worker;
}

/** Starts a module as a thread. One question at a time; an answer rejects when the thread dies. */
export async function startThread(module: ThreadModule): Promise<ThreadPort> {
  let settle: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null = null;
  let dead: Error | null = null;
  const answered = (value: unknown) => {
    settle?.resolve(value);
    settle = null;
  };
  const died = (error: Error) => {
    dead ??= error;
    settle?.reject(error);
    settle = null;
  };
  const ask = (post: (message: unknown) => void) => (message: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      if (dead) return reject(dead);
      settle = { resolve, reject };
      post(message);
    });

  if (isNode) {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(new URL(module.url));
    worker.on('message', answered);
    worker.on('error', died);
    worker.on('exit', () => died(new Error('a compute thread ended')));
    return {
      ask: ask((message) => worker.postMessage(message)),
      async end() {
        await worker.terminate();
      },
    };
  }
  const worker = module.start();
  worker.onmessage = (event) => answered(event.data);
  worker.onerror = (event) => died(new Error(event.message || 'a compute thread failed'));
  return {
    ask: ask((message) => worker.postMessage(message)),
    async end() {
      worker.terminate();
      died(new Error('a compute thread was ended'));
    },
  };
}

/** In a thread: answers each question of whoever started it. */
export function listen(answer: (message: unknown) => unknown): void {
  if (isNode) {
    import('node:worker_threads').then(({ parentPort }) => {
      parentPort?.on('message', (message) => parentPort.postMessage(answer(message)));
    });
    return;
  }
  const scope = globalThis as unknown as { onmessage: (event: MessageEvent) => void; postMessage: (message: unknown) => void };
  scope.onmessage = (event) => scope.postMessage(answer(event.data));
}

// The server's own threads as a worker among the others: leased to as they are, but the state they measure is that of the run's thread, so
// that nothing is sent, built or held twice.
import { availableParallelism, totalmem } from 'node:os';
import { PROTOCOL_VERSION } from '../protocol/limits.ts';
import type { ServerMessage, WorkerHello } from '../protocol/messages.ts';
import { hello } from '../protocol/messages.ts';
import type { Dispatch } from './dispatch.ts';
import type { RunHandle } from './run-handle.ts';
import type { Link, WorkerSession } from './worker-session.ts';

export interface LocalWork {
  /** Default: as many as there are cores. */
  threads?: number;
  name?: string;
}

type Task = Extract<ServerMessage, { type: 'task' }>;

export const localThreads = ({ threads }: LocalWork): number => threads ?? availableParallelism();

export class LocalWorker implements Link {
  readonly id = 'local';
  readonly address = 'this server';
  readonly token = null;
  readonly connected = new Date().toISOString();
  readonly latencyMs = 0;
  readonly bytesIn = 0;
  readonly bytesOut = 0;
  readonly congested = false;
  readonly #find: (run: string) => RunHandle | undefined;
  readonly #session: WorkerSession;

  constructor(work: LocalWork, engine: string, dispatch: Dispatch, find: (run: string) => RunHandle | undefined) {
    this.#find = find;
    const threads = localThreads(work);
    const about = { kind: 'node', engine, threads, memory: totalmem(), isolated: true, evaluators: ['wasm'] };
    const said = hello.parse({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      token: null,
      role: 'worker',
      name: work.name ?? 'local',
      ...about,
    });
    this.#session = dispatch.join(this, said as WorkerHello, true);
  }

  get lastSeen(): string {
    const now = Date.now();
    return new Date(now - (now % 1000)).toISOString();
  }

  send(message: ServerMessage): void {
    if (message.type === 'task') void this.#measure(message);
  }

  async #measure({ run: id, task, generation, first, count }: Task): Promise<void> {
    const run = this.#find(id);
    const digest = run?.measured?.digest;
    try {
      const measured = await run?.measure(generation, first, count);
      // The generation is left, or the run is stopping: its leases end with it. Given back, they would be leased again at once, and again.
      if (!measured || !digest) return;
      const { losses, ms } = measured;
      const bytes = new Uint8Array(losses.buffer);
      this.#session.receive({ type: 'result', task, losses: bytes, digest: Buffer.from(digest, 'hex'), ms });
    } catch (error) {
      this.#session.receive({ type: 'fail', run: id, task, code: 'evaluation', message: (error as Error).message });
    }
  }

  // What is told to everyone is known here already.
  sendFrame(): void {}
  complain(): void {}
  drop(): void {}
}

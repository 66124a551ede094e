// What an experiment would take, worked out in a thread that is there while someone asks.
import { Worker } from 'node:worker_threads';
import type { Experiment, ExperimentProblem } from '../experiments/index.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { estimateLimits } from './limits.ts';
import { sibling } from './sibling.ts';

export interface Estimate {
  /** Weights of an individual. */
  parameters: number;
  /** Bytes on a machine that measures with one thread. */
  memory: number;
  /** Bytes of each further thread. */
  memoryPerThread: number;
  /** Bytes that a worker receives and sends which does a whole generation by itself; about. */
  wirePerGeneration: number;
  /** Losses, of all generations. */
  evaluations: number;
  /** Bytes that a generation adds to the server's disk; about. */
  diskPerGeneration: number;
}

export interface Estimated {
  /** Null where something keeps it from running. */
  estimate: Estimate | null;
  errors: ExperimentProblem[];
}

export interface EstimateQuestion {
  id: number;
  experiment: Experiment;
}

export type EstimateAnswer = { id: number } & Estimated;

interface Waiting {
  resolve(estimated: Estimated): void;
  timer: NodeJS.Timeout;
}

export class Estimates {
  readonly #datasets: string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;
  #last = 0;

  /** `datasets`: where datasets lie by their hash. */
  constructor(datasets: string) {
    this.#datasets = datasets;
  }

  /** Throws ProtocolError `too-many`. */
  of(experiment: Experiment): Promise<Estimated> {
    if (this.#waiting.size >= estimateLimits.waiting) throw new ProtocolError('too-many', 'others have asked so much just now: ask again');
    clearTimeout(this.#idle);
    this.#thread ??= this.#begin();
    const id = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end('this takes longer to work out than anyone would wait'), estimateLimits.ms);
      this.#waiting.set(id, { resolve, timer });
      this.#thread?.postMessage({ id, experiment } satisfies EstimateQuestion);
    });
  }

  #begin(): Worker {
    const workerData = { datasets: this.#datasets };
    const thread = new Worker(sibling('estimate-thread', import.meta.url), { name: 'estimates', workerData, execArgv: [] });
    thread.on('message', ({ id, ...estimated }: EstimateAnswer) => this.#answer(id, estimated));
    thread.on('error', (error) => {
      if (thread === this.#thread) this.#end(`this could not be worked out: ${(error as Error).message}`);
    });
    return thread;
  }

  #answer(id: number, estimated: Estimated): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    waiting.resolve(estimated);
    if (this.#waiting.size) return;
    this.#idle = setTimeout(() => this.#end(''), estimateLimits.idleMs);
    this.#idle.unref();
  }

  #end(message: string): void {
    clearTimeout(this.#idle);
    void this.#thread?.terminate();
    this.#thread = null;
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { estimate: null, errors: [{ path: '', message }] });
    clearTimeout(this.#idle);
  }

  close(): void {
    this.#end('the server is closing');
  }
}

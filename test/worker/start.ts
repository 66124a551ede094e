// Workers within the test's own process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '../../core/engine.ts';
import { datasetFolder } from '../../worker/dataset-folder.ts';
import { parseAddress, Worker, type WorkerEvent, type WorkerOptions } from '../../worker/index.ts';

export interface Started {
  worker: Worker;
  events: WorkerEvent[];
  /** Settles when the worker has ended. */
  ended: Promise<void>;
  /** Where it keeps datasets. */
  folder: string;
}

const started: Started[] = [];

export async function startWorker(url: string, changes: Partial<WorkerOptions> & { folder?: string } = {}): Promise<Started> {
  const folder = changes.folder ?? (await mkdtemp(join(tmpdir(), 'germline-worker-')));
  const events: WorkerEvent[] = [];
  const address = parseAddress(url);
  const worker = new Worker({
    address,
    token: address.token,
    name: 'test',
    kind: 'node',
    engine: (await loadEngine()).sha256,
    threads: 2,
    memory: 1e9,
    store: datasetFolder(folder),
    backoff: { first: 10, most: 50 },
    on: (event) => void events.push(event),
    ...changes,
  });
  const ended = worker.work();
  ended.catch(() => {});
  const made = { worker, events, ended, folder };
  started.push(made);
  return made;
}

/** Ends all workers that were started, whatever they do. */
export async function endWorkers(): Promise<void> {
  for (const { worker, ended, folder } of started.splice(0)) {
    await worker.leave();
    await ended.catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
}

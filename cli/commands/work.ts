// `germline work`: lends this machine's threads to a server.
import { availableParallelism, constants, hostname, setPriority } from 'node:os';
import { loadEngine } from '../../core/engine.ts';
import { onBattery } from '../../worker/battery.ts';
import { datasetFolder } from '../../worker/dataset-folder.ts';
import { Worker, WorkerError, type WorkerEvent } from '../../worker/index.ts';
import { type WorkerDisplay, workerDisplay } from '../display/worker.ts';
import { serverAddress } from '../server-address.ts';
import { sizeOf } from '../size.ts';
import { Stop } from '../stop.ts';
import { MAX_THREADS, wholeNumber } from '../whole-number.ts';

export interface WorkFlags {
  threads?: string;
  memory?: string;
  name?: string;
  tokenFile?: string;
  ca?: string;
  nice?: boolean;
  pauseOnBattery?: boolean;
  json?: boolean;
}

/** Of the memory that is available. */
const DEFAULT_MEMORY = '75%';
/** Milliseconds. */
const BATTERY_EVERY_MS = 10_000;
const STATUS_EVERY_MS = 1_000;

/** Returns the exit code: 0 where one stopped it, 1 where the server will not have it, 2 where the token is missing or wrong. */
export async function work(server: string | undefined, flags: WorkFlags): Promise<number> {
  const address = serverAddress({ server, tokenFile: flags.tokenFile, ca: flags.ca });
  const threads = flags.threads === undefined ? availableParallelism() : wholeNumber(flags.threads, '--threads', 1, MAX_THREADS);
  const memory = sizeOf(flags.memory ?? DEFAULT_MEMORY, '--memory', process.availableMemory());
  // Threads that are started from here on have it too.
  if (flags.nice) setPriority(constants.priority.PRIORITY_LOW);
  const { sha256 } = await loadEngine();
  let view: WorkerDisplay | null = null;
  const worker = new Worker({
    address,
    token: address.token,
    name: flags.name ?? hostname(),
    kind: 'node',
    engine: sha256,
    threads,
    memory,
    store: datasetFolder(),
    on: (event) => view?.on(event),
  });
  view = flags.json ? jsonLines(worker) : workerDisplay(() => worker.status, process.stdout);
  const stop = new Stop();
  stop.signal.addEventListener('abort', () => void worker.leave());
  // The worker of a server that died goes with it.
  if (process.channel) process.once('disconnect', () => void worker.leave());
  const battery = flags.pauseOnBattery ? watchBattery(worker) : null;
  try {
    await worker.work();
    return 0;
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    view.close();
    view = null;
    process.stderr.write(`${explained(error)}\n`);
    return error.code === 'unauthorized' || error.code === 'forbidden' ? 2 : 1;
  } finally {
    clearInterval(battery ?? undefined);
    if (process.connected) process.disconnect();
    stop.close();
    view?.close();
  }
}

function explained({ code, message }: WorkerError): string {
  if (code === 'unauthorized' || code === 'forbidden') {
    return `the server refuses this worker: ${message}. Give a worker's token with --token-file, GERMLINE_TOKEN or the address's #token`;
  }
  return `the server refuses this worker: ${message} (${code})`;
}

function watchBattery(worker: Worker): NodeJS.Timeout {
  const look = async () => {
    if (await onBattery()) await worker.pause('this machine runs on its battery');
    else worker.resume();
  };
  void look();
  return setInterval(look, BATTERY_EVERY_MS);
}

/** Each event as one object a line, and a status every second. */
function jsonLines(worker: Worker): WorkerDisplay {
  const write = (object: object) => void process.stdout.write(`${JSON.stringify(object)}\n`);
  const status = () => write({ event: 'status', ...worker.status });
  const timer = setInterval(status, STATUS_EVERY_MS);
  return {
    on: (event: WorkerEvent) => write(event),
    close() {
      clearInterval(timer);
      status();
    },
  };
}

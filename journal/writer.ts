// The writer's thread: takes requests in order, and gathers the records that wait into one commit.
import { parentPort } from 'node:worker_threads';
import { JournalError, type JournalErrorCode } from './error.ts';
import { Ledger } from './ledger.ts';
import type { Reply, Request } from './messages.ts';

if (!parentPort) throw new Error('journal/writer runs as a thread of journal/store');
const port = parentPort;

let ledger: Ledger | undefined;
/** Set by a failure of the disk: what it holds since is unknown until the journal is opened again. */
let failure: JournalError | undefined;
const queue: Request[] = [];

function answer(id: number, value: unknown): void {
  port.postMessage({ id, value } satisfies Reply);
}

function refuse(id: number, error: unknown): void {
  const { code, message } = error as { code?: JournalErrorCode; message: string };
  const known = error instanceof JournalError ? (code as JournalErrorCode) : 'io';
  if (known === 'io') failure ??= error instanceof JournalError ? error : new JournalError('io', message);
  port.postMessage({ id, error: { code: known, message } } satisfies Reply);
}

function perform({ kind, request }: Request): unknown {
  if (kind === 'begin') {
    ledger = new Ledger(request.folder, request.create);
    return null;
  }
  if (kind === 'end') {
    ledger?.close();
    ledger = undefined;
    return null;
  }
  if (failure) throw failure;
  if (!ledger) throw new JournalError('closed', 'the journal is closed');
  switch (kind) {
    case 'runs':
      return ledger.runs();
    case 'create':
      return ledger.create(request);
    case 'open':
      return ledger.open(request.run);
    case 'append':
      return ledger.append(request.run, request.record) ?? null;
    case 'finish':
      return ledger.finish(request.run, request.done) ?? null;
    case 'chunk':
      return ledger.addChunk(request.run, request.bytes) ?? null;
    case 'snapshot':
      return ledger.endSnapshot(request.run, request.generation, request.digest);
    case 'dropSnapshot':
      return ledger.dropSnapshot(request.run) ?? null;
    case 'cut':
      return ledger.cut(request.run, request.generation, request.reason);
    case 'remove':
      return ledger.remove(request.run) ?? null;
  }
}

const gathers = ({ kind }: Request): boolean => kind === 'append' || kind === 'finish';

/** One commit for all of `requests`; each is answered only once it is on the disk. One that is refused does not take the others with it. */
function commit(requests: Request[]): void {
  const refused = new Map<number, unknown>();
  try {
    if (failure) throw failure;
    if (!ledger) throw new JournalError('closed', 'the journal is closed');
    ledger.transaction(() => {
      for (const request of requests) {
        try {
          perform(request);
        } catch (error) {
          if (!(error instanceof JournalError)) throw error;
          refused.set(request.id, error);
        }
      }
    });
  } catch (error) {
    for (const { id } of requests) refuse(id, refused.get(id) ?? error);
    return;
  }
  for (const { id } of requests) {
    if (refused.has(id)) refuse(id, refused.get(id));
    else answer(id, null);
  }
}

function work(): void {
  while (queue.length > 0) {
    let gathered = 0;
    while (gathered < queue.length && gathers(queue[gathered])) gathered++;
    if (gathered > 0) {
      commit(queue.splice(0, gathered));
      continue;
    }
    const request = queue.shift() as Request;
    try {
      answer(request.id, perform(request));
    } catch (error) {
      refuse(request.id, error);
    }
    if (request.kind === 'end') port.close();
  }
}

port.on('message', (request: Request) => {
  queue.push(request);
  // Whatever has arrived by the end of this turn shares a commit.
  if (queue.length === 1) setImmediate(work);
});

// What the writer's thread is asked and answers, one entry a request.
import type { DoneEvent } from '../core/events.ts';
import type { CutReason } from './cuts.ts';
import type { JournalErrorCode } from './error.ts';
import type { ChunkList, RunHeader } from './header.ts';
import type { NewRun, OpenedRun } from './ledger.ts';
import type { NewRecord } from './record.ts';

export interface Requests {
  /** The first: takes the folder. */
  begin: { request: { folder: string; create: boolean }; reply: null };
  runs: { request: null; reply: string[] };
  create: { request: NewRun; reply: RunHeader };
  open: { request: { run?: string }; reply: OpenedRun };
  append: { request: { run: string; record: NewRecord }; reply: null };
  finish: { request: { run: string; done: DoneEvent }; reply: null };
  chunk: { request: { run: string; bytes: Uint8Array }; reply: null };
  snapshot: { request: { run: string; generation: number; digest: string }; reply: ChunkList };
  dropSnapshot: { request: { run: string }; reply: null };
  cut: { request: { run: string; generation: number; reason: CutReason }; reply: boolean };
  remove: { request: { run: string }; reply: null };
  /** The last. */
  end: { request: null; reply: null };
}

export type Kind = keyof Requests;

export type Request = { [K in Kind]: { id: number; kind: K; request: Requests[K]['request'] } }[Kind];

export type Reply = { id: number; value: unknown } | { id: number; error: { code: JournalErrorCode; message: string } };

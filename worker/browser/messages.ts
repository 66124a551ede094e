// Between a page and the Web Worker that keeps its connection to the server.
import type { ErrorCode } from '../../protocol/errors.ts';
import type { WorkerEvent, WorkerStatus } from '../events.ts';

export interface JoinOptions {
  name: string;
  threads: number;
  token: string | null;
}

export type PageMessage = { type: 'start'; options: JoinOptions } | { type: 'stop' };

export type ThreadMessage =
  | { type: 'event'; event: WorkerEvent }
  /** Twice a second. `at`: milliseconds of a clock of its own; `idle`: why the server gives it nothing, where it says so. */
  | { type: 'status'; at: number; status: WorkerStatus; idle: string | null }
  /** It will not come back. `refusal`: why, unless it was told to stop. */
  | { type: 'ended'; refusal: { code: ErrorCode; message: string } | null };

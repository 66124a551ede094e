// What a worker says of itself while it goes: the terminal, a page and the tests listen to this one stream.
import type { ErrorCode } from '../protocol/errors.ts';

export type WorkerEvent =
  | { event: 'connecting'; url: string }
  | { event: 'connected'; id: string; version: string }
  /** Not connected: tries again after so many milliseconds. */
  | { event: 'waiting'; reason: string; ms: number }
  /** Keeps away from the server until told to go on. */
  | { event: 'paused'; reason: string }
  /** The server told of something that does not end the connection. */
  | { event: 'warning'; code: ErrorCode; message: string }
  /** Building or catching up with a run's state. */
  | { event: 'building'; run: string; experiment: string; generation: number; of: number }
  | { event: 'ready'; run: string; experiment: string; generation: number; digest: string }
  | { event: 'refused'; run: string; code: ErrorCode; message: string }
  | { event: 'forgotten'; run: string }
  | { event: 'leaving' };

/** A worker's counts since it began, and what it does now. */
export interface WorkerStatus {
  connected: boolean;
  /** Runs in memory. */
  runs: { run: string; experiment: string; generation: number; bytes: number; ready: boolean }[];
  /** Tasks in its threads, and in its queue. */
  running: number;
  queued: number;
  /** Results sent. */
  tasks: number;
  /** Individuals in them. */
  evaluations: number;
  /** Milliseconds of threads. */
  ms: number;
  /** Individuals in generations that ended while it followed them: its own share is evaluations / followed. */
  followed: number;
  /** Results that came too late to be sent. */
  late: number;
}

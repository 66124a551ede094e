// A run of a server, watched over the socket: its generations and its state as they come, whatever becomes of the connection.
import { decodeMessage, encodeMessage } from '../protocol/codec.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { PROTOCOL_VERSION } from '../protocol/limits.ts';
import { type ServerMessage, serverMessage, type ViewerMessage } from '../protocol/messages.ts';
import type { Address } from '../worker/address.ts';
import { Backoff, pause } from '../worker/backoff.ts';
import { openSocket, type Socket } from '../worker/socket.ts';
import { RequestError, type RunInfo, ServerFailure } from './api.ts';

export type WatchedGeneration = Extract<ServerMessage, { type: 'generations' }>['generations'][number];

export interface WatchOptions {
  address: Address;
  run: string;
  /** The last generation already known; -1: none. */
  after?: number;
  signal: AbortSignal;
  onRun(run: RunInfo): void;
  onGeneration(generation: WatchedGeneration): void;
  /** The connection is gone, and is tried again. */
  onWaiting?(reason: string): void;
}

const PASSING: readonly ErrorCode[] = ['shutdown', 'slow', 'too-many', 'internal', 'disk'];

/** Watches until `signal` aborts. Throws RequestError where the server refuses, ServerFailure where it was never there. */
export async function watchRun(options: WatchOptions): Promise<void> {
  const backoff = new Backoff({ first: 500, most: 10_000 });
  let after = options.after ?? -1;
  let reached = false;
  while (!options.signal.aborted) {
    const reason = await watchOnce({
      ...options,
      after,
      onRun(run) {
        reached = true;
        backoff.reset();
        options.onRun(run);
      },
      onGeneration(generation) {
        after = generation.generation;
        options.onGeneration(generation);
      },
    });
    if (options.signal.aborted) return;
    if (!reached) throw new ServerFailure(`${options.address.http}: ${reason}`);
    options.onWaiting?.(reason);
    await pause(backoff.next(), options.signal);
  }
}

/** One connection. Resolves with why it ended. */
async function watchOnce({ address, run, after = -1, signal, onRun, onGeneration }: WatchOptions): Promise<string> {
  const ended = Promise.withResolvers<string>();
  const early: (() => void)[] = [];
  let socket: Socket | undefined;
  const held = (act: () => void) => (socket ? act() : void early.push(act));
  const send = (message: ViewerMessage | object) => socket?.send(encodeMessage(message as { type: string }));
  const fail = (error: Error) => {
    ended.reject(error);
    socket?.drop();
  };
  const receive = (message: ServerMessage) => {
    if (message.type === 'welcome') send({ type: 'watch', topic: run, after });
    else if (message.type === 'snapshot' && message.topic === run) onRun(message.value as RunInfo);
    else if (message.type === 'changes' && message.topic === run) {
      const value = message.entries[run];
      if (value === null) fail(new RequestError('not-found', `run ${run} was deleted`));
      else if (value) onRun(value as RunInfo);
    } else if (message.type === 'generations') for (const generation of message.generations) onGeneration(generation);
    else if (message.type === 'error' && !PASSING.includes(message.code)) fail(new RequestError(message.code, message.message));
  };
  const made = await openSocket(address.socket, {
    opened: () => held(() => send({ type: 'hello', protocol: PROTOCOL_VERSION, token: address.token, role: 'viewer' })),
    received: (frame) =>
      held(() => {
        try {
          receive(decodeMessage(serverMessage, frame));
        } catch (error) {
          fail(error as Error);
        }
      }),
    closed: (reason, code) =>
      held(() => {
        if (code && !PASSING.includes(code)) ended.reject(new RequestError(code, reason));
        else ended.resolve(reason);
      }),
  });
  socket = made;
  for (const act of early.splice(0)) act();
  const end = () => made.close();
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

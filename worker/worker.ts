// A worker: keeps a connection to the server, for ever, and lends it this machine's threads.
import { decodeMessage, encodeMessage } from '../protocol/codec.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { NAME_LENGTH, PROTOCOL_VERSION } from '../protocol/limits.ts';
import { type ServerMessage, serverMessage, type WorkerHello } from '../protocol/messages.ts';
import type { Address } from './address.ts';
import { Backoff, type BackoffOptions, pause } from './backoff.ts';
import type { DatasetStore } from './datasets.ts';
import { WorkerError } from './error.ts';
import type { WorkerEvent, WorkerStatus } from './events.ts';
import { Session } from './session.ts';
import { openSocket, type Socket } from './socket.ts';
import { httpSource, type Source } from './source.ts';

export interface WorkerOptions {
  address: Pick<Address, 'http' | 'socket'>;
  token: string | null;
  name: string;
  kind: WorkerHello['kind'];
  /** SHA-256 of the engine that it computes with. */
  engine: string;
  threads: number;
  /** Bytes that runs may take in all. */
  memory: number;
  /** Whether threads share one memory; default: where the platform lets them (a page has to be cross-origin isolated for it). */
  isolated?: boolean;
  store: DatasetStore;
  on?: (event: WorkerEvent) => void;
  /** Default: one second, doubling, to half a minute. */
  backoff?: BackoffOptions;
  /** Default: the server's, over HTTP. */
  source?: Source;
}

/** What no second attempt would mend. */
const FATAL: ReadonlySet<ErrorCode> = new Set([
  'protocol-mismatch',
  'engine-mismatch',
  'unauthorized',
  'forbidden',
  'origin',
  'distrusted',
  'malformed',
]);
const BACKOFF: BackoffOptions = { first: 1_000, most: 30_000 };
/** Milliseconds. */
const WELCOME_MS = 15_000;
const GOODBYE_MS = 2_000;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #session: Session;
  readonly #backoff: Backoff;
  readonly #isolated: boolean;
  readonly #leave = new AbortController();
  #socket: Socket | null = null;
  #attached = false;
  #leaving = false;
  /** Why it keeps away; null: it does not. */
  #paused: string | null = null;
  #changed = new AbortController();

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { threads, memory, store, address, token } = options;
    this.#isolated = options.isolated ?? typeof SharedArrayBuffer !== 'undefined';
    const source = options.source ?? httpSource({ base: address.http, token });
    this.#session = new Session({ threads, shared: this.#isolated, memory, store, source, on: (event) => this.#on(event) });
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
  }

  get status(): WorkerStatus {
    return this.#session.status;
  }

  /** Works until `leave`. Throws WorkerError where the server will never have it. */
  async work(): Promise<void> {
    try {
      while (!this.#leaving) {
        if (this.#paused !== null) {
          this.#on({ event: 'paused', reason: this.#paused });
          await pause(2 ** 31 - 1, this.#wake());
          continue;
        }
        const reason = await this.#connect();
        if (this.#leaving || this.#paused !== null) continue;
        const ms = this.#backoff.next();
        this.#on({ event: 'waiting', reason, ms });
        await pause(ms, this.#wake());
      }
    } finally {
      await this.#session.close();
    }
  }

  /** Gives its tasks back, says goodbye and ends `work`. */
  async leave(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#on({ event: 'leaving' });
    await this.#part();
    this.#leave.abort();
  }

  /** Leaves the server but keeps its states, until `resume`. */
  async pause(reason: string): Promise<void> {
    if (this.#paused !== null) return;
    this.#paused = reason;
    await this.#part();
    this.#changed.abort();
  }

  resume(): void {
    if (this.#paused === null) return;
    this.#paused = null;
    this.#changed.abort();
  }

  /** Drops a connection that is dead without having noticed; another follows. */
  renew(): void {
    this.#socket?.drop();
  }

  #on(event: WorkerEvent): void {
    this.#options.on?.(event);
  }

  /** Aborts when something happened that a wait should not outlast. */
  #wake(): AbortSignal {
    if (this.#changed.signal.aborted) this.#changed = new AbortController();
    return AbortSignal.any([this.#leave.signal, this.#changed.signal]);
  }

  async #part(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    if (this.#attached) await this.#session.leave();
    const gone = new Promise<void>((resolve) => {
      this.#parted = resolve;
    });
    socket.close();
    await Promise.race([gone, pause(GOODBYE_MS)]);
    socket.drop();
  }

  #parted: () => void = () => {};

  /** One connection, from its opening to its end. Returns why it ended; throws what is fatal. */
  async #connect(): Promise<string> {
    const { address } = this.#options;
    this.#on({ event: 'connecting', url: address.http });
    const ended = Promise.withResolvers<string>();
    let said: { code: ErrorCode; message: string } | null = null;
    const fail = (code: ErrorCode, message: string) => {
      said ??= { code, message };
      this.#socket?.drop();
    };
    const welcomed = setTimeout(() => this.#socket?.drop(), WELCOME_MS);
    const closed = (reason: string, code: ErrorCode | null) => {
      if (code) said ??= { code, message: reason };
      clearTimeout(welcomed);
      this.#socket = null;
      this.#attached = false;
      this.#session.detach();
      this.#parted();
      ended.resolve(reason);
    };
    const opened = () => this.#socket?.send(encodeMessage(this.#hello()));
    const received = (frame: Uint8Array) => {
      try {
        const message = decodeMessage(serverMessage, frame);
        if (message.type === 'error' && message.fatal) fail(message.code, message.message);
        else this.#receive(message, () => clearTimeout(welcomed));
      } catch (error) {
        if (error instanceof WorkerError) fail(error.code, error.message);
        else fail('protocol-mismatch', `the server sent what this worker does not understand (${(error as Error).message})`);
      }
    };
    let socket: Socket | undefined;
    const early: (() => void)[] = [];
    // A socket may open before the caller holds it.
    const held = (act: () => void) => (socket ? act() : void early.push(act));
    try {
      socket = await openSocket(address.socket, {
        opened: () => held(opened),
        received: (frame) => held(() => received(frame)),
        closed: (reason, code) => held(() => closed(reason, code)),
      });
      this.#socket = socket;
      for (const act of early.splice(0)) act();
    } catch (error) {
      closed((error as Error).message, null);
    }
    if (this.#leaving) socket?.drop();
    const reason = await ended.promise;
    const { code, message } = (said ?? {}) as { code?: ErrorCode; message?: string };
    if (code && FATAL.has(code)) throw new WorkerError(code, `${message}`);
    return message ?? reason;
  }

  #hello(): WorkerHello {
    const { token, name, kind, engine, threads, memory } = this.#options;
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      token,
      role: 'worker',
      name: name.slice(0, NAME_LENGTH) || 'worker',
      kind,
      engine,
      threads,
      memory,
      isolated: this.#isolated,
      evaluators: ['wasm'],
    };
  }

  #receive(message: ServerMessage, welcomed: () => void): void {
    switch (message.type) {
      case 'welcome': {
        const { engine } = this.#options;
        if (message.protocol !== PROTOCOL_VERSION || message.engine !== engine) {
          const code = message.protocol !== PROTOCOL_VERSION ? 'protocol-mismatch' : 'engine-mismatch';
          throw new WorkerError(code, `the server runs Germline ${message.version} with another engine: update to ${message.version}`);
        }
        welcomed();
        this.#backoff.reset();
        this.#session.stay();
        this.#session.attach((answer) => this.#socket?.send(encodeMessage(answer)));
        this.#attached = true;
        this.#on({ event: 'connected', id: message.id, version: message.version });
        break;
      }
      case 'error':
        this.#on({ event: 'warning', code: message.code, message: message.message });
        break;
      case 'run':
      case 'task':
      case 'cancel':
      case 'commit':
      case 'forget':
        // Nothing is for us before the server has said that it has us.
        if (this.#attached) this.#session.receive(message);
    }
  }
}

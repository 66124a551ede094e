// One WebSocket connection, whoever is at its other end: frames in and out, each bounded; hello first; then its role's session.
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { decodeMessage, encodeMessage } from '../protocol/codec.ts';
import { type ErrorCode, ProtocolError } from '../protocol/errors.ts';
import { MESSAGE_BYTES, TEXT_LENGTH } from '../protocol/limits.ts';
import { type Hello, hello, type ServerMessage, viewerMessage, workerMessage } from '../protocol/messages.ts';
import { Bucket } from './bucket.ts';
import { type ConnectionLimits, connectionLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';

/** What a connection becomes once it said hello. */
export interface Session {
  receive(message: unknown): void;
  /** The connection is gone. */
  closed(): void;
  /** What waited in the connection has gone out. */
  drained?(): void;
}

/** Decides who a connection is. Throws ProtocolError. */
export type Greet = (connection: Connection, hello: Hello) => Session;

const anyMessage = z.looseObject({ type: z.string() });
const SCHEMAS = { worker: workerMessage, viewer: viewerMessage, admin: viewerMessage } as const;

/** WebSocket close codes: 1008 says that the other side broke a rule, 1001 that this side goes away. */
const POLICY = 1008;
const GOING_AWAY = 1001;

export class Connection {
  readonly id: string;
  readonly address: string;
  /** The id of the token that it came with. */
  token: string | null = null;
  role: Hello['role'] | null = null;
  /** Milliseconds of the latest ping's round trip. */
  latencyMs: number | null = null;
  readonly connected = new Date().toISOString();
  #heard = Date.now();
  bytesIn = 0;
  bytesOut = 0;
  readonly #socket: WebSocket;
  readonly #greet: Greet;
  readonly #limits: ConnectionLimits;
  readonly #metrics: Metrics;
  #session: Session | null = null;
  #schema: z.ZodType = hello;
  #bucket: Bucket | null = null;
  #helloTimer: NodeJS.Timeout | undefined;
  #missed = 0;
  #closing = false;
  #congested = false;

  constructor(id: string, socket: WebSocket, address: string, greet: Greet, metrics: Metrics, limits: ConnectionLimits = connectionLimits) {
    this.id = id;
    this.address = address;
    this.#socket = socket;
    this.#greet = greet;
    this.#limits = limits;
    this.#metrics = metrics;
    this.#helloTimer = setTimeout(() => this.drop('hello-timeout', `no hello came within ${limits.helloMs} ms`), limits.helloMs);
    socket.on('message', (data, binary) => this.#receive(data as Buffer, binary));
    socket.on('pong', (payload) => this.#pong(payload));
    socket.on('close', () => this.#closed());
    // A frame that breaks WebSocket's own rules (or is too long): ws closes with the code that says so.
    socket.on('error', () => {
      this.#closing = true;
      this.#closed();
      this.#cut();
    });
  }

  /** When the other side was heard last: ISO 8601, to the second. */
  get lastSeen(): string {
    return new Date(this.#heard - (this.#heard % 1000)).toISOString();
  }

  /** Whether so much waits for the other side that it should get nothing that can wait. */
  get congested(): boolean {
    return this.#socket.bufferedAmount > this.#limits.bufferedHigh;
  }

  get open(): boolean {
    return !this.#closing && this.#socket.readyState === this.#socket.OPEN;
  }

  send(message: ServerMessage): void {
    this.sendFrame(encodeMessage(message));
  }

  /** Sends an encoded message: one that goes to many is encoded once. */
  sendFrame(frame: Uint8Array): void {
    if (!this.open) return;
    this.bytesOut += frame.length;
    this.#metrics.bytesOut += frame.length;
    this.#socket.send(frame, { binary: true }, () => this.#sent());
    if (this.#socket.bufferedAmount > this.#limits.bufferedMost) this.drop('slow', 'too much waits to be sent to you', true);
    else if (this.congested) this.#congested = true;
  }

  #sent(): void {
    if (!this.#congested || this.congested) return;
    this.#congested = false;
    this.#session?.drained?.();
  }

  /** Tells the other side what it did wrong, and goes on. */
  complain(code: ErrorCode, message: string): void {
    this.#metrics.refused(code);
    this.send({ type: 'error', code, message: message.slice(0, TEXT_LENGTH), fatal: false });
  }

  /** Tells the other side what it did wrong, and closes. `at once`: whatever waits is lost. */
  drop(code: ErrorCode, message: string, atOnce = false): void {
    if (this.#closing) return;
    this.#metrics.refused(code);
    if (!atOnce) this.send({ type: 'error', code, message: message.slice(0, TEXT_LENGTH), fatal: true });
    this.#closing = true;
    if (atOnce) this.#socket.terminate();
    this.#closed();
    if (atOnce) return;
    this.#socket.close(code === 'shutdown' ? GOING_AWAY : POLICY, code);
    this.#cut();
  }

  /** A side that does not close is cut. */
  #cut(): void {
    const timer = setTimeout(() => this.#socket.terminate(), this.#limits.closeMs);
    timer.unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }

  /** Pings, and ends a connection that has been silent too long. */
  beat(): void {
    if (!this.open) return;
    if (this.#missed >= this.#limits.missedPings) {
      this.drop('slow', 'no ping was answered', true);
      return;
    }
    this.#missed += 1;
    const payload = Buffer.alloc(8);
    payload.writeDoubleLE(performance.now());
    this.#socket.ping(payload);
  }

  #pong(payload: Buffer): void {
    this.#missed = 0;
    this.#heard = Date.now();
    const ms = payload.length === 8 ? performance.now() - payload.readDoubleLE() : Number.NaN;
    // Another side may answer with any bytes.
    if (ms >= 0 && ms < this.#limits.pingMs * this.#limits.missedPings) this.latencyMs = ms;
  }

  #receive(data: Buffer, binary: boolean): void {
    if (this.#closing) return;
    this.#heard = Date.now();
    this.bytesIn += data.length;
    this.#metrics.bytesIn += data.length;
    try {
      if (!binary) throw new ProtocolError('malformed', 'messages are binary frames of MessagePack');
      if (this.#bucket && !this.#bucket.take()) throw new ProtocolError('too-many', 'too many messages in too short a time');
      // A plain view: what a Buffer adds would make every byte array of a message a Buffer too.
      const message = this.#decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      if (this.#session) this.#session.receive(message);
      else this.#become(message as Hello);
    } catch (error) {
      const known = error instanceof ProtocolError;
      if (!known) this.#metrics.log.error(error, 'a message failed');
      this.drop(known ? error.code : 'internal', known ? error.message : 'the server failed over this message');
    }
  }

  #decode(frame: Uint8Array): unknown {
    if (this.#session) return decodeMessage(this.#schema, frame);
    const { type } = decodeMessage(anyMessage, frame);
    if (type !== 'hello') throw new ProtocolError('hello-expected', `the first message is hello, not ${JSON.stringify(type.slice(0, 40))}`);
    return decodeMessage(hello, frame);
  }

  #become(message: Hello): void {
    this.role = message.role;
    this.#session = this.#greet(this, message);
    clearTimeout(this.#helloTimer);
    this.#schema = SCHEMAS[message.role];
    const { workerBurst, workerPerSecond, viewerBurst, viewerPerSecond } = this.#limits;
    this.#bucket = message.role === 'worker' ? new Bucket(workerBurst, workerPerSecond) : new Bucket(viewerBurst, viewerPerSecond);
    allow(this.#socket, MESSAGE_BYTES[message.role]);
  }

  #closed(): void {
    this.#closing = true;
    clearTimeout(this.#helloTimer);
    const session = this.#session;
    this.#session = null;
    session?.closed();
  }
}

/** ws bounds frames per server only; the bound of one connection is a field of its receiver (a test holds this to be so). */
function allow(socket: WebSocket, bytes: number): void {
  const receiver = (socket as unknown as { _receiver?: { _maxPayload: number } })._receiver;
  if (receiver) receiver._maxPayload = bytes;
}

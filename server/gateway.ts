// The one WebSocket endpoint: who may connect, how many, and what becomes of a connection once it said hello.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ProtocolError } from '../protocol/errors.ts';
import { MESSAGE_BYTES, PROTOCOL_VERSION, SOCKET_PATH, SUBPROTOCOL } from '../protocol/limits.ts';
import type { Hello } from '../protocol/messages.ts';
import { type Access, isLoopback, networkOf } from './access.ts';
import { Bucket } from './bucket.ts';
import { Connection, type Session } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import { refuse } from './failure.ts';
import { connectionLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Guard } from './tokens.ts';
import type { Watch } from './watch.ts';

export interface GatewayOptions {
  access: Access;
  guard: Guard;
  dispatch: Dispatch;
  watch: Watch;
  metrics: Metrics;
  /** SHA-256 (hex) of the engine that workers must have. */
  engine: string;
  /** Of this program. */
  version: string;
  /** The address that a request comes from, proxies considered. */
  addressOf: (request: IncomingMessage) => string;
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #connections = new Set<Connection>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES.hello,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #beat: NodeJS.Timeout;
  #last = 0;

  constructor(server: Server, options: GatewayOptions) {
    this.#options = options;
    this.#sockets.on('wsClientError', ({ message }, socket) => {
      options.metrics.refused('malformed');
      refuse(socket, new ProtocolError('malformed', message));
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#beat = setInterval(() => this.#tick(), connectionLimits.pingMs);
    this.#beat.unref();
  }

  get viewers(): number {
    let viewers = 0;
    for (const { role } of this.#connections) if (role === 'viewer' || role === 'admin') viewers += 1;
    return viewers;
  }

  #tick(): void {
    for (const connection of this.#connections) connection.beat();
    const now = performance.now();
    for (const [network, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(network);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      const address = this.#admit(request);
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const id = `c${++this.#last}`;
        const connection = new Connection(id, webSocket, address, (c, hello) => this.#greet(c, hello), this.#options.metrics);
        this.#connections.add(connection);
        webSocket.once('close', () => this.#connections.delete(connection));
      });
    } catch (error) {
      const refusal = error instanceof ProtocolError ? error : new ProtocolError('internal', 'the server failed over this request');
      this.#options.metrics.refused(refusal.code);
      refuse(socket, refusal);
    }
  }

  /** The address that the request comes from. Throws ProtocolError. */
  #admit(request: IncomingMessage): string {
    const { access, addressOf } = this.#options;
    const foreign = access.refusal(request.headers);
    if (foreign !== null) throw new ProtocolError('origin', foreign);
    if (URL.parse(request.url ?? '/', 'http://localhost')?.pathname !== `/${SOCKET_PATH}`) {
      throw new ProtocolError('not-found', `WebSockets are at /${SOCKET_PATH}`);
    }
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) throw new ProtocolError('protocol-mismatch', `the subprotocol here is ${SUBPROTOCOL}: update`);
    const address = addressOf(request);
    this.#count(address);
    return address;
  }

  #count(address: string): void {
    const { most, perAddress, unknown, burst, perSecond } = connectionLimits;
    const those = [...this.#connections];
    const silent = those.filter(({ role }) => role === null).length;
    if (this.#connections.size >= most) throw new ProtocolError('too-many', `there are ${most} connections already`);
    if (silent >= unknown) throw new ProtocolError('too-many', `${unknown} connections have not said hello yet`);
    // Programs of this machine are its owner's.
    if (isLoopback(address)) return;
    const network = networkOf(address);
    const same = those.filter((connection) => networkOf(connection.address) === network).length;
    if (same >= perAddress) throw new ProtocolError('too-many', `there are ${perAddress} connections from ${address} already`);
    const bucket = this.#buckets.get(network) ?? new Bucket(burst, perSecond);
    this.#buckets.set(network, bucket);
    if (!bucket.take()) throw new ProtocolError('too-many', `too many new connections from ${address}: wait a moment`);
  }

  #greet(connection: Connection, hello: Hello): Session {
    const { guard, dispatch, watch, engine, version } = this.#options;
    if (hello.protocol !== PROTOCOL_VERSION) {
      throw new ProtocolError(
        'protocol-mismatch',
        `this server speaks protocol ${PROTOCOL_VERSION} (germline ${version}), not ${hello.protocol}: update`,
      );
    }
    connection.token = guard.check(hello.token, [hello.role]);
    this.#countToken(connection.token);
    if (hello.role === 'worker' && hello.engine !== engine) {
      throw new ProtocolError(
        'engine-mismatch',
        `this server's engine is ${engine} (germline ${version}), not ${hello.engine}: update to ${version}`,
      );
    }
    const welcome = () => connection.send({ type: 'welcome', id: connection.id, protocol: PROTOCOL_VERSION, version, engine });
    if (hello.role !== 'worker') {
      welcome();
      return watch.join(connection);
    }
    const worker = dispatch.join(connection, hello);
    welcome();
    dispatch.welcomed(worker);
    return worker;
  }

  #countToken(token: string | null): void {
    if (token === null) return;
    let same = 0;
    for (const connection of this.#connections) if (connection.token === token) same += 1;
    if (same > connectionLimits.perToken)
      throw new ProtocolError('too-many', `there are ${connectionLimits.perToken} connections with this token already`);
  }

  /** Ends connections whose token is no longer good. */
  recheck(valid: (token: string | null) => boolean): void {
    for (const connection of this.#connections) {
      const { token } = connection;
      if (!valid(token)) connection.drop('unauthorized', token === null ? 'a token is needed from now on' : 'this token was revoked');
    }
  }

  close(): void {
    clearInterval(this.#beat);
    for (const connection of this.#connections) connection.drop('shutdown', 'the server is closing: come back later');
    this.#sockets.close();
  }
}

// A WebSocket of Node (ws, which can tell a silent connection from a dead one) or of the browser, behind one small face. Binary only.
import type { ErrorCode } from '../protocol/errors.ts';
import { MESSAGE_BYTES, SUBPROTOCOL } from '../protocol/limits.ts';
import { readRefusal } from './refusal.ts';

export interface SocketEvents {
  opened(): void;
  received(frame: Uint8Array): void;
  /** Once, whether it ever opened or not. `reason`: for people; `code`: where the server refused the connection with one. */
  closed(reason: string, code: ErrorCode | null): void;
}

export interface Socket {
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** Says goodbye; `closed` follows. */
  close(): void;
  /** Drops the connection without a word. */
  drop(): void;
  /** Bytes that wait to be sent. */
  readonly waiting: number;
}

/** Milliseconds. */
const HANDSHAKE_MS = 10_000;
const PING_EVERY_MS = 10_000;
/** What a browser says of a connection that ended without a word, or never was. */
const LOST = 1006;

const isNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

export function openSocket(url: string, events: SocketEvents): Promise<Socket> {
  return isNode ? openInNode(url, events) : Promise.resolve(openInBrowser(url, events));
}

async function openInNode(url: string, events: SocketEvents): Promise<Socket> {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(url, SUBPROTOCOL, {
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES.server + 4096,
    handshakeTimeout: HANDSHAKE_MS,
  });
  let reason = '';
  let code: ErrorCode | null = null;
  let heard = true;
  // A connection that was cut without a word (a laptop that slept, a cable) never closes by itself.
  const heartbeat = setInterval(() => {
    if (!heard) {
      reason = 'the server does not answer';
      socket.terminate();
      return;
    }
    heard = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING_EVERY_MS);
  const hear = () => {
    heard = true;
  };
  socket.on('open', () => {
    hear();
    events.opened();
  });
  socket.on('pong', hear);
  socket.on('ping', hear);
  socket.on('message', (data, binary) => {
    hear();
    const frame = data as Buffer<ArrayBuffer>;
    if (binary) events.received(new Uint8Array(frame.buffer, frame.byteOffset, frame.length));
  });
  socket.on('unexpected-response', async (_request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response.on('error', () => {})) if (chunks.push(chunk) > 16) break;
    const said = readRefusal(Buffer.concat(chunks).toString());
    reason = said?.message ?? `what answers there is no Germline server (HTTP ${response.statusCode})`;
    code = said?.code ?? null;
    socket.terminate();
  });
  socket.on('error', (error) => {
    reason ||= error.message || (error as NodeJS.ErrnoException).code || 'the connection failed';
  });
  socket.on('close', (number, why) => {
    clearInterval(heartbeat);
    events.closed(reason || why.toString() || `the connection was closed (${number})`, code);
  });
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => socket.close(1000),
    drop: () => socket.terminate(),
    get waiting() {
      return socket.bufferedAmount;
    },
  };
}

function openInBrowser(url: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) events.received(new Uint8Array(data));
  };
  socket.onclose = ({ code, reason }) =>
    events.closed(reason || (code === LOST ? 'the server cannot be reached' : `the connection was closed (${code})`), null);
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => socket.close(1000),
    drop: () => socket.close(),
    get waiting() {
      return socket.bufferedAmount;
    },
  };
}

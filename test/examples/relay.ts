// Between a worker and its server: passes everything on, and changes messages as it is told.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket, WebSocketServer } from 'ws';
import { SUBPROTOCOL } from '../../protocol/limits.ts';
import type { Hello, ServerMessage, WorkerMessage } from '../../protocol/messages.ts';
import { ask, atEnd } from '../server/fixtures/server.ts';

export interface Changes {
  toServer?: (message: Hello | WorkerMessage) => void;
  toWorker?: (message: ServerMessage) => void;
}

/** Resolves with the address that stands for the server's. */
export async function relay(url: string, { toServer, toWorker }: Changes): Promise<string> {
  const http = createServer(async (request, response) => {
    const { status, body, headers } = await ask(url, request.url as string);
    const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
    response.writeHead(status, { 'content-type': headers.get('content-type') as string }).end(bytes);
  });
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on('connection', (worker) => {
    const server = new WebSocket(`${url.replace(/^http/, 'ws')}/socket`, SUBPROTOCOL);
    const early: Buffer[] = [];
    const up = (frame: Buffer) => {
      const message = decode(frame) as Hello | WorkerMessage;
      toServer?.(message);
      server.send(encode(message));
    };
    worker.on('message', (frame: Buffer) => (server.readyState === WebSocket.OPEN ? up(frame) : early.push(frame)));
    server.on('open', () => early.splice(0).forEach(up));
    server.on('message', (frame: Buffer) => {
      const message = decode(frame) as ServerMessage;
      toWorker?.(message);
      worker.send(encode(message));
    });
    worker.on('close', () => server.close());
    server.on('close', () => worker.close());
    server.on('error', () => worker.close());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

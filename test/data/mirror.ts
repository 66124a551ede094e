import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Mirror {
  /** Ends in a slash. */
  url: string;
  /** The Range header of each request so far, '' where there was none. */
  ranges: string[];
  /** Breaks the connections that `sendPart` left open. */
  cut: () => void;
}

const halfSent = new Set<ServerResponse>();

/** An HTTP server on this machine that goes with the test. `answer` gets the number of the request, from 0. */
export async function mirror(answer: (response: ServerResponse, request: IncomingMessage, number: number) => void): Promise<Mirror> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? '');
    answer(response, request, ranges.length - 1);
  });
  const cut = () => {
    for (const response of halfSent) response.destroy();
    halfSent.clear();
  };
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ranges, cut };
}

/** Answers as a file server does, ranges included. */
export function serve(response: ServerResponse, request: IncomingMessage, content: Uint8Array): void {
  const offset = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (offset >= content.length) {
    response.writeHead(416).end();
    return;
  }
  const headers: Record<string, string | number> = { 'content-length': content.length - offset };
  if (request.headers.range) headers['content-range'] = `bytes ${offset}-${content.length - 1}/${content.length}`;
  response.writeHead(request.headers.range ? 206 : 200, headers).end(content.subarray(offset));
}

/**
 * Promises the whole file from the start and sends `bytes` of it. The connection stays open until `cut`: only the client knows when it has
 * taken what came, and a connection that breaks before loses it.
 */
export function sendPart(response: ServerResponse, content: Uint8Array, bytes: number): void {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, bytes));
  halfSent.add(response);
}

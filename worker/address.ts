// Where the server is: from what a person pastes to the addresses of its socket, its files and its token.
import { SOCKET_PATH } from '../protocol/limits.ts';

export interface Address {
  /** Ends in a slash. */
  http: string;
  socket: string;
  /** From the fragment, which no server or proxy ever sees in a request. */
  token: string | null;
}

const SCHEMES: Record<string, [http: string, socket: string]> = {
  'http:': ['http:', 'ws:'],
  'ws:': ['http:', 'ws:'],
  'https:': ['https:', 'wss:'],
  'wss:': ['https:', 'wss:'],
};

/** `host:4376`, `http(s)://...`, `ws(s)://...`, with `#token` where there is one. Throws TypeError. */
export function parseAddress(text: string): Address {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  const schemes = url && SCHEMES[url.protocol];
  if (!schemes || url.username || url.password || url.search) {
    throw new TypeError(`${JSON.stringify(text)} is no server's address; it looks like http://host:4376 or https://host/#token`);
  }
  // A page of the dashboard may be pasted as well as the server's own address.
  const path = url.pathname.replace(/(\/join)?\/*$/, '/');
  const fragment = decodeURIComponent(url.hash.slice(1)).replace(/^token=/, '');
  const at = (scheme: string) => `${scheme}//${url.host}${path}`;
  return { http: at(schemes[0]), socket: `${at(schemes[1])}${SOCKET_PATH}`, token: fragment || null };
}

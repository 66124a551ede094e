// Which Hosts and Origins the server answers: neither a foreign page nor a name that was rebound to this machine can drive it.
import { isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);

/** Whom an address is counted as: an IPv6 one is one of 2^64 that its holder may take, and those of one /64 are the same. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0];
  if (!isIPv6(plain)) return plain;
  const [head, tail] = plain
    .toLowerCase()
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const groups = tail ? [...head, ...Array(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail] : head;
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

const isAnywhere = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === '[::]';

/** Names as URLs have them: IPv6 addresses in brackets. */
const bracketed = (address: string): string => (address.includes(':') && !address.startsWith('[') ? `[${address}]` : address);

/** The names and addresses that a server bound to `host` answers to, as URLs have them. */
function namesOf(host: string, publicUrl: string | null): string[] {
  const names = [...LOOPBACK];
  if (isAnywhere(host)) {
    names.push(hostname());
    for (const list of Object.values(networkInterfaces())) for (const { address } of list ?? []) names.push(bracketed(address));
  } else names.push(bracketed(host));
  if (publicUrl !== null) names.push(new URL(publicUrl).hostname);
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

/** The same as a certificate has them: IPv6 addresses bare. */
export const certifiedNames = (host: string, publicUrl: string | null): string[] =>
  namesOf(host, publicUrl).map((name) => name.replace(/^\[|\]$/g, '').replace(/%.*$/, ''));

export class Access {
  readonly #names: ReadonlySet<string>;
  readonly #publicOrigin: string | null;

  /** `host`: the address that is bound. Bound to all of them, every address of this machine and its name are good. */
  constructor(host: string, publicUrl: string | null) {
    this.#names = new Set(namesOf(host, publicUrl));
    this.#publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  }

  /** Null, or what is wrong with the request's Host or Origin. */
  refusal(headers: { host?: string; origin?: string }): string | null {
    const { host, origin } = headers;
    const name = hostOf(host);
    if (name === null || !this.#names.has(name)) {
      return `this server does not answer for the host ${JSON.stringify(host ?? '')}: use its own address, or start it with --public-url`;
    }
    if (origin === undefined) return null;
    if (this.#publicOrigin !== null && origin === this.#publicOrigin) return null;
    // The page came from the address that it now asks.
    if (origin === `http://${host}` || origin === `https://${host}`) return null;
    return `pages of ${JSON.stringify(origin)} may not use this server`;
  }
}

function hostOf(header: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(header ?? '');
  return match ? match[1].toLowerCase() : null;
}

// Where the server is, and the token for it: from the command line, a file, or the environment.
import { readFileSync } from 'node:fs';
import { DEFAULT_PORT } from '../protocol/limits.ts';
import { type Address, parseAddress } from '../worker/address.ts';
import { UsageError } from './mistake.ts';
import { trust } from './trust.ts';

export interface ServerFlags {
  server?: string;
  tokenFile?: string;
  /** File of a certificate to believe. */
  ca?: string;
}

export const DEFAULT_SERVER = `http://127.0.0.1:${DEFAULT_PORT}/`;

/** A token file first, then the address's fragment, then GERMLINE_TOKEN. Throws UsageError. */
export function serverAddress({ server, tokenFile, ca }: ServerFlags, env: NodeJS.ProcessEnv = process.env): Address {
  if (ca !== undefined) trust(ca);
  let address: Address;
  try {
    address = parseAddress(server ?? env.GERMLINE_SERVER ?? DEFAULT_SERVER);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const token = tokenFile === undefined ? (address.token ?? env.GERMLINE_TOKEN ?? null) : readToken(tokenFile);
  return { ...address, token: token || null };
}

function readToken(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file ${file}: cannot be read (${(error as Error).message})`);
  }
  if (!text || /\s/.test(text)) throw new UsageError(`--token-file ${file}: holds no token, or more than one`);
  return text;
}

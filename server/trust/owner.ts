// Who answers for a worker. Where tokens are asked for, whoever holds a token at an address: machines that share a token still check each
// other, and one that lies takes nobody with it. Where the server is open, a name at an address: nothing else tells workers apart there, and
// one that comes back under a new name begins as a newcomer.
import { createHash } from 'node:crypto';
import { networkOf } from '../access.ts';

/** The server itself, whose threads compute what everything else is compared with. */
export const SERVER = 'server';

export interface Identity {
  /** The id of the token that it came with; null where none is asked for. */
  token: string | null;
  address: string;
  name: string;
}

/** 16 hex digits: says the same owner again, and nothing of who that is. */
export function ownerOf(secret: string, { token, address, name }: Identity): string {
  const who = token === null ? ['name', name] : ['token', token];
  return createHash('sha256')
    .update(JSON.stringify([secret, networkOf(address), ...who]))
    .digest('hex')
    .slice(0, 16);
}

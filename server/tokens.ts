// Who may do what: tokens with a role, kept as hashes only. A token is random enough that a plain SHA-256 of it gives nothing away.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtocolError } from '../protocol/errors.ts';
import type { Role } from '../protocol/messages.ts';
import { tokenLimits } from './limits.ts';
import { writeDurably } from './run-record.ts';

export interface TokenEntry {
  id: string;
  role: Role;
  /** For people. */
  note: string;
  /** ISO 8601. */
  created: string;
}

interface Kept extends TokenEntry {
  /** SHA-256 of the token, hex. */
  hash: string;
}

const FILE = 'tokens.json';
/** Held while the file is read and written anew, by whatever process. */
const LOCK = 'tokens.lock';
/** What a token of a role may be used as. */
const MAY: Record<Role, readonly Role[]> = { worker: ['worker'], viewer: ['viewer'], admin: ['worker', 'viewer', 'admin'] };

export class Tokens {
  readonly #folder: string;
  #entries: Kept[] = [];
  /** Which file `#entries` were read of; null: none yet. */
  #stamp: string | null = null;
  /** Changes, one after the other. */
  #writing: Promise<unknown> = Promise.resolve();
  /** When an unknown token last made it look at the file. */
  #looked = Number.NEGATIVE_INFINITY;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The tokens of a data folder; none where there is no file. */
  static async open(folder: string): Promise<Tokens> {
    await mkdir(folder, { recursive: true });
    const tokens = new Tokens(folder);
    await tokens.refresh();
    return tokens;
  }

  /** Reads the file again where it has changed: `germline token` writes it beside a running server. True where it had. */
  async refresh(): Promise<boolean> {
    const path = join(this.#folder, FILE);
    try {
      // Before it is read: one that is replaced in between is read again.
      const stamp = stampOf(await stat(path));
      if (stamp === this.#stamp) return false;
      this.#read(await readFile(path, 'utf8'), stamp);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  #read(text: string, stamp: string): void {
    const path = join(this.#folder, FILE);
    let file: { version: number; tokens: Kept[] };
    try {
      file = JSON.parse(text);
      if (file.version !== 1) throw new Error(`it is of version ${file.version}, this program reads 1`);
      if (!Array.isArray(file.tokens)) throw new Error('fields are missing');
    } catch (error) {
      throw new Error(`${path} cannot be read (${(error as Error).message}): restore it, or move it away and make new tokens`);
    }
    this.#entries = file.tokens;
    this.#stamp = stamp;
  }

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  list(): TokenEntry[] {
    return this.#entries.map(({ id, role, note, created }) => ({ id, role, note, created }));
  }

  /** Makes a token; its text is known only to whoever gets it here. Throws ProtocolError `too-many`. */
  async create(role: Role, note = ''): Promise<{ entry: TokenEntry; token: string }> {
    const token = `${role}-${randomBytes(tokenLimits.bytes).toString('base64url')}`;
    const entry = { id: randomBytes(4).toString('hex'), role, note, created: new Date().toISOString() };
    await this.#change((entries) => {
      if (entries.length >= tokenLimits.tokens)
        throw new ProtocolError('too-many', `there are ${tokenLimits.tokens} tokens already: revoke some`);
      return [...entries, { ...entry, hash: hashOf(token).toString('hex') }];
    });
    return { entry, token };
  }

  /** Takes a token back, by its id. False where there is none. */
  async revoke(id: string): Promise<boolean> {
    let found = false;
    await this.#change((entries) => {
      const left = entries.filter((entry) => entry.id !== id);
      found = left.length < entries.length;
      return found ? left : null;
    });
    return found;
  }

  /** Whose token this is; every entry is compared, each in constant time. One that is not known may have been made just now. */
  find(token: string): TokenEntry | null {
    const found = this.#match(token);
    if (found || performance.now() - this.#looked < tokenLimits.lookMs) return found;
    this.#looked = performance.now();
    const path = join(this.#folder, FILE);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || stampOf(stats) === this.#stamp) return null;
    this.#read(readFileSync(path, 'utf8'), stampOf(stats));
    return this.#match(token);
  }

  #match(token: string): TokenEntry | null {
    const hash = hashOf(token);
    let found: TokenEntry | null = null;
    for (const entry of this.#entries) if (timingSafeEqual(hash, Buffer.from(entry.hash, 'hex'))) found = entry;
    return found;
  }

  /** Changes the file as it is by then; null: leaves it. Changes wait for each other, those of other processes too. */
  #change(change: (entries: readonly Kept[]) => Kept[] | null): Promise<void> {
    const changed = this.#writing.then(async () => {
      // Loads SQLite: a server does so only where it makes its first tokens.
      const { inTurn } = await import('../journal/lock.ts');
      await inTurn(join(this.#folder, LOCK), async () => {
        await this.refresh();
        const entries = change(this.#entries);
        if (!entries) return;
        await writeDurably(this.#folder, FILE, `${JSON.stringify({ version: 1, tokens: entries }, null, 2)}\n`);
        await this.refresh();
      });
    });
    this.#writing = changed.catch(() => {});
    return changed;
  }
}

/** A file that was replaced has another; a time alone may be the same for a few milliseconds. */
const stampOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

const hashOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

/** Checks who asks. `open`: nobody needs a token. */
export class Guard {
  readonly tokens: Tokens;
  #open: boolean;
  constructor(tokens: Tokens, open: boolean) {
    this.tokens = tokens;
    this.#open = open;
  }

  get open(): boolean {
    return this.#open;
  }

  /** From now on everyone needs a token. */
  shut(): void {
    this.#open = false;
  }

  /** The token's id (null where none is needed). Throws ProtocolError `unauthorized` or `forbidden`. */
  check(token: string | null, roles: readonly Role[]): string | null {
    if (this.open) return null;
    const entry = token === null ? null : this.tokens.find(token);
    if (!entry) throw new ProtocolError('unauthorized', token === null ? 'a token is needed' : 'this token is unknown, or was revoked');
    if (!roles.some((role) => MAY[entry.role].includes(role))) {
      throw new ProtocolError(
        'forbidden',
        `a ${entry.role}'s token does not do for this: it takes ${roles.map((role) => `a ${role}'s`).join(' or ')}`,
      );
    }
    return entry.id;
  }
}

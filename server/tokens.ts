// Who may do what: tokens with a role, kept as hashes only. A token is random enough that a plain SHA-256 of it gives nothing away.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
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
/** What a token of a role may be used as. */
const MAY: Record<Role, readonly Role[]> = { worker: ['worker'], viewer: ['viewer'], admin: ['worker', 'viewer', 'admin'] };

export class Tokens {
  readonly #folder: string;
  #entries: Kept[];
  #modified: number;
  /** When an unknown token last made it look at the file. */
  #looked = Number.NEGATIVE_INFINITY;

  private constructor(folder: string, entries: Kept[], modified: number) {
    this.#folder = folder;
    this.#entries = entries;
    this.#modified = modified;
  }

  /** The tokens of a data folder; none where there is no file. */
  static async open(folder: string): Promise<Tokens> {
    await mkdir(folder, { recursive: true });
    const tokens = new Tokens(folder, [], -1);
    await tokens.refresh();
    return tokens;
  }

  /** Reads the file again where it has changed: `germline token` writes it beside a running server. True where it had. */
  async refresh(): Promise<boolean> {
    const path = join(this.#folder, FILE);
    try {
      const { mtimeMs } = await stat(path);
      if (mtimeMs === this.#modified) return false;
      this.#read(await readFile(path, 'utf8'), mtimeMs);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  #read(text: string, modified: number): void {
    const file = JSON.parse(text) as { version: number; tokens: Kept[] };
    if (file.version !== 1) throw new Error(`${join(this.#folder, FILE)} is of version ${file.version}, this program reads 1`);
    this.#entries = file.tokens;
    this.#modified = modified;
  }

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  list(): TokenEntry[] {
    return this.#entries.map(({ id, role, note, created }) => ({ id, role, note, created }));
  }

  /** Makes a token; its text is known only to whoever gets it here. Throws ProtocolError `too-many`. */
  async create(role: Role, note = ''): Promise<{ entry: TokenEntry; token: string }> {
    if (this.#entries.length >= tokenLimits.tokens)
      throw new ProtocolError('too-many', `there are ${tokenLimits.tokens} tokens already: revoke some`);
    const token = `${role}-${randomBytes(tokenLimits.bytes).toString('base64url')}`;
    const entry = { id: randomBytes(4).toString('hex'), role, note, created: new Date().toISOString() };
    await this.#write([...this.#entries, { ...entry, hash: hashOf(token).toString('hex') }]);
    return { entry, token };
  }

  /** Takes a token back, by its id. False where there is none. */
  async revoke(id: string): Promise<boolean> {
    const left = this.#entries.filter((entry) => entry.id !== id);
    if (left.length === this.#entries.length) return false;
    await this.#write(left);
    return true;
  }

  /** Whose token this is; every entry is compared, each in constant time. One that is not known may have been made just now. */
  find(token: string): TokenEntry | null {
    const found = this.#match(token);
    if (found || performance.now() - this.#looked < tokenLimits.lookMs) return found;
    this.#looked = performance.now();
    const { mtimeMs } = statSync(join(this.#folder, FILE), { throwIfNoEntry: false }) ?? { mtimeMs: this.#modified };
    if (mtimeMs === this.#modified) return null;
    this.#read(readFileSync(join(this.#folder, FILE), 'utf8'), mtimeMs);
    return this.#match(token);
  }

  #match(token: string): TokenEntry | null {
    const hash = hashOf(token);
    let found: TokenEntry | null = null;
    for (const entry of this.#entries) if (timingSafeEqual(hash, Buffer.from(entry.hash, 'hex'))) found = entry;
    return found;
  }

  async #write(entries: Kept[]): Promise<void> {
    await writeDurably(this.#folder, FILE, `${JSON.stringify({ version: 1, tokens: entries }, null, 2)}\n`);
    this.#entries = entries;
    this.#modified = (await stat(join(this.#folder, FILE))).mtimeMs;
  }
}

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

// trust.json of the data folder: read once, written whole or not at all, off the connection's way.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trustLimits } from '../limits.ts';
import { writeDurably } from '../run-record.ts';
import { Trust, type TrustContent } from './trust.ts';

const FILE = 'trust.json';

export class TrustFile {
  readonly trust: Trust;
  readonly #folder: string;
  readonly #onError: (error: Error) => void;
  #writing: Promise<void> = Promise.resolve();
  /** A write that has not begun: whatever changes until then is in it. */
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  private constructor(folder: string, trust: Trust, onError: (error: Error) => void) {
    this.#folder = folder;
    this.trust = trust;
    this.#onError = onError;
  }

  /** Throws where there is a file that cannot be read: nobody is to be trusted anew by accident. */
  static async open(folder: string, onError: (error: Error) => void): Promise<TrustFile> {
    return new TrustFile(folder, new Trust(await read(join(folder, FILE))), onError);
  }

  /** Resolves when all that is known now is on the disk, or could not be written (which is logged). */
  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next ??= this.#writing.then(() => {
      this.#next = null;
      this.#writing = writeDurably(this.#folder, FILE, `${JSON.stringify(this.trust.content())}\n`).catch(this.#onError);
      return this.#writing;
    });
    return this.#next;
  }

  /** Writes soon what may be lost with a crash: counts. */
  later(): void {
    this.#timer ??= setTimeout(() => void this.save(), trustLimits.saveMs).unref();
  }

  async close(): Promise<void> {
    if (this.#timer) await this.save();
    await this.#next;
    await this.#writing;
  }
}

async function read(path: string): Promise<Omit<TrustContent, 'version'>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { secret: randomBytes(16).toString('hex'), accounts: {}, unconfirmed: {} };
  }
  try {
    const content = JSON.parse(text) as TrustContent;
    if (content.version !== 1) throw new Error(`it is of version ${content.version}, this program reads 1`);
    if (typeof content.secret !== 'string' || !content.accounts || !content.unconfirmed) throw new Error('fields are missing');
    return content;
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}): restore it, or move it away to begin with nobody known`);
  }
}

// What the server knows of everyone who ever computed for it, and where each run holds a result that nobody confirmed. Pure: no clock, no
// chance, no files (file.ts keeps it).
import { trustLimits } from '../limits.ts';
import type { Done } from '../scheduler/index.ts';
import { type Account, type Level, levelOf, newAccount, shareOf, type Verdict } from './account.ts';
import { draw } from './draw.ts';
import { type Identity, ownerOf, SERVER } from './owner.ts';

/** As it is kept. */
export interface TrustContent {
  version: 1;
  /** Random: owners' ids and draws are made with it. */
  secret: string;
  accounts: Record<string, Account>;
  /** By run and owner: the first generation that holds a result of that owner which nobody confirmed. */
  unconfirmed: Record<string, Record<string, number>>;
}

/** A run has to go back to before this generation. */
export interface Doubt {
  generation: number;
  owner: string;
  verdict: Verdict;
}

export class Trust {
  readonly #secret: string;
  readonly #accounts: Map<string, Account>;
  readonly #unconfirmed: Map<string, Map<string, number>>;
  /** Of those who are distrusted, by owner. */
  readonly #verdicts = new Map<string, Verdict>();
  /** When an owner was met last: ISO 8601. */
  #now = new Date(0).toISOString();

  constructor({ secret, accounts, unconfirmed }: Omit<TrustContent, 'version'>) {
    this.#secret = secret;
    this.#accounts = new Map(Object.entries(accounts));
    this.#unconfirmed = new Map(Object.entries(unconfirmed).map(([run, marks]) => [run, new Map(Object.entries(marks))]));
    for (const [owner, { distrusted }] of this.#accounts) if (distrusted) this.#verdicts.set(owner, distrusted);
  }

  content(): TrustContent {
    const unconfirmed = Object.fromEntries([...this.#unconfirmed].map(([run, marks]) => [run, Object.fromEntries(marks)]));
    return { version: 1, secret: this.#secret, accounts: Object.fromEntries(this.#accounts), unconfirmed };
  }

  // Owners

  /** The id of whoever answers for a worker, with an account from now on. `now`: ISO 8601. */
  owner(identity: Identity, now: string): string {
    this.#now = now;
    const owner = ownerOf(this.#secret, identity);
    this.#known(owner);
    return owner;
  }

  /** An owner's account. One that had to make room meanwhile begins anew, as a newcomer's: nobody is ever left unchecked. */
  #known(owner: string): Account | null {
    if (owner === SERVER) return null;
    const known = this.#accounts.get(owner);
    if (known) return known;
    if (this.#accounts.size >= trustLimits.accounts) this.#prune();
    const account = newAccount(this.#now);
    this.#accounts.set(owner, account);
    return account;
  }

  /** The oldest account makes room of those that say least: a newcomer's, a trusted one's, one's whose results are in doubt, a liar's. */
  #prune(): void {
    const inDoubt = new Set([...this.#unconfirmed.values()].flatMap((marks) => [...marks.keys()]));
    const worth = (owner: string, account: Account) =>
      (account.distrusted ? 4 : 0) + (inDoubt.has(owner) ? 2 : 0) + (levelOf(account) === 'new' ? 0 : 1);
    let least: { owner: string; worth: number } | null = null;
    for (const [owner, account] of this.#accounts) {
      const own = worth(owner, account);
      if (!least || own < least.worth) least = { owner, worth: own };
      if (own === 0) break;
    }
    // Who was caught and is still in doubt has to be known as long as the run is there that this is about.
    if (!least || least.worth >= 6) return;
    this.#accounts.delete(least.owner);
    this.#verdicts.delete(least.owner);
  }

  /** What is known of an owner; null: nothing (the server itself has no account). */
  account(owner: string): Readonly<Account> | null {
    return this.#accounts.get(owner) ?? null;
  }

  level(owner: string): Level {
    if (owner === SERVER) return 'own';
    const account = this.#accounts.get(owner);
    return account ? levelOf(account) : 'new';
  }

  /** Everyone who was caught in a run. */
  verdicts(run: string): Verdict[] {
    return [...this.#verdicts.values()].filter((verdict) => verdict.run === run);
  }

  // Results

  /** A range has its first result: whether another owner is to recompute it. */
  replicate({ run, generation, first, owner, evaluator, checkable }: Done): boolean {
    const account = this.#known(owner);
    if (!account || evaluator !== 'wasm') return false;
    account.results += 1;
    return checkable && draw(this.#secret, run, generation, first, owner) < shareOf(account);
  }

  /**
   * The individual of a range, if any, that the server is to recompute itself because there is nobody else: a small part of a few ranges, for
   * the server's time is not the workers'.
   */
  spot(done: Done): number | null {
    const { run, generation, first, owner, evaluator, checkable } = done;
    if (checkable || owner === SERVER || evaluator !== 'wasm') return null;
    if (draw(this.#secret, run, generation, first, owner, 'spot') >= trustLimits.spotShare) return null;
    return this.pick(done);
  }

  /** An individual of an owner's range that nobody could have foreseen. */
  pick({ run, generation, first, count, owner }: Pick<Done, 'run' | 'generation' | 'first' | 'count' | 'owner'>): number {
    return first + Math.floor(draw(this.#secret, run, generation, first, owner, 'individual') * count);
  }

  /** `individuals` of an owner were confirmed; `whole`: they are a range as it was given. */
  confirm(owner: string, individuals: number, whole: boolean): void {
    const account = this.#known(owner);
    if (!account) return;
    account.confirmed += individuals;
    if (whole) account.streak += 1;
  }

  /** False where that was known before. */
  distrust(owner: string, verdict: Verdict): boolean {
    const account = this.#known(owner);
    if (!account) return false;
    account.wrong += 1;
    account.streak = 0;
    if (account.distrusted) return false;
    account.distrusted = verdict;
    this.#verdicts.set(owner, verdict);
    return true;
  }

  // Runs

  /** A generation counts with results of these owners that nobody confirmed. True where that is news of one of them. */
  mark(run: string, owners: Iterable<string>, generation: number): boolean {
    let news = false;
    for (const owner of owners) {
      if (owner === SERVER) continue;
      const marks = this.#unconfirmed.get(run) ?? new Map<string, number>();
      this.#unconfirmed.set(run, marks);
      if (marks.has(owner)) continue;
      marks.set(owner, generation);
      news = true;
    }
    return news;
  }

  /** Runs that hold a result of an owner which nobody confirmed. */
  runsOf(owner: string): string[] {
    return [...this.#unconfirmed].filter(([, marks]) => marks.has(owner)).map(([run]) => run);
  }

  /** The first generation of a run with an unconfirmed result of someone who is distrusted by now. */
  doubt(run: string): Doubt | null {
    let doubt: Doubt | null = null;
    if (!this.#verdicts.size) return null;
    for (const [owner, generation] of this.#unconfirmed.get(run) ?? []) {
      const verdict = this.#verdicts.get(owner);
      if (verdict && (!doubt || generation < doubt.generation)) doubt = { generation, owner, verdict };
    }
    return doubt;
  }

  /** A run holds no record of `generation` and later (any more). True where that takes something back. */
  unmark(run: string, generation: number): boolean {
    const marks = this.#unconfirmed.get(run);
    if (!marks) return false;
    const { size } = marks;
    for (const [owner, first] of marks) if (first >= generation) marks.delete(owner);
    if (!marks.size) this.#unconfirmed.delete(run);
    return marks.size < size;
  }
}

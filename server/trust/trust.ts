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
    const owner = ownerOf(this.#secret, identity);
    if (!this.#accounts.has(owner)) {
      if (this.#accounts.size >= trustLimits.accounts) this.#prune();
      this.#accounts.set(owner, newAccount(now));
    }
    return owner;
  }

  /** The oldest account that nothing hangs on makes room: a trusted one where there is no newcomer's. */
  #prune(): void {
    const needed = new Set([...this.#unconfirmed.values()].flatMap((marks) => [...marks.keys()]));
    const free = [...this.#accounts].filter(([owner, { distrusted }]) => !distrusted && !needed.has(owner));
    const [owner] = free.find(([, account]) => levelOf(account) === 'new') ?? free[0] ?? [];
    if (owner !== undefined) this.#accounts.delete(owner);
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
    const account = this.#accounts.get(owner);
    if (!account || evaluator !== 'wasm') return false;
    account.results += 1;
    return checkable && draw(this.#secret, run, generation, first, owner) < shareOf(account);
  }

  /**
   * The individual of a range, if any, that the server is to recompute itself because there is nobody else: a small part of a few ranges, for
   * the server's time is not the workers'.
   */
  spot({ run, generation, first, count, owner, evaluator, checkable }: Done): number | null {
    if (checkable || !this.#accounts.has(owner) || evaluator !== 'wasm') return null;
    if (draw(this.#secret, run, generation, first, owner, 'spot') >= trustLimits.spotShare) return null;
    return first + Math.floor(draw(this.#secret, run, generation, first, owner, 'individual') * count);
  }

  /** `individuals` of an owner were confirmed; `whole`: they are a range as it was given. */
  confirm(owner: string, individuals: number, whole: boolean): void {
    const account = this.#accounts.get(owner);
    if (!account) return;
    account.confirmed += individuals;
    if (whole) account.streak += 1;
  }

  /** False where that was known before. */
  distrust(owner: string, verdict: Verdict): boolean {
    const account = this.#accounts.get(owner);
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
      if (!this.#accounts.has(owner)) continue;
      const marks = this.#unconfirmed.get(run) ?? new Map<string, number>();
      this.#unconfirmed.set(run, marks);
      if (marks.has(owner)) continue;
      marks.set(owner, generation);
      news = true;
    }
    return news;
  }

  /** The first generation of a run with an unconfirmed result of someone who is distrusted by now. */
  doubt(run: string): Doubt | null {
    let doubt: Doubt | null = null;
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

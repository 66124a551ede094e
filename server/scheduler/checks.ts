// Work that is done twice on purpose: audits (single individuals) and replicas (ranges), to be recomputed on the same evaluator class by an
// owner other than those whose results they check.
import type { Loss, Range } from './types.ts';

/** One order to recompute something; copies of it (the first one asked may be late) share it. */
export interface Ticket extends Range {
  readonly kind: 'audit' | 'replica';
  /** Owners whose results it checks. */
  readonly against: readonly string[];
  readonly evaluator: string;
  answered: boolean;
  /** Times that it was handed out again because its holder was late. */
  copies: number;
}

export interface Check extends Range {
  ticket: Ticket;
  /** Owners that may not have it. */
  avoid: readonly string[];
  before: readonly string[];
  losses: readonly Loss[];
}

export class Checks {
  /** Individuals to be recomputed that have not been answered. */
  pending = 0;
  /** Orders by evaluator class, kind and first owner to avoid: an owner finds another's at once. */
  readonly #waiting = new Map<string, Map<string, Check[]>>();
  /** Owners that have audited an individual, for its next audit. */
  readonly #audited = new Map<number, string[]>();
  #size = 0;
  /** When stranded orders were last looked for, in departures counted by the scheduler; null: an order has come since. */
  stranded: number | null = null;

  /** Orders that wait for a thread. */
  get size(): number {
    return this.#size;
  }

  /** Takes an order, or takes it back. */
  give(check: Check): void {
    this.stranded = null;
    this.#put(check);
  }

  #put(check: Check): void {
    const key = `${check.ticket.kind} ${check.ticket.evaluator}`;
    let byOwner = this.#waiting.get(key);
    if (!byOwner) {
      byOwner = new Map();
      this.#waiting.set(key, byOwner);
    }
    const owner = check.avoid[0];
    const list = byOwner.get(owner);
    if (list) list.push(check);
    else byOwner.set(owner, [check]);
    this.#size += 1;
  }

  order(kind: Ticket['kind'], range: Range, owner: string, evaluator: string): void {
    const earlier = kind === 'audit' ? (this.#audited.get(range.first) ?? []) : [];
    const against = [owner, ...earlier];
    const ticket: Ticket = { ...range, kind, against, evaluator, answered: false, copies: 0 };
    this.pending += range.count;
    this.give({ ...range, ticket, avoid: against, before: [], losses: [] });
  }

  /** Up to `most` individuals for that owner; null: nothing that it may do. */
  take(kind: Ticket['kind'], evaluator: string, owner: string, most: number): Check | null {
    const byOwner = this.#waiting.get(`${kind} ${evaluator}`);
    if (!byOwner) return null;
    for (const [first, list] of byOwner) {
      if (first === owner) continue;
      for (let at = list.length - 1; at >= 0; --at) {
        const check = list[at];
        if (!check.ticket.answered && check.avoid.includes(owner)) continue;
        list.splice(at, 1);
        this.#size -= 1;
        if (!list.length) byOwner.delete(first);
        if (check.ticket.answered) continue;
        if (check.count <= most) return check;
        return this.#split(check, most);
      }
    }
    return null;
  }

  /** The first answer to an order? */
  answer(ticket: Ticket, owner: string): boolean {
    if (!this.end(ticket)) return false;
    if (ticket.kind === 'audit') this.#audited.set(ticket.first, [...(this.#audited.get(ticket.first) ?? []), owner]);
    return true;
  }

  /** Nobody waits for an order any more; whoever answers it all the same did it twice. False where that was so before. */
  end(ticket: Ticket): boolean {
    if (ticket.answered) return false;
    ticket.answered = true;
    this.pending -= ticket.count;
    return true;
  }

  /** Takes out the orders that wait and that none of those present may have. */
  takeStranded(present: Iterable<{ owner: string; evaluator: string }>): Ticket[] {
    const able = [...present];
    const stranded: Ticket[] = [];
    for (const byOwner of this.#waiting.values()) {
      for (const [first, list] of byOwner) {
        const left = list.filter(({ ticket, avoid }) => {
          if (able.some(({ owner, evaluator }) => evaluator === ticket.evaluator && !avoid.includes(owner))) return true;
          if (this.end(ticket)) stranded.push(ticket);
          return false;
        });
        this.#size -= list.length - left.length;
        if (left.length) byOwner.set(first, left);
        else byOwner.delete(first);
      }
    }
    return stranded;
  }

  /** Ends the orders against an owner's results that wait. */
  endAgainst(owner: string): void {
    for (const byOwner of this.#waiting.values()) {
      const list = byOwner.get(owner);
      if (!list) continue;
      for (const { ticket } of list) this.end(ticket);
      this.#size -= list.length;
      byOwner.delete(owner);
    }
  }

  /** Cuts an order that nobody has begun: its head as an order of its own, the rest back to the queue. */
  #split(check: Check, count: number): Check {
    const part = (first: number, size: number): Check => ({
      ...check,
      first,
      count: size,
      ticket: { ...check.ticket, first, count: size },
    });
    // A copy of an order in someone's hands cannot be cut: the two answers would not be for the same individuals.
    if (check.ticket.copies > 0) return check;
    this.#put(part(check.first + count, check.count - count));
    return part(check.first, count);
  }
}

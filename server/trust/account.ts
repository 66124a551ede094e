// What is known of an owner's results, and how often they are checked: BOINC's adaptive replication. Everything of a newcomer is recomputed
// by another owner, until so many results in a row were confirmed; from then on a share that falls with every further one, and never to none.
import { trustLimits } from '../limits.ts';

/** How an owner was found out. */
export interface Verdict {
  run: string;
  generation: number;
  individual: number;
  /** The loss that it gave, and the one that the server computed; infinity is null, as in all JSON here. */
  told: number | null;
  right: number | null;
  /** The worker, in words. */
  who: string;
  /** ISO 8601. */
  at: string;
}

export interface Account {
  /** ISO 8601. */
  since: string;
  /** Ranges whose losses were kept. */
  results: number;
  /** Individuals that another owner, or the server, computed with the same outcome. */
  confirmed: number;
  /** Ranges confirmed whole since the last wrong one. */
  streak: number;
  wrong: number;
  distrusted: Verdict | null;
}

/** `own`: the server's own threads. */
export type Level = 'new' | 'trusted' | 'distrusted' | 'own';

export const newAccount = (since: string): Account => ({ since, results: 0, confirmed: 0, streak: 0, wrong: 0, distrusted: null });

export function levelOf({ distrusted, streak }: Account): Level {
  if (distrusted) return 'distrusted';
  return streak < trustLimits.trustAfter ? 'new' : 'trusted';
}

/** The part of an owner's ranges that is recomputed, above 0 to 1. */
export function shareOf(account: Account): number {
  if (levelOf(account) !== 'trusted') return 1;
  return Math.max(trustLimits.leastShare, trustLimits.trustAfter / account.streak);
}

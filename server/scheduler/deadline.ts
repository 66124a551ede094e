// When a lease is doubted and when it expires, from the worker's own estimate.
import type { SchedulerLimits } from '../limits.ts';

export interface Estimate {
  /** When its result is expected to arrive. */
  end: number;
  /** What it takes on the thread, milliseconds. */
  cost: number;
  /** Milliseconds. */
  roundTrip: number;
  unmeasured: boolean;
  /** Losses of the range so far: each doubles the patience, since the estimate may be what is wrong. */
  losses: number;
}

/** From when on copies of it are worth more than the wait. */
export function doubtedFrom(lease: Estimate, limits: SchedulerLimits): number {
  const factor = lease.unmeasured ? limits.lateFactorUnmeasured : limits.lateFactor;
  return lease.end + Math.max(limits.lateSlackMs, lease.roundTrip / 2, factor * lease.cost);
}

/** When its range goes back and its thread gets nothing new until it answers. */
export function expiresAt(lease: Estimate, limits: SchedulerLimits): number {
  const least = lease.unmeasured ? limits.expiryUnmeasuredMs : limits.expiryLeastMs;
  const patience = Math.max(least, limits.expiryFactor * (lease.cost + lease.roundTrip)) * 2 ** lease.losses;
  return lease.end + Math.min(patience, limits.expiryMostMs);
}

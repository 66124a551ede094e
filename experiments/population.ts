// Counts of individuals that may be written as a share of the population, so that another population keeps them valid.
import { z } from 'zod';

const SHARE = /^(100|\d{1,2}(\.\d+)?)%$/;

/** A whole number of at least `minimum`, or a share of the population: `"25%"`. */
export function populationShare(minimum: number) {
  const error = `must be a whole number of at least ${minimum}, or a share of the population such as "25%"`;
  return z.union([z.int(error).min(minimum, error), z.string().regex(SHARE, error)], error);
}

/** The number of individuals that a count or share means; a share is rounded, and at least 1 unless it is 0. */
export function individuals(count: number | string, population: number): number {
  if (typeof count === 'number') return count;
  const percent = Number(count.slice(0, -1));
  return percent === 0 ? 0 : Math.max(1, Math.round((percent * population) / 100));
}

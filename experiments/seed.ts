// Seeds: 64 bits, written as decimal strings.
import { ExperimentError } from './error.ts';

const LIMIT = 2n ** 64n;

/**
 * Reads a seed. Numbers are taken where they are exact.
 * @throws ExperimentError for anything but a whole number from 0 to 2^64 - 1
 */
export function parseSeed(value: string | number | bigint, source = 'seed'): bigint {
  const text = String(value).trim();
  const exact = typeof value !== 'number' || Number.isSafeInteger(value);
  if (!exact || !/^\d{1,20}$/.test(text) || BigInt(text) >= LIMIT) {
    throw new ExperimentError(source, [
      { path: '', message: `must be a whole number from 0 to ${LIMIT - 1n}, not ${JSON.stringify(text)}` },
    ]);
  }
  return BigInt(text);
}

/** A seed that nobody chose. */
export function randomSeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0];
}

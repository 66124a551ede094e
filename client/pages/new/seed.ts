// Seeds: 64 bits, as decimal numbers.
const MOST = 2n ** 64n - 1n;

export function randomSeed(): string {
  return String(crypto.getRandomValues(new BigUint64Array(1))[0]);
}

/** What is wrong with it; null: nothing. */
export function seedProblem(text: string): string | null {
  return /^\d{1,20}$/.test(text.trim()) && BigInt(text) <= MOST ? null : `A seed is a whole number from 0 to ${MOST}.`;
}

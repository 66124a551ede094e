// Float32 numbers to compute with: of full precision, so that another order of a sum shows, and here and there one that needs care.

const CARE = [0, -0, 1e-45, -1e-40, 1.17549435e-38, 3.4e38, -3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

/** `count` numbers in (-2, 2) that belong to `seed`; a part `odd` of them come from the list above. */
export function numbers(seed: number, count: number, odd = 0): Float32Array {
  const next = generator(seed);
  return Float32Array.from({ length: count }, () => {
    const value = (next() - 0.5) * 4;
    return odd && next() < odd ? CARE[Math.floor(next() * CARE.length)] : value;
  });
}

/** Whole numbers below `limit`. */
export function wholes(seed: number, count: number, limit: number): Int32Array {
  const next = generator(seed);
  return Int32Array.from({ length: count }, () => Math.floor(next() * limit));
}

/** SplitMix32: uniform in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

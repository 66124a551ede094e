// Philox4x32-7 and the order of draws, by the book: one counter at a time (assembly/rng/philox.ts).

const ROUNDS = 7;

/** Upper and lower 32 bits of a product of two 32-bit numbers. */
function product(a: number, b: number): [high: number, low: number] {
  const whole = BigInt(a >>> 0) * BigInt(b >>> 0);
  return [Number(whole >> 32n), Number(whole & 0xffffffffn)];
}

/** The four output words of a counter. */
export function philox4x32(counter: [number, number, number, number], key: [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = product(0xd2511f53, c0);
    const [high1, low1] = product(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What all draws of one use of chance have in common. */
export interface Source {
  seedLo: number;
  seedHi: number;
  individual: number;
  generation: number;
}

/** Draw `position` of a stream. */
export function word(source: Source, stream: number, position: number): number {
  const counter = 4 * Math.floor(position / 16) + (position % 4);
  const which = Math.floor((position % 16) / 4);
  return philox4x32([counter, source.individual, source.generation, stream], [source.seedLo, source.seedHi])[which];
}

/** `word` scaled to 0 .. n - 1. */
export function below(n: number, bits: number): number {
  return product(n, bits)[0];
}

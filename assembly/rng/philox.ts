// Philox4x32 with 7 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011; Random123).
// Key: the run's 64-bit seed. Counter: (position, individual, generation, stream).
//
// Order of draws. Four counters fill a tile of 16 words: draw p is in tile p >> 4, and with q = p & 15 it is word q >> 2 of the
// counter at position 4 * (p >> 4) + (q & 3). So a tile is the four output vectors of four SIMD lanes, one after the other.

export const MULTIPLIER_0: u32 = 0xd2511f53;
export const MULTIPLIER_1: u32 = 0xcd9e8d57;
export const WEYL_0: u32 = 0x9e3779b9;
export const WEYL_1: u32 = 0xbb67ae85;

// One round on a counter held as two pairs, even = c0 << 32 | c1 and odd = c2 << 32 | c3: both halves of a product stay together.
// @ts-ignore: decorator
@inline
function nextEven(even: u64, odd: u64, key: u32): u64 {
  return u64(MULTIPLIER_1) * (odd >>> 32) ^ (even << 32) ^ (u64(key) << 32);
}

// @ts-ignore: decorator
@inline
function nextOdd(even: u64, odd: u64, key: u32): u64 {
  return u64(MULTIPLIER_0) * (even >>> 32) ^ (odd << 32) ^ (u64(key) << 32);
}

/** Half of a counter's four output words: words 0 (high) and 1 (low), or with `odd` words 2 (high) and 3 (low). */
export function halfBlock(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32, odd: bool): u64 {
  let x = (u64(c0) << 32) | u64(c1);
  let y = (u64(c2) << 32) | u64(c3);
  for (let round = 0; round < 7; round++) {
    const next = nextEven(x, y, k0);
    y = nextOdd(x, y, k1);
    x = next;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  return odd ? y : x;
}

/** The four output words of one counter, at `out` (16 bytes). */
export function philox4x32(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32, out: usize): void {
  const even = halfBlock(c0, c1, c2, c3, k0, k1, false);
  const odd = halfBlock(c0, c1, c2, c3, k0, k1, true);
  store<u32>(out, u32(even >>> 32));
  store<u32>(out, u32(even), 4);
  store<u32>(out, u32(odd >>> 32), 8);
  store<u32>(out, u32(odd), 12);
}

/** Draw `position`: 32 uniform bits. */
export function word(seedLo: u32, seedHi: u32, position: u32, individual: u32, generation: u32, stream: u32): u32 {
  const counter = ((position >>> 4) << 2) | (position & 3);
  const which = (position >>> 2) & 3;
  const pair = halfBlock(counter, individual, generation, stream, seedLo, seedHi, which > 1);
  return which & 1 ? u32(pair) : u32(pair >>> 32);
}

/** `word` scaled to 0 .. n - 1 by its high bits (Lemire's multiply-high without rejection: the bias is below n / 2^32). */
// @ts-ignore: decorator
@inline
export function below(n: u32, word: u32): u32 {
  return u32((u64(n) * u64(word)) >>> 32);
}

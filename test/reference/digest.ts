// MurmurHash3_x64_128 with 64-bit numbers as BigInt, after Austin Appleby's description (github.com/aappleby/smhasher).
const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const times = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const plus = (a: bigint, b: bigint): bigint => (a + b) & MASK;
const turn = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & MASK;

function finish(h: bigint): bigint {
  let x = h;
  for (const factor of [0xff51afd7ed558ccdn, 0xc4ceb9fe1a85ec53n]) x = times(x ^ (x >> 33n), factor);
  return x ^ (x >> 33n);
}

/** 16 bytes, as the reference writes them: two little-endian 64-bit numbers. */
export function digest(data: Uint8Array, seed: number): Uint8Array {
  const whole = Math.floor(data.length / 16) * 16;
  // Zeros behind the end: the tail is a block that is only mixed in, never stirred.
  const padded = new Uint8Array(whole + 16);
  padded.set(data);
  const view = new DataView(padded.buffer);
  let h1 = BigInt(seed >>> 0);
  let h2 = h1;
  const mixIn = (at: number) => {
    h1 ^= times(turn(times(view.getBigUint64(at, true), C1), 31n), C2);
    return times(turn(times(view.getBigUint64(at + 8, true), C2), 33n), C1);
  };
  for (let at = 0; at < whole; at += 16) {
    const k2 = mixIn(at);
    h1 = plus(times(plus(turn(h1, 27n), h2), 5n), 0x52dce729n);
    h2 = plus(times(plus(turn(h2 ^ k2, 31n), h1), 5n), 0x38495ab5n);
  }
  h2 ^= mixIn(whole);
  h1 ^= BigInt(data.length);
  h2 ^= BigInt(data.length);
  h1 = plus(h1, h2);
  h2 = plus(h2, h1);
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = plus(h1, h2);
  h2 = plus(h2, h1);
  const out = new DataView(new ArrayBuffer(16));
  out.setBigUint64(0, h1, true);
  out.setBigUint64(8, h2, true);
  return new Uint8Array(out.buffer);
}

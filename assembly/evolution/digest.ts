// 128-bit digests: MurmurHash3_x64_128 (Austin Appleby), not cryptographic: it finds differences, not forgeries.

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

function mixed(h: u64): u64 {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccd;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

/** Of `bytes` bytes at `data`, to 16 bytes at `out`. */
export function digest(data: usize, bytes: usize, seed: u32, out: usize): void {
  let h1: u64 = seed;
  let h2: u64 = seed;
  const tail = data + (bytes & ~15);
  for (; data < tail; data += 16) {
    h1 ^= rotl<u64>(load<u64>(data) * C1, 31) * C2;
    h1 = (rotl<u64>(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= rotl<u64>(load<u64>(data, 8) * C2, 33) * C1;
    h2 = (rotl<u64>(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  const rest = <u32>(bytes & 15);
  if (rest) {
    let k1: u64 = 0;
    let k2: u64 = 0;
    for (let i: u32 = rest; i > 8; --i) k2 = (k2 << 8) | load<u8>(tail + i - 1);
    for (let i: u32 = min(rest, 8); i > 0; --i) k1 = (k1 << 8) | load<u8>(tail + i - 1);
    h2 ^= rotl<u64>(k2 * C2, 33) * C1;
    h1 ^= rotl<u64>(k1 * C1, 31) * C2;
  }
  h1 ^= bytes;
  h2 ^= bytes;
  h1 += h2;
  h2 += h1;
  h1 = mixed(h1);
  h2 = mixed(h2);
  h1 += h2;
  h2 += h1;
  store<u64>(out, h1);
  store<u64>(out, h2, 8);
}

/** Whether all of `count` floats are finite. */
export function allFinite(data: usize, count: u32): bool {
  // x - x is 0 for a finite x and NaN for any other.
  let odd = i32x4.splat(0);
  const end = data + (<usize>count << 2);
  for (; data + 16 <= end; data += 16) {
    const x = v128.load(data);
    const d = f32x4.sub(x, x);
    odd = v128.or(odd, f32x4.ne(d, d));
  }
  if (v128.any_true(odd)) return false;
  for (; data < end; data += 4) if (!isFinite<f32>(load<f32>(data))) return false;
  return true;
}

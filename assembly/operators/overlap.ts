// Whether two ranges of memory share a byte. Empty ranges share none.

/** `first` and `second`: addresses, each with its length in bytes. */
export function overlap(first: usize, firstBytes: u64, second: usize, secondBytes: u64): bool {
  const a = u64(first);
  const b = u64(second);
  return firstBytes != 0 && secondBytes != 0 && a < b + secondBytes && b < a + firstBytes;
}

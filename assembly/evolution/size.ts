// Sizes that the host asks for before it has memory for them.

/** `bytes` as far as 32 bits go: a size that does not fit them is the largest, which no memory has, instead of what is left of it. */
export function size(bytes: u64): usize {
  return <usize>min<u64>(bytes, 0xffffffff);
}

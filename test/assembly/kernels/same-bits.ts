// Equality of float32 arrays, bit for bit; one NaN is as good as another (IEEE 754 leaves their bits open).

/** Throws at the first number that differs. */
export function sameBits(actual: Float32Array, expected: Float32Array): void {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers instead of ${expected.length}`);
  const a = new Uint32Array(actual.buffer, actual.byteOffset, actual.length);
  const b = new Uint32Array(expected.buffer, expected.byteOffset, expected.length);
  for (let i = 0; i < a.length; ++i) {
    if (a[i] === b[i] || (Number.isNaN(actual[i]) && Number.isNaN(expected[i]))) continue;
    throw new Error(`number ${i} of ${a.length} is ${actual[i]} instead of ${expected[i]}`);
  }
}

// Vector constants that stay in registers. V8 makes a v128.const anew wherever it stands (three instructions, two of them on the
// shuffle port), in every turn of a loop; a splat of a value that the compilers cannot see through is made once, before the loop.

/** Zero, but neither Binaryen nor V8 knows: a memory has at least a page. */
// @ts-ignore: decorator
@inline
export function opaqueZero(): u32 {
  return u32(memory.size() == 0);
}

/** `value` in all lanes; `zero` is `opaqueZero()`. */
// @ts-ignore: decorator
@inline
export function constant(value: f32, zero: u32): v128 {
  return i32x4.splat(reinterpret<u32>(value) + zero);
}

/** The bits in all lanes; `zero` is `opaqueZero()`. */
// @ts-ignore: decorator
@inline
export function constantBits(value: u32, zero: u32): v128 {
  return i32x4.splat(value + zero);
}

// Random bytes against a share of 256, four lanes at a time. Of the 16 bytes in a vector of words, number 4 * b + lane is byte b (0 the
// lowest) of the lane's word: so masks for four neighbours come by a shift and a comparison, without a transposition.

/** What `belowShare` compares with: `share`, 1 to 255, in the order of signed numbers. */
// @ts-ignore: decorator
@inline
export function limitOf(share: u32): v128 {
  return i32x4.splat((share - 128) << 24);
}

/** What makes unsigned bytes keep their order as signed ones, by exclusive or. */
export const SIGNS: u32 = 0x80808080;

/** All ones in the lanes whose byte `byte` is below the share. Lower bytes change nothing: they only add to an equal or greater byte. */
// @ts-ignore: decorator
@inline
export function belowShare(signed: v128, byte: i32, limit: v128): v128 {
  return i32x4.lt_s(byte == 3 ? signed : i32x4.shl(signed, 24 - 8 * byte), limit);
}

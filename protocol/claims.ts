// What the lists and maps of a MessagePack frame claim to hold, looked at before anything is made of it: a decoder makes room for a list's
// entries as soon as it reads how many there are, and five bytes can say four thousand million.

/** Throws RangeError where they claim more values than the frame has bytes, or where it ends within a value. */
export function checkClaims(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let claimed = 1;
  for (let at = 0; at < frame.length; ) {
    const { size, bytes, values } = token(view, at);
    at += size + bytes;
    claimed += values;
    if (claimed > frame.length) throw new RangeError(`${claimed} values in ${frame.length} bytes`);
  }
}

interface Token {
  /** Bytes of its head, */
  size: number;
  /** and of what follows and belongs to it alone. */
  bytes: number;
  /** Values that come next and are part of it. */
  values: number;
}

/** The formats of the specification, by their first byte. */
function token(view: DataView, at: number): Token {
  const first = view.getUint8(at);
  if (first < 0x80 || first >= 0xe0) return { size: 1, bytes: 0, values: 0 };
  if (first < 0x90) return { size: 1, bytes: 0, values: 2 * (first & 0x0f) };
  if (first < 0xa0) return { size: 1, bytes: 0, values: first & 0x0f };
  if (first < 0xc0) return { size: 1, bytes: first & 0x1f, values: 0 };
  if (first < 0xc4) return { size: 1, bytes: 0, values: 0 };
  // bin 8, 16, 32; ext 8, 16, 32 have a type as well.
  if (first < 0xca) return sized(view, at, (first - 0xc4) % 3, first < 0xc7 ? 0 : 1);
  if (first < 0xcc) return { size: 1, bytes: first === 0xca ? 4 : 8, values: 0 };
  // Integers of 1, 2, 4, 8 bytes, without a sign and with one; fixext of 1 to 16 bytes, with a type.
  if (first < 0xd4) return { size: 1, bytes: 1 << ((first - 0xcc) & 3), values: 0 };
  if (first < 0xd9) return { size: 2, bytes: 1 << (first - 0xd4), values: 0 };
  if (first < 0xdc) return sized(view, at, first - 0xd9, 0);
  const count = first & 1 ? view.getUint32(at + 1) : view.getUint16(at + 1);
  return { size: first & 1 ? 5 : 3, bytes: 0, values: first < 0xde ? count : 2 * count };
}

/** A length of 1, 2 or 4 bytes, and so many bytes behind it. */
function sized(view: DataView, at: number, width: number, type: number): Token {
  const bytes = width === 0 ? view.getUint8(at + 1) : width === 1 ? view.getUint16(at + 1) : view.getUint32(at + 1);
  return { size: 1 + (1 << width) + type, bytes, values: 0 };
}

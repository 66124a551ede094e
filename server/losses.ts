// Losses as a result carries them: [count] float32, little-endian.
import { endianness } from 'node:os';
import { ProtocolError } from '../protocol/errors.ts';

const LITTLE = endianness() === 'LE';

/** Throws ProtocolError `malformed` for another length, `invalid` for what no evaluator may give: NaN, or minus infinity. */
export function readLosses(bytes: Uint8Array, count: number): Float32Array {
  if (bytes.length !== count * 4) {
    throw new ProtocolError('malformed', `a task of ${count} individuals has ${count * 4} bytes of losses, not ${bytes.length}`);
  }
  const losses = new Float32Array(count);
  if (LITTLE) new Uint8Array(losses.buffer).set(bytes);
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) losses[i] = view.getFloat32(i * 4, true);
  }
  for (let i = 0; i < count; i++) {
    if (!(losses[i] > Number.NEGATIVE_INFINITY)) {
      throw new ProtocolError('invalid', `loss ${i} of ${count} is ${losses[i]}: a loss is a number or Infinity`);
    }
  }
  return losses;
}

// The checksum of a generation's losses in whichever form they are kept, bound to the record that they belong to.
import { sha256 } from './record.ts';

export function lossesChecksum(lossesHash: Uint8Array, form: string, bytes: Uint8Array): Uint8Array {
  return sha256(lossesHash, form, '\n', bytes);
}

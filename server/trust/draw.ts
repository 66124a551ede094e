// Which results are checked: a draw that the server can make again, and that nobody outside can foresee.
import { createHash } from 'node:crypto';

/** A number from 0 (inclusive) to 1 (exclusive), made of a secret and of what is drawn for. */
export function draw(secret: string, ...what: (string | number)[]): number {
  return (
    createHash('sha256')
      .update(`${secret} ${what.join(' ')}`)
      .digest()
      .readUInt32LE(0) /
    2 ** 32
  );
}

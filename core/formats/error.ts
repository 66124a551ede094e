/** A weights file that cannot be read, or does not fit the network: says what is wrong and where in the file. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

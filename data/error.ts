/**
 * Data that can't be used: damaged or unexpected files, unknown names, failed downloads. The message is for the user and stands alone:
 * where (file, then byte offset, row or column), what was found, what was expected or what to do.
 */
export class DataError extends Error {
  override name = 'DataError';
  /** The file, URL or dataset name that the message begins with. */
  readonly place: string;

  constructor(place: string, problem: string, options?: ErrorOptions) {
    super(`${place}: ${problem}`, options);
    this.place = place;
  }
}

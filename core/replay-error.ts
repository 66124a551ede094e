/** A journal that does not lead where it says. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  /** The first generation whose state is not the one that the journal tells of. */
  readonly generation: number;
  constructor(generation: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.generation = generation;
  }
}

// What ends a worker, or keeps it from a run: with one of the protocol's codes.
import type { ErrorCode } from '../protocol/errors.ts';

export class WorkerError extends Error {
  override name = 'WorkerError';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

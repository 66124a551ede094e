// Errors that a user can mend: their message is enough, and a stack trace would only be in the way.

/** A command that was not meant like this: options that exclude each other, a number that is none. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** By name: the classes belong to modules that a command may never load. */
const MISTAKES = new Set([
  'UsageError',
  'ExperimentError',
  'SettingsError',
  'NetworkError',
  'MemoryError',
  'EngineError',
  'DataError',
  'JournalError',
  'FormatError',
  'NpzError',
  'ServerError',
  'RequestError',
]);

/** Nothing that a user did, and yet nothing that a stack trace explains: by name, or by an error's code. */
const FAILURES = new Set(['ReplayError', 'SnapshotError', 'ServerFailure', 'WorkerError', 'lost', 'disk-full', 'io', 'corrupt']);

/** The exit code of an error whose message says all: 2 for a user's mistake, 1 for a failure of the machine; null for anything else. */
export function exitCodeOf(error: unknown): 1 | 2 | null {
  if (!(error instanceof Error)) return null;
  if (FAILURES.has(error.name) || ('code' in error && FAILURES.has(String(error.code)))) return 1;
  return MISTAKES.has(error.name) ? 2 : null;
}

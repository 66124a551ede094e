// Every error that crosses the wire has one of these codes; the text beside it is for people.

export const ERROR_CODES = [
  /** Not msgpack, not a message of this role, or a field out of bounds. */
  'malformed',
  /** Too long for what it is, or too many in too short a time. */
  'too-large',
  'too-many',
  /** Something else came before hello, or nothing came at all. */
  'hello-expected',
  'hello-timeout',
  /** Another protocol version or engine: update. */
  'protocol-mismatch',
  'engine-mismatch',
  /** No token, an unknown or revoked one, or one of another role. */
  'unauthorized',
  'forbidden',
  /** A Host or an Origin that is not on the list. */
  'origin',
  'not-found',
  /** What is asked for does not go with the state that the run is in. */
  'conflict',
  'invalid',
  /** The run does not fit the worker. */
  'memory',
  'evaluator',
  /** A state or a dataset whose digest is not the run's. */
  'digest',
  /** The evaluator itself failed. */
  'evaluation',
  /** Dropped for wrong losses or digests. */
  'distrusted',
  'slow',
  'disk',
  'shutdown',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error with a code from the list, to be told to the other side. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

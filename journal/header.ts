// What a run is: everything that its replay starts from. Written once, when the journal is made; the root of its records' chain.
import { JournalError } from './error.ts';
import { sha256 } from './record.ts';

/** Bytes kept in `chunks/`, in order. */
export interface ChunkList {
  /** In all. */
  bytes: number;
  /** SHA-256 (hex) of each chunk. */
  chunks: string[];
}

export interface EngineFile {
  name: string;
  bytes: Uint8Array;
}

export interface RunHeader {
  /** What the store calls the run. */
  run: string;
  /** The experiment with every default filled in. */
  experiment: Record<string, unknown>;
  /** SHA-256 (hex) of its canonical JSON. */
  experimentHash: string;
  /** Version of the settings that `experiment` is written in. */
  settingsVersion: number;
  /** 64 bits, decimal. */
  seed: string;
  /** SHA-256 (hex) that the engine is known by; its files are in `engines/<engine>/`. */
  engine: string;
  engineFiles: { name: string; bytes: number; hash: string }[];
  dataset: { name: string; hash: string };
  /** The genome that the run started from (`--init`), as little-endian float32; null where it started from its seed alone. */
  start: ChunkList | null;
  /** Losses of the last so many generations are kept as they are; older ones as a histogram. null: all are kept. */
  keepLosses: number | null;
  /** ISO 8601. */
  created: string;
}

const HASH = /^[0-9a-f]{64}$/;
const FILE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
const MAX_SEED = (1n << 64n) - 1n;

function refuse(field: string, expected: string, value: unknown): never {
  throw new JournalError('invalid', `a run's ${field} must be ${expected}, not ${JSON.stringify(value)}`);
}

/** Throws JournalError `invalid`, naming the field. */
export function checkHeader(header: RunHeader): void {
  if (typeof header.run !== 'string' || !FILE.test(header.run)) refuse('name', 'letters, digits, dots, dashes and underscores', header.run);
  for (const [field, hash] of [
    ['experimentHash', header.experimentHash],
    ['engine', header.engine],
    ['dataset hash', header.dataset?.hash],
  ] as const) {
    if (typeof hash !== 'string' || !HASH.test(hash)) refuse(field, 'a SHA-256 in hexadecimal', hash);
  }
  if (!/^\d{1,20}$/.test(header.seed) || BigInt(header.seed) > MAX_SEED) refuse('seed', 'a decimal number of 64 bits', header.seed);
  for (const file of header.engineFiles) if (!FILE.test(file.name)) refuse('engine file', 'a plain file name', file.name);
  const keep = header.keepLosses;
  if (keep !== null && !(Number.isSafeInteger(keep) && keep >= 0)) refuse('keepLosses', 'a whole number, or null for all', keep);
}

/** Start of the chain. `text` is the header's JSON as it is stored. */
export function chainRoot(text: string): Uint8Array {
  return sha256('germline run 1\n', text);
}

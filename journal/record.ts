// One generation in the journal, and the checksum that binds it to all before it.
import { createHash } from 'node:crypto';
import type { Champion, GenerationEvent, Score } from '../core/events.ts';
import type { ReplayRecord } from '../core/run.ts';
import { JournalError } from './error.ts';

/** What a run says of a generation, as the journal takes it. */
export type NewRecord = Omit<GenerationEvent, 'event' | 'train' | 'seconds'> & { seconds?: number };

/** What the journal keeps of a generation for ever. Its losses are read apart: they are large, and shrink with age. */
export interface JournalRecord extends ReplayRecord {
  best: number;
  mean: number;
  validation: Score | null;
  evaluations: number;
  /** Since the process that made the record began its run; says nothing of the run's state. */
  seconds: number;
  /** How many losses there were. */
  population: number;
  /** SHA-256 (32 bytes) of the losses as little-endian float32. */
  lossesHash: Uint8Array;
}

/**
 * Largest selection, and largest losses, in bytes. SQLite ends a row at 10^9 bytes; a row holds a few hundred bytes beside its blob.
 */
export const MAX_BLOB_BYTES = 1_000_000_000 - 4096;

export const DIGEST_BYTES = 16;
const DIGEST = /^[0-9a-f]{32}$/;

export function checkDigest(digest: string, what: string): void {
  if (!DIGEST.test(digest)) throw new JournalError('invalid', `${what}: a digest is 32 hexadecimal digits, not ${JSON.stringify(digest)}`);
}

function checkCount(value: number, what: string, minimum = 0): void {
  if (!Number.isSafeInteger(value) || value < minimum)
    throw new JournalError('invalid', `${what} must be a whole number of at least ${minimum}, not ${value}`);
}

function checkNumber(value: number, what: string): void {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new JournalError('invalid', `${what} must be a number, not ${value}`);
}

function checkScore(score: Score, what: string): void {
  checkNumber(score.loss, `${what}'s loss`);
  if (score.accuracy !== null) checkNumber(score.accuracy, `${what}'s accuracy`);
}

export function checkBlob(bytes: number, what: string): void {
  if (bytes > MAX_BLOB_BYTES) {
    throw new JournalError(
      'too-large',
      `${what} takes ${bytes} bytes, and the journal holds at most ${MAX_BLOB_BYTES} in one record: make the population smaller`,
    );
  }
}

/** Throws JournalError `invalid` or `too-large`, naming the generation and the field. */
export function checkRecord(record: NewRecord): void {
  const name = `record of generation ${record.generation}`;
  checkCount(record.generation, `${name}: generation`);
  checkDigest(record.digest, name);
  checkBlob(record.losses.byteLength, `${name}: losses`);
  checkBlob(record.selection.byteLength, `${name}: selection`);
  checkNumber(record.best, `${name}: best`);
  checkNumber(record.mean, `${name}: mean`);
  checkCount(record.evaluations, `${name}: evaluations`);
  if (record.seconds !== undefined) checkNumber(record.seconds, `${name}: seconds`);
  if (record.validation) checkScore(record.validation, `${name}: validation`);
  if (record.champion) {
    checkCount(record.champion.generation, `${name}: champion's generation`);
    checkCount(record.champion.individual, `${name}: champion's individual`, -1);
    checkScore(record.champion.validation, `${name}: champion`);
    checkDigest(record.champion.digest, `${name}: champion`);
  }
}

// SQLite stores a whole real as an integer, which has no negative zero: there is one zero here.
const oneZero = (value: number): number => value + 0;
const scoreOf = (score: Score): Score => ({
  loss: oneZero(score.loss),
  accuracy: score.accuracy === null ? null : oneZero(score.accuracy),
});

/** The part of a new record that is kept for ever. `selection` is not copied. */
export function keptOf(record: NewRecord, lossesHash: Uint8Array): JournalRecord {
  const { champion, validation } = record;
  return {
    generation: record.generation,
    digest: record.digest,
    selection: record.selection,
    champion: champion && {
      generation: champion.generation,
      individual: champion.individual,
      validation: scoreOf(champion.validation),
      digest: champion.digest,
    },
    best: oneZero(record.best),
    mean: oneZero(record.mean),
    validation: validation && scoreOf(validation),
    evaluations: record.evaluations,
    seconds: oneZero(record.seconds ?? 0),
    population: record.losses.length,
    lossesHash,
  };
}

const HAS = { validation: 1, validationAccuracy: 2, champion: 4, championAccuracy: 8 } as const;
const HEAD_BYTES = 1 + 8 + DIGEST_BYTES + 4 * 8 + 8 + 32 + 1 + 2 * 8 + 4 * 8 + DIGEST_BYTES + 8;
const VERSION = 1;

/**
 * All of a record but its selection's bytes, in one fixed order (numbers are little-endian float64, absent ones zero):
 * u8 version, generation, digest, best, mean, evaluations, seconds, population, SHA-256 of the losses,
 * u8 what is there, validation {loss, accuracy}, champion {generation, individual, loss, accuracy, digest}, length of the selection.
 */
export function encodeHead(record: JournalRecord): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const byte = (value: number): void => view.setUint8(at++, value);
  const number = (value: number): void => {
    view.setFloat64(at, value, true);
    at += 8;
  };
  const blob = (value: Uint8Array): void => {
    bytes.set(value, at);
    at += value.length;
  };
  const { validation, champion } = record;
  byte(VERSION);
  number(record.generation);
  blob(Buffer.from(record.digest, 'hex'));
  number(record.best);
  number(record.mean);
  number(record.evaluations);
  number(record.seconds);
  number(record.population);
  blob(record.lossesHash);
  byte(
    (validation ? HAS.validation : 0) |
      (validation && validation.accuracy !== null ? HAS.validationAccuracy : 0) |
      (champion ? HAS.champion : 0) |
      (champion && champion.validation.accuracy !== null ? HAS.championAccuracy : 0),
  );
  number(validation?.loss ?? 0);
  number(validation?.accuracy ?? 0);
  number(champion?.generation ?? 0);
  number(champion?.individual ?? 0);
  number(champion?.validation.loss ?? 0);
  number(champion?.validation.accuracy ?? 0);
  blob(champion ? Buffer.from(champion.digest, 'hex') : new Uint8Array(DIGEST_BYTES));
  number(record.selection.length);
  return bytes;
}

/** The checksum of a record and of all before it: SHA-256(the one before, head, selection). The first record's predecessor is the run's root. */
export function chainRecord(before: Uint8Array, record: JournalRecord): Uint8Array {
  return createHash('sha256').update(before).update(encodeHead(record)).update(record.selection).digest();
}

export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The memory of typed numbers, as bytes. */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export type { Champion, Score };

// A record as a row of the `records` table.
import type { Score } from '../core/events.ts';
import type { JournalRecord } from './record.ts';

/** Columns in the table's order. */
export const RECORD_COLUMNS = [
  'generation',
  'digest',
  'best',
  'mean',
  'validation_loss',
  'validation_accuracy',
  'champion_generation',
  'champion_individual',
  'champion_loss',
  'champion_accuracy',
  'champion_digest',
  'evaluations',
  'seconds',
  'population',
  'losses_hash',
  'selection',
] as const;

export type RecordRow = Record<(typeof RECORD_COLUMNS)[number], number | Uint8Array | null>;

const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');

/** Values in RECORD_COLUMNS' order. */
export function rowOf(record: JournalRecord): (number | Uint8Array | null)[] {
  const { champion, validation } = record;
  return [
    record.generation,
    Buffer.from(record.digest, 'hex'),
    record.best,
    record.mean,
    validation?.loss ?? null,
    validation?.accuracy ?? null,
    champion?.generation ?? null,
    champion?.individual ?? null,
    champion?.validation.loss ?? null,
    champion?.validation.accuracy ?? null,
    champion ? Buffer.from(champion.digest, 'hex') : null,
    record.evaluations,
    record.seconds,
    record.population,
    record.lossesHash,
    record.selection,
  ];
}

function scoreFrom(loss: unknown, accuracy: unknown): Score | null {
  return loss === null ? null : { loss: loss as number, accuracy: accuracy as number | null };
}

/** What the row says. Whether it says what was written is for the chain to tell: nothing is checked here. */
export function recordFrom(row: RecordRow): JournalRecord {
  const championScore = scoreFrom(row.champion_loss, row.champion_accuracy);
  return {
    generation: row.generation as number,
    digest: hex(row.digest),
    selection: row.selection as Uint8Array,
    champion: championScore && {
      generation: row.champion_generation as number,
      individual: row.champion_individual as number,
      validation: championScore,
      digest: row.champion_digest === null ? '' : hex(row.champion_digest),
    },
    best: row.best as number,
    mean: row.mean as number,
    validation: scoreFrom(row.validation_loss, row.validation_accuracy),
    evaluations: row.evaluations as number,
    seconds: row.seconds as number,
    population: row.population as number,
    lossesHash: row.losses_hash as Uint8Array,
  };
}

// Where a run went back to an earlier generation: what its journal held from there on is gone, and a note says so for ever. The records
// themselves know nothing of it: a replay of a journal that was cut is the plain replay.
import type { DatabaseSync } from 'node:sqlite';
import { sha256 } from './record.ts';

/** Why a run goes back. */
export interface CutReason {
  /** Whose doing it was, in words; null where nobody is named. */
  who: string | null;
  why: string;
}

export interface Cut extends CutReason {
  /** The records of this generation and of all after it were dropped. */
  generation: number;
  /** How many records there were. */
  records: number;
  /** ISO 8601. */
  at: string;
}

/** Made with the first cut: a journal that was never cut is the same as ever, and an older Germline reads both. */
const TABLE = `
CREATE TABLE IF NOT EXISTS cuts (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  cut TEXT NOT NULL,                -- JSON
  checksum BLOB NOT NULL            -- SHA-256(root of the run, cut)
) STRICT;
`;

interface Run {
  id: number;
  root: Uint8Array;
}

const checksumOf = ({ root }: Run, text: string): Uint8Array => sha256(root, 'cut\n', text);

/** Inside a transaction. */
export function insertCut(database: DatabaseSync, run: Run, cut: Cut): void {
  database.exec(TABLE);
  const text = JSON.stringify(cut);
  database.prepare('INSERT INTO cuts (run, cut, checksum) VALUES (?, ?, ?)').run(run.id, text, checksumOf(run, text));
}

/** A run's cuts, oldest first. A damaged note is left out: nothing but people reads it. */
export function readCuts(database: DatabaseSync, run: Run): Cut[] {
  if (!database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'cuts'").get()) return [];
  const rows = database.prepare('SELECT cut, checksum FROM cuts WHERE run = ? ORDER BY id').all(run.id) as {
    cut: string;
    checksum: Uint8Array;
  }[];
  return rows.filter(({ cut, checksum }) => Buffer.compare(checksum, checksumOf(run, cut)) === 0).map(({ cut }) => JSON.parse(cut));
}

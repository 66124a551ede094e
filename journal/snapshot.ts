// A run's state at the start of a generation, as chunks. It only shortens a replay: a damaged one is passed over.
import type { DatabaseSync } from 'node:sqlite';
import type { Chunks } from './chunks.ts';
import { JournalError } from './error.ts';
import { type ChunkList, chainRoot, type RunHeader } from './header.ts';
import { sha256 } from './record.ts';
import type { RunRow } from './verify.ts';

/** Snapshots kept of a run: the newest, and one to fall back on. */
export const SNAPSHOTS_KEPT = 2;

const HASH_BYTES = 32;

export interface Snapshot {
  /** The state that this generation's losses are measured on; its record's selection comes next. */
  generation: number;
  /** Of that state, 32 hex digits. */
  digest: string;
  bytes: number;
  /** In order, each checked against its hash. Throws JournalError where a file was taken away meanwhile. */
  chunks(): Iterable<Uint8Array>;
}

interface SnapshotRow {
  id: number;
  generation: number;
  digest: Uint8Array;
  bytes: number;
  chunks: Uint8Array;
  checksum: Uint8Array;
}

function checksumOf(root: Uint8Array, generation: number, digest: Uint8Array, list: { bytes: number; chunks: Uint8Array }): Uint8Array {
  return sha256(root, `snapshot\n${generation} ${list.bytes}\n`, digest, list.chunks);
}

/** Adds the row and drops those that are older than the last SNAPSHOTS_KEPT. The chunks are durable already. */
export function insertSnapshot(
  database: DatabaseSync,
  run: { id: number; root: Uint8Array },
  generation: number,
  digest: string,
  list: ChunkList,
): void {
  const digestBytes = Buffer.from(digest, 'hex');
  const chunks = Buffer.from(list.chunks.join(''), 'hex');
  const checksum = checksumOf(run.root, generation, digestBytes, { bytes: list.bytes, chunks });
  database
    .prepare('INSERT OR REPLACE INTO snapshots (run, generation, digest, bytes, chunks, checksum) VALUES (?, ?, ?, ?, ?, ?)')
    .run(run.id, generation, digestBytes, list.bytes, chunks, checksum);
  database
    .prepare(
      'DELETE FROM snapshots WHERE run = ? AND generation NOT IN (SELECT generation FROM snapshots WHERE run = ? ORDER BY generation DESC LIMIT ?)',
    )
    .run(run.id, run.id, SNAPSHOTS_KEPT);
}

function hashesOf(chunks: Uint8Array): string[] {
  const hashes: string[] = [];
  for (let at = 0; at + HASH_BYTES <= chunks.length; at += HASH_BYTES)
    hashes.push(Buffer.from(chunks.subarray(at, at + HASH_BYTES)).toString('hex'));
  return hashes;
}

/**
 * Every chunk that a snapshot or a start genome of the store needs; undefined where a run's description is damaged, so that nobody can tell.
 */
export function usedChunks(database: DatabaseSync): Set<string> | undefined {
  const used = new Set<string>();
  for (const { chunks } of database.prepare('SELECT chunks FROM snapshots').all() as { chunks: Uint8Array }[]) {
    for (const hash of hashesOf(chunks)) used.add(hash);
  }
  for (const { header, root } of database.prepare('SELECT header, root FROM runs').all() as { header: string; root: Uint8Array }[]) {
    if (Buffer.compare(root, chainRoot(header)) !== 0) return undefined;
    for (const hash of (JSON.parse(header) as RunHeader).start?.chunks ?? []) used.add(hash);
  }
  return used;
}

export function* readChunks(files: Chunks, list: ChunkList): Generator<Uint8Array, void> {
  let bytes = 0;
  for (const hash of list.chunks) {
    const chunk = files.read(hash);
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== list.bytes) throw new JournalError('corrupt', `a chunk list of ${list.bytes} bytes names files of ${bytes} bytes`);
}

function isWhole(files: Chunks, list: ChunkList): boolean {
  try {
    for (const _ of readChunks(files, list));
    return true;
  } catch {
    return false;
  }
}

/** The newest snapshot of generation `atMost` or before whose row and files are as they were written, and that agrees with its generation's record. */
export function latestWhole(database: DatabaseSync, files: Chunks, run: RunRow, atMost: number): Snapshot | null {
  const rows = database
    .prepare(
      'SELECT id, generation, digest, bytes, chunks, checksum FROM snapshots WHERE run = ? AND generation <= ? ORDER BY generation DESC',
    )
    .all(run.id, atMost) as unknown as SnapshotRow[];
  const recorded = database.prepare('SELECT digest FROM records WHERE run = ? AND generation = ?');
  for (const row of rows) {
    if (Buffer.compare(row.checksum, checksumOf(run.root, row.generation, row.digest, row)) !== 0) continue;
    const record = recorded.get(run.id, row.generation) as { digest: Uint8Array } | undefined;
    if (record && Buffer.compare(record.digest, row.digest) !== 0) continue;
    const list = { bytes: row.bytes, chunks: hashesOf(row.chunks) };
    if (!isWhole(files, list)) continue;
    return {
      generation: row.generation,
      digest: Buffer.from(row.digest).toString('hex'),
      bytes: row.bytes,
      chunks: () => readChunks(files, list),
    };
  }
  return null;
}

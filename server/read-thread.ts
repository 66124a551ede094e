// The thread that reads journals for whoever asks the server, and holds the lock of its data folder.
import { readdirSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Champion } from '../core/events.ts';
import { makeFolder } from '../journal/folder.ts';
import { JournalError, JournalReader, type JournalRecord, type Snapshot } from '../journal/index.ts';
import { WriterLock } from '../journal/lock.ts';
import { diskLimits, runLimits } from './limits.ts';
import type { ReadKind, ReadReply, ReadRequest, Reads, RunDisk } from './read-messages.ts';
import { runFolder } from './run-record.ts';
import { NOTHING_NOTED, readNumbers, readWeights, TRACK_FILE, TRACK_ROW_BYTES } from './track/index.ts';

const port = parentPort as NonNullable<typeof parentPort>;
const { data } = workerData as { data: string };
const readers = new Map<string, JournalReader>();
const snapshots = new Map<string, Snapshot>();
/** How far a snapshot was read, and the rest of it. */
const cursors = new Map<number, { at: number; chunks: Iterator<Uint8Array> }>();
let lock: WriterLock | null = null;

/** An open journal, the one used last at the end. */
function reader(run: string): JournalReader {
  const open = readers.get(run) ?? JournalReader.open(runFolder(data, run), run);
  readers.delete(run);
  readers.set(run, open);
  for (const oldest of readers.keys()) {
    if (readers.size <= runLimits.openJournals) break;
    forget(oldest);
  }
  return open;
}

function forget(run: string): void {
  readers.get(run)?.close();
  readers.delete(run);
  snapshots.delete(run);
}

/** The chunks of a snapshot are checked when it is found, and each again when it is read. */
function snapshotAt(run: string, generation: number): Snapshot {
  const known = snapshots.get(run);
  const found = known?.generation === generation ? known : reader(run).latestSnapshot(generation);
  if (found?.generation !== generation)
    throw new JournalError('missing', `run ${run} keeps no snapshot of generation ${generation} (any more)`);
  snapshots.set(run, found);
  return found;
}

/** Bytes of a run's files: all, the journal's, the snapshots', what grows beside the journal. */
function folderBytes(folder: string): { bytes: number; journal: number; snapshots: number; track: number } {
  const sum = { bytes: 0, journal: 0, snapshots: 0, track: 0 };
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const size = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    sum.bytes += size;
    if (entry.name.startsWith('journal.sqlite')) sum.journal += size;
    else if (basename(entry.parentPath) === 'chunks') sum.snapshots += size;
    else if (entry.name === TRACK_FILE) sum.track += size;
  }
  return sum;
}

/** What a run takes, and what it will take at its end. Its journal is known by its records: its log is emptied only now and then. */
function diskOf({ run, population, horizon }: Reads['disk']['request']): RunDisk {
  const { track, ...now } = folderBytes(runFolder(data, run));
  const unknown = { ...now, perGeneration: null, forecast: null };
  let journal: JournalReader;
  let last: JournalRecord | undefined;
  try {
    journal = reader(run);
    [last] = journal.records(Math.max(0, journal.count - 1));
  } catch (error) {
    // Not begun yet, or damaged: that is said where the run is opened.
    if (error instanceof JournalError) return unknown;
    throw error;
  }
  if (!last) return unknown;
  const count = last.generation + 1;
  const losses = population * Float32Array.BYTES_PER_ELEMENT;
  const kept = journal.run.keepLosses;
  const perGeneration = last.selection.length + diskLimits.recordBytes + TRACK_ROW_BYTES + (kept === null ? losses : 0);
  if (horizon === null) return { ...now, perGeneration, forecast: null };
  const latest = kept === null ? 0 : Math.min(kept, horizon) * losses;
  const forecast = now.bytes - now.journal - track + diskLimits.journalBytes + Math.max(horizon, count) * perGeneration + latest;
  return { ...now, perGeneration, forecast };
}

const answers: { [K in ReadKind]: (request: Reads[K]['request']) => Reads[K]['reply'] } = {
  lock({ folder }) {
    makeFolder(folder);
    lock = WriterLock.take(folder);
    return null;
  },
  selections({ run, from, most }) {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    let next = from;
    for (const { generation, selection } of reader(run).records(from)) {
      if (parts.length && bytes + 4 + selection.length > most) break;
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, selection.length, true);
      parts.push(length, selection);
      bytes += 4 + selection.length;
      next = generation + 1;
    }
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return { bytes: whole, next };
  },
  generations({ run, from, most }) {
    const found: Reads['generations']['reply'] = [];
    const noted = readNumbers(runFolder(data, run), from, from + most);
    for (const { generation, digest, best, mean, validation, champion, evaluations, seconds } of reader(run).records(from)) {
      if (found.length === most) break;
      const numbers = noted.get(generation) ?? NOTHING_NOTED;
      found.push({ generation, digest, best, mean, validation, champion, evaluations, seconds, ...numbers });
    }
    return found;
  },
  recorded: ({ run }) => JournalReader.recorded(runFolder(data, run), run),
  weights: ({ run, ...range }) => readWeights(runFolder(data, run), range),
  snapshot({ run, generation }) {
    const found = reader(run).latestSnapshot(generation);
    if (!found || (generation !== undefined && found.generation !== generation)) return null;
    snapshots.set(run, found);
    return { generation: found.generation, digest: found.digest, bytes: found.bytes };
  },
  snapshotPart({ run, generation, at, stream }) {
    let cursor = cursors.get(stream);
    cursors.delete(stream);
    if (!cursor || cursor.at > at) cursor = { at: 0, chunks: snapshotAt(run, generation).chunks()[Symbol.iterator]() };
    for (;;) {
      const { value, done } = cursor.chunks.next();
      if (done) return new Uint8Array(0);
      const from = at - cursor.at;
      cursor.at += value.length;
      if (from >= value.length) continue;
      cursors.set(stream, cursor);
      for (const oldest of cursors.keys()) {
        if (cursors.size <= runLimits.snapshotStreams) break;
        cursors.delete(oldest);
      }
      return Uint8Array.from(value.subarray(from));
    }
  },
  start({ run }) {
    const start = reader(run).start();
    return start && new Uint8Array(start.buffer as ArrayBuffer);
  },
  champion({ run }) {
    let champion: Champion | null = null;
    for (const record of reader(run).records()) champion = record.champion ?? champion;
    return champion;
  },
  forget({ run }) {
    forget(run);
    return null;
  },
  disk: diskOf,
  space() {
    const { bavail, blocks, bsize } = statfsSync(data);
    return { free: bavail * bsize, size: blocks * bsize };
  },
  end() {
    for (const run of [...readers.keys()]) forget(run);
    lock?.release();
    port.close();
    return null;
  },
};

port.on('message', ({ id, kind, request }: ReadRequest) => {
  let reply: ReadReply;
  try {
    reply = { id, value: (answers[kind] as (request: unknown) => unknown)(request) };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: unknown };
    reply = { id, error: { name, message, code: typeof code === 'string' ? code : null } };
  }
  port.postMessage(reply);
});

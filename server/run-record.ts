// What the server keeps of a run beside its journal: run.json, written whole or not at all.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DoneEvent } from '../core/events.ts';
import type { Failure, Opened } from './run-messages.ts';

export const RUN_STATES = ['created', 'running', 'paused', 'stopped', 'done', 'failed', 'diverged'] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface RunRecord {
  version: 1;
  id: string;
  /** ISO 8601. */
  created: string;
  state: RunState;
  /** ISO 8601: when it was last started or resumed; null before. */
  started?: string | null;
  /** With every default filled in. */
  experiment: Record<string, unknown>;
  /** SHA-256 (hex) of its canonical JSON. */
  experimentHash: string;
  /** Decimal. */
  seed: string;
  /** The run that it was cloned from. */
  clonedFrom: string | null;
  /** Why it failed, or why it was paused by the server. */
  failure: Failure | null;
  /** What became known when its journal was opened; null before. */
  opened: Opened | null;
  /** How it ended, or last stopped. Non-finite numbers are null, as in all JSON here. */
  end: DoneEvent | null;
}

const RECORD_FILE = 'run.json';
/** The genome that a run is to start from: float32, little-endian. */
export const START_FILE = 'start.f32';

export const runFolder = (data: string, id: string): string => join(data, 'runs', id);

/** Short, legible, and unlike any other: the experiment's name and six random digits. */
export function newRunId(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 24);
  return `${slug || 'run'}-${randomBytes(3).toString('hex')}`;
}

/** Writes a file so that it is there whole, with its old or its new content, whenever the power goes. */
export async function writeDurably(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(folder, `.new-${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function writeRecord(data: string, record: RunRecord): Promise<void> {
  const folder = runFolder(data, record.id);
  if (await mkdir(folder, { recursive: true })) await syncFolder(join(data, 'runs'));
  await writeDurably(folder, RECORD_FILE, `${JSON.stringify(record, null, 2)}\n`);
}

/** Every run of a data folder, oldest first, and the folders whose run.json cannot be read. */
export async function readRecords(data: string): Promise<{ records: RunRecord[]; damaged: { folder: string; message: string }[] }> {
  const runs = join(data, 'runs');
  await mkdir(runs, { recursive: true });
  const records: RunRecord[] = [];
  const damaged: { folder: string; message: string }[] = [];
  for (const id of await readdir(runs)) {
    const folder = join(runs, id);
    try {
      const record = JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8')) as RunRecord;
      if (record.version !== 1 || record.id !== id || !RUN_STATES.includes(record.state))
        throw new Error('it is not of this version, or not of this folder');
      records.push(record);
    } catch (error) {
      // Killed between making the folder and writing the file: nobody was told of that run.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      damaged.push({ folder, message: (error as Error).message });
    }
  }
  records.sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : a.id < b.id ? -1 : 1));
  return { records, damaged };
}

/** Deletes a run whole: its record first, so that a half-deleted run is none. */
export async function removeRun(data: string, id: string): Promise<void> {
  const folder = runFolder(data, id);
  await rm(join(folder, RECORD_FILE), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Datasets by their hash. */
export const datasetsFolder = (data: string): string => join(data, 'datasets');

// The WebAssembly modules that a run was made with, kept by the engine's hash: what a replay years later runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from './chunks.ts';
import { JournalError, journalError } from './error.ts';
import { journalPaths, makeFolder, syncFolder, writeWhole } from './folder.ts';
import type { EngineFile, RunHeader } from './header.ts';

type Listed = Pick<RunHeader, 'engine' | 'engineFiles'>;

/** Stores the modules durably. Files that are there already, whole, are left. */
export function writeEngineFiles(journal: string, engine: string, files: EngineFile[]): RunHeader['engineFiles'] {
  const folder = join(journalPaths(journal).engines, engine);
  try {
    makeFolder(folder);
    const listed = files.map(({ name, bytes }) => {
      const hash = hashOf(bytes);
      if (!holds(join(folder, name), hash)) writeWhole(join(folder, name), bytes);
      return { name, bytes: bytes.length, hash };
    });
    syncFolder(folder);
    return listed;
  } catch (error) {
    throw journalError(error, 'write', folder);
  }
}

function holds(path: string, hash: string): boolean {
  try {
    return hashOf(readFileSync(path)) === hash;
  } catch {
    return false;
  }
}

/** The modules of a run. Throws JournalError `missing` or `corrupt`, naming the file. */
export function readEngineFiles(journal: string, header: Listed): EngineFile[] {
  return header.engineFiles.map(({ name, hash }) => {
    const path = join(journalPaths(journal).engines, header.engine, name);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw journalError(error, 'read', path);
    }
    if (hashOf(bytes) !== hash) throw new JournalError('corrupt', `${path} is damaged: it is not the module that the run was made with`);
    return { name, bytes };
  });
}

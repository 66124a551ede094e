// A run's champion as a model file, made in a thread of its own.
import { Worker } from 'node:worker_threads';
import type { ExportData } from './export-thread.ts';
import { ThreadError } from './read.ts';
import { sibling } from './sibling.ts';

/** Resolves with the file. Throws ThreadError: `missing` where there is no champion yet. */
export function exportChampion(workerData: ExportData): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(sibling('export-thread', import.meta.url), { name: `export ${workerData.run}`, workerData, execArgv: [] });
    thread.on('message', (answer: { bytes: Uint8Array } | { error: { name: string; code: string | null; message: string } }) => {
      if ('error' in answer) reject(new ThreadError(answer.error));
      else resolve(answer.bytes);
    });
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error('the export ended without a word')));
  });
}

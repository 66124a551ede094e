// A run's champion as a model file, made in a thread of its own.
import type { ExportData } from './export-thread.ts';
import { oneShot } from './one-shot.ts';

/** Resolves with the file. Throws ThreadError: `missing` where there is no champion yet. */
export const exportChampion = (workerData: ExportData): Promise<Uint8Array> =>
  oneShot({ module: 'export-thread', name: `export ${workerData.run}`, workerData });

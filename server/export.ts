// A run's champion as a model file, made in a thread of its own.
import type { ExportData } from './export-thread.ts';
import { exportLimits } from './limits.ts';
import { Answers, oneShot } from './one-shot.ts';

const files = new Answers<Uint8Array>(exportLimits);

/** Resolves with the file. Throws ThreadError: `missing` where there is no champion yet; ProtocolError `too-many`. */
export const exportChampion = (workerData: ExportData): Promise<Uint8Array> =>
  files.of(`${workerData.folder} ${workerData.format}`, () =>
    oneShot({ module: 'export-thread', name: `export ${workerData.run}`, workerData }),
  );

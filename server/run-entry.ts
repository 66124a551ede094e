// A run as viewers and the API see it: what is known of it, and how it goes.
import { describeRun } from './describe.ts';
import type { DiskWatch } from './disk.ts';
import type { RunHandle } from './run-handle.ts';
import type { Work } from './work.ts';

export function runEntry(run: RunHandle, work: Work, disk: DiskWatch) {
  return { ...describeRun(run), ...work.run(run.id), disk: disk.running.get(run.id) ?? null };
}

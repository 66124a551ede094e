// Records, snapshots and replay of runs.

export type { Cut, CutReason } from './cuts.ts';
export { JournalError, type JournalErrorCode } from './error.ts';
export type { EngineFile, RunHeader } from './header.ts';
export { binEdges, HISTOGRAM_BINS, type LossHistogram } from './histogram.ts';
export { type CreateOptions, Journal, LOSSES_KEPT } from './journal.ts';
export { type JournalListener, type JournalListenerOptions, journalListener } from './listener.ts';
export { type JournalContent, JournalReader } from './reader.ts';
export type { JournalRecord, NewRecord } from './record.ts';
export { MAX_BLOB_BYTES } from './record.ts';
export { ReplayError, type Replayed, type ReplayedRun, type ReplayOptions, type ResumePoint, replay, resumePoint } from './replay.ts';
export type { Snapshot } from './snapshot.ts';
export { Store } from './store.ts';
export type { Recovery } from './verify.ts';

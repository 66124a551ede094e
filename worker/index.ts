// A worker as a library: `germline work` and the page at /join are built on it.
export { type Address, parseAddress } from './address.ts';
export type { DatasetStore } from './datasets.ts';
export { WorkerError } from './error.ts';
export type { WorkerEvent, WorkerStatus } from './events.ts';
export { Worker, type WorkerOptions } from './worker.ts';

// The scheduler: which worker computes which individuals, and when to stop waiting for it.
export { Scheduler, type SchedulerOptions } from './scheduler.ts';
export type * from './types.ts';

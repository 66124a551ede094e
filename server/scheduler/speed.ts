// The run's speed and the moment when it would finish, kept as sums that change by one worker or thread at a time.
import type { SchedulerLimits } from '../limits.ts';
import type { Run, Thread, Worker } from './state.ts';

/** Brings the worker's part of its run's speed up to date: after a measurement, a change of run, or a thread that fell silent. */
export function countWorker(worker: Worker): void {
  const old = worker.addsTo;
  if (old) {
    old.speed -= worker.addsSpeed;
    old.unmeasured -= worker.addsUnmeasured;
  }
  const run = worker.gone ? null : worker.home;
  const pace = run ? worker.paceOf(run) : null;
  const threads = worker.slow ? 0 : worker.threads.length - worker.stuck;
  worker.addsTo = run;
  worker.addsSpeed = pace === null ? 0 : threads / pace;
  worker.addsUnmeasured = pace === null ? threads : 0;
  if (!run) return;
  run.speed += worker.addsSpeed;
  run.unmeasured += worker.addsUnmeasured;
}

/** Brings the thread's part of what is in work up to date: after its queue has changed. A doubted lease promises nothing. */
export function countThread(thread: Thread, limits: SchedulerLimits): void {
  const old = thread.busyFor;
  if (old) {
    old.busySpeed -= thread.busySpeed;
    old.busyEnd -= thread.busyEnd;
    thread.busyFor = null;
  }
  const head = thread.queue[0];
  const run = thread.worker.home;
  if (!head || head.doubted || head.run !== run) return;
  thread.busyFor = run;
  thread.busySpeed = 1 / (thread.worker.paceOf(run) ?? run.guess(limits));
  thread.busyEnd = thread.busySpeed * (thread.queue[thread.queue.length - 1].end - run.origin);
  run.busySpeed += thread.busySpeed;
  run.busyEnd += thread.busyEnd;
}

/** Individuals a millisecond of all the threads that work for the run. */
export function speedOf(run: Run, limits: SchedulerLimits): number {
  return Math.max(0, run.speed) + run.unmeasured / run.guess(limits);
}

/** Milliseconds per individual of the run's mean thread. */
export function meanPaceOf(run: Run, limits: SchedulerLimits): number {
  const speed = speedOf(run, limits);
  return speed > 0 ? Math.max(1, run.homeThreads) / speed : Number.POSITIVE_INFINITY;
}

/** When the run's threads would all finish if they shared what is unleased so that they finish together. */
export function finishOf(run: Run, unleased: number, speed: number, now: number): number {
  const inWork = Math.max(0, run.busyEnd - (now - run.origin) * run.busySpeed);
  return now + (inWork + unleased) / speed;
}

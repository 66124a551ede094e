// A scheduler with a clock and a record, for tests that play its workers by hand.
import {
  type Assignment,
  type GenerationSpec,
  type Outcome,
  type RunSpec,
  Scheduler,
  type SchedulerOptions,
  type WorkerSpec,
} from '../../../server/scheduler/index.ts';

export class Fleet {
  readonly scheduler: Scheduler;
  now = 0;
  /** Leases that have been sent and not been answered here, in order. */
  readonly out: Assignment[] = [];

  constructor(options: SchedulerOptions = {}) {
    this.scheduler = new Scheduler(options);
  }

  run(id = 'run', spec: Partial<RunSpec> = {}): void {
    this.scheduler.addRun({ id, weight: 1, memory: 0, evaluators: ['wasm'], ...spec });
  }

  worker(id: string, spec: Partial<WorkerSpec> = {}): void {
    this.scheduler.addWorker({ id, threads: 1, memory: 2 ** 30, evaluators: ['wasm'], ...spec });
  }

  begin(spec: Partial<GenerationSpec> = {}, workers: string[] = [], run = 'run'): void {
    const generation = { generation: 0, population: 64, grain: 2, ...spec };
    this.scheduler.beginGeneration(run, generation, this.now);
    for (const worker of workers) this.scheduler.setReady(worker, run, generation.generation);
  }

  /** What is leased now. */
  assign(): Assignment[] {
    const leased = this.scheduler.assign(this.now);
    this.out.push(...leased);
    return leased;
  }

  /** Moves the clock on, past every deadline on the way. */
  pass(milliseconds: number): Assignment[] {
    const until = this.now + milliseconds;
    const leased: Assignment[] = [];
    for (let next = this.scheduler.nextDeadline(); next <= until; next = this.scheduler.nextDeadline()) {
      this.now = Math.max(this.now, next);
      this.scheduler.expire(this.now);
      leased.push(...this.assign());
    }
    this.now = until;
    return leased;
  }

  answer(lease: Assignment, milliseconds?: number): Outcome {
    const at = this.out.indexOf(lease);
    if (at >= 0) this.out.splice(at, 1);
    return this.scheduler.result({ worker: lease.worker, lease: lease.lease, milliseconds }, this.now);
  }

  /** Answers lease after lease, each after its thread's time, until nothing is out; the outcomes. */
  finish(pace: (worker: string) => number = () => 1): Outcome[] {
    const outcomes: Outcome[] = [];
    for (this.assign(); this.out.length; this.assign()) {
      const lease = this.out[0];
      const took = lease.count * pace(lease.worker);
      this.now += took;
      outcomes.push(this.answer(lease, took));
    }
    return outcomes;
  }

  /** The first lease that a worker has not answered. */
  of(worker: string): Assignment {
    const lease = this.out.find((one) => one.worker === worker);
    if (!lease) throw new Error(`${worker} has no lease`);
    return lease;
  }
}

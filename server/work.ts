// Who computed what, second by second: what rates, shares and the timeline of the workers are made of.
import { workLimits } from './limits.ts';

/** Individuals whose losses counted in one second, by worker. */
export interface WorkSecond {
  /** Unix time, seconds. */
  at: number;
  workers: Record<string, number>;
}

export interface WorkerRate {
  /** Individuals a second, over the latest seconds. */
  rate: number;
  /** Its part of all that was done in them: 0 to 1. */
  share: number;
}

export interface RunRate {
  /** Individuals a second, over the latest seconds. */
  rate: number;
  /** How many workers did something for it in them. */
  workers: number;
}

interface Second {
  readonly at: number;
  /** Individuals by run, then by worker. */
  readonly runs: Map<string, Map<string, number>>;
  /** The same for viewers, made when it is first asked for: what is over stays as it is. */
  shown?: WorkSecond;
}

export class Work {
  readonly #now: () => number;
  #present: Second;
  /** Those that are over, oldest first, without a gap. */
  #over: Second[] = [];
  /** The second in which someone's work began, of those who did something lately. */
  readonly #since = { workers: new Map<string, number>(), runs: new Map<string, number>() };
  #workers = new Map<string, WorkerRate>();
  #runs = new Map<string, RunRate>();

  /** `now`: Unix time, seconds. */
  constructor(now: () => number = () => Date.now() / 1000) {
    this.#now = now;
    this.#present = { at: this.#at(), runs: new Map() };
  }

  #at(): number {
    return Math.floor(this.#now());
  }

  /** Losses counted. */
  did(run: string, worker: string, individuals: number): void {
    this.roll();
    const { at, runs } = this.#present;
    const workers = runs.get(run) ?? new Map<string, number>();
    runs.set(run, workers.set(worker, (workers.get(worker) ?? 0) + individuals));
    if (!this.#since.runs.has(run)) this.#since.runs.set(run, at);
    if (!this.#since.workers.has(worker)) this.#since.workers.set(worker, at);
  }

  /** Ends seconds that are over. */
  roll(): void {
    const now = this.#at();
    // A clock that was set back: the present second takes a little longer.
    if (now <= this.#present.at) return;
    const oldest = now - workLimits.seconds;
    this.#over.push(this.#present);
    for (let at = Math.max(this.#present.at + 1, oldest); at < now; ++at) this.#over.push({ at, runs: new Map() });
    this.#over = this.#over.filter(({ at }) => at >= oldest);
    this.#present = { at: now, runs: new Map() };
    this.#rate();
  }

  #rate(): void {
    const { at: now } = this.#present;
    const byWorker = new Map<string, number>();
    const byRun = new Map<string, { individuals: number; workers: Set<string> }>();
    let all = 0;
    for (const { at, runs } of this.#over) {
      if (at < now - workLimits.rateSeconds) continue;
      for (const [run, workers] of runs) {
        const of = byRun.get(run) ?? { individuals: 0, workers: new Set() };
        byRun.set(run, of);
        for (const [worker, individuals] of workers) {
          byWorker.set(worker, (byWorker.get(worker) ?? 0) + individuals);
          of.individuals += individuals;
          of.workers.add(worker);
          all += individuals;
        }
      }
    }
    const lasted = (since: number) => Math.max(1, Math.min(workLimits.rateSeconds, now - since));
    const { workers, runs } = this.#since;
    for (const worker of workers.keys()) if (!byWorker.has(worker)) workers.delete(worker);
    for (const run of runs.keys()) if (!byRun.has(run)) runs.delete(run);
    this.#workers = new Map(
      Array.from(byWorker, ([worker, individuals]) => [
        worker,
        { rate: individuals / lasted(workers.get(worker) as number), share: individuals / all },
      ]),
    );
    this.#runs = new Map(
      Array.from(byRun, ([run, of]) => [run, { rate: of.individuals / lasted(runs.get(run) as number), workers: of.workers.size }]),
    );
  }

  /** As of the last second that is over. */
  worker(id: string): WorkerRate {
    return this.#workers.get(id) ?? { rate: 0, share: 0 };
  }

  run(id: string): RunRate {
    return this.#runs.get(id) ?? { rate: 0, workers: 0 };
  }

  /** The present second: its time. */
  get second(): number {
    return this.#present.at;
  }

  /** Runs for which something was done lately. */
  get runs(): Iterable<string> {
    return this.#runs.keys();
  }

  /** Seconds that are over, oldest first. */
  get seconds(): WorkSecond[] {
    return this.#over.map((second) => (second.shown ??= shown(second)));
  }
}

function shown({ at, runs }: Second): WorkSecond {
  const workers: Record<string, number> = {};
  for (const of of runs.values()) for (const [worker, individuals] of of) workers[worker] = (workers[worker] ?? 0) + individuals;
  return { at, workers };
}

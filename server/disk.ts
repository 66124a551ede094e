// What runs take of the disk, what they will take until their ends, and whether there is room: looked at now and then by the reading
// thread. Here too an unattended run finds its end: when room runs out, or when it ran for longer than anyone would let it.
import type { FastifyBaseLogger } from 'fastify';
import { diskLimits, runLimits } from './limits.ts';
import type { Reading } from './read.ts';
import type { RunDisk, Space } from './read-messages.ts';
import type { RunHandle } from './run-handle.ts';

/** A run as the reading thread has to know it. */
const asked = (run: RunHandle) => {
  const { population, generations } = run.record.experiment as { population: number; generations: number };
  const over = run.state === 'done' || run.state === 'diverged';
  return { run: run.id, population, horizon: over ? null : generations };
};

export class DiskWatch {
  readonly #reading: Reading;
  readonly #runs: () => Iterable<RunHandle>;
  readonly #log: FastifyBaseLogger;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #warned = false;
  /** Of the latest look; null before the first. */
  space: Space | null = null;
  /** Runs that were running at the latest look. */
  readonly running = new Map<string, RunDisk>();

  constructor(reading: Reading, runs: () => Iterable<RunHandle>, log: FastifyBaseLogger) {
    this.#reading = reading;
    this.#runs = runs;
    this.#log = log;
    this.#timer = setInterval(() => void this.look(), diskLimits.lookMs);
    this.#timer.unref();
  }

  /** One run, now. */
  async of(run: RunHandle): Promise<RunDisk & { free: number }> {
    const [disk, { free }] = await Promise.all([this.#reading.ask('disk', asked(run)), this.#reading.ask('space', null)]);
    return { ...disk, free };
  }

  /** Bytes that the running runs will still take; their journals' logs come and go. */
  get needed(): number {
    const more = ({ bytes, forecast }: RunDisk) => (forecast === null ? 0 : Math.max(0, forecast + diskLimits.logBytes - bytes));
    return [...this.running.values()].reduce((sum, run) => sum + more(run), 0);
  }

  /** Looks at the disk and the running runs. One look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: Error) => this.#log.error(`the data folder cannot be looked at: ${error.message}`))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const running = [...this.#runs()].filter(({ state, active }) => state === 'running' && active);
    this.space = await this.#reading.ask('space', null);
    const looks = running.map(async (run) => [run.id, await this.#reading.ask('disk', asked(run))] as const);
    this.running.clear();
    // A run whose journal is about to be made, or was deleted meanwhile, has none.
    for (const look of await Promise.allSettled(looks)) if (look.status === 'fulfilled') this.running.set(...look.value);
    const { free } = this.space;
    const short = this.needed > free;
    if (short && !this.#warned)
      this.#log.warn(`runs will need ${megabytes(this.needed)} more until their ends, and the disk has ${megabytes(free)} free: make room`);
    this.#warned = short;
    for (const run of running) {
      const reason = this.#end(run, free);
      if (!reason) continue;
      this.#log.warn(`run ${run.id} is paused: ${reason.message}`);
      // It may have ended by itself meanwhile.
      await run.stop('paused', reason).catch(() => {});
    }
  }

  /** Why a run may not go on unattended; null: it may. */
  #end({ record }: RunHandle, free: number) {
    if (free < diskLimits.reserveBytes) {
      const message = `the disk has ${megabytes(free)} left, and ${megabytes(diskLimits.reserveBytes)} are kept free: make room, then resume the run`;
      return { name: 'DiskError', code: 'disk-full', message };
    }
    const { stop } = record.experiment as { stop?: { minutes: number | null } };
    const ran = Date.now() - Date.parse(record.started ?? record.created);
    if ((stop?.minutes ?? null) !== null || ran < runLimits.unattendedMs) return null;
    const days = Math.round(runLimits.unattendedMs / 86_400_000);
    const message = `it ran for ${days} days: resume it for as many more, or say in the experiment how long it may run (stop.minutes)`;
    return { name: 'Unattended', code: 'unattended', message };
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;

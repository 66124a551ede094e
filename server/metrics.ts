// What the server counts, and how Prometheus reads it (text format 0.0.4).
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyBaseLogger } from 'fastify';
import type { ErrorCode } from '../protocol/errors.ts';
import type { RunDisk, Space } from './read-messages.ts';
import { Work } from './work.ts';

/** Upper edges of the histogram of commit times, seconds. */
const COMMIT_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

export interface Gauges {
  runs: Record<string, number>;
  workers: number;
  viewers: number;
  threads: number;
  disk: { space: Space | null; needed: number; running: ReadonlyMap<string, RunDisk> };
  leases: { issued: number; expired: number; duplicate: number; copies: number; late: number; lost: number };
}

export class Metrics {
  readonly log: FastifyBaseLogger;
  readonly work = new Work();
  bytesIn = 0;
  bytesOut = 0;
  evaluations = 0;
  generations = 0;
  resyncs = 0;
  /** Losses computed again by a second owner; single ones, by a second owner or the server. */
  replicas = 0;
  audits = 0;
  /** Owners that were caught, and times that a run went back for it. */
  lies = 0;
  rewinds = 0;
  readonly #refusals = new Map<ErrorCode, number>();
  readonly #commits = new Array<number>(COMMIT_SECONDS.length).fill(0);
  #commitCount = 0;
  #commitSeconds = 0;
  readonly #lag: ReturnType<typeof monitorEventLoopDelay>;

  constructor(log: FastifyBaseLogger) {
    this.log = log;
    this.#lag = monitorEventLoopDelay({ resolution: 10 });
    this.#lag.enable();
  }

  /** Losses of a run counted. */
  evaluated(run: string, worker: string, individuals: number): void {
    this.evaluations += individuals;
    this.work.did(run, worker, individuals);
  }

  refused(code: ErrorCode): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  committed(seconds: number): void {
    this.generations += 1;
    this.#commitCount += 1;
    this.#commitSeconds += seconds;
    COMMIT_SECONDS.forEach((edge, i) => {
      if (seconds <= edge) this.#commits[i] += 1;
    });
  }

  /** Seconds that the connection's thread was late, 99th percentile since the last time anyone asked. */
  #lagP99(): number {
    const seconds = Math.max(0, this.#lag.percentile(99) / 1e9 - 0.01);
    this.#lag.reset();
    return Number.isFinite(seconds) ? seconds : 0;
  }

  text({ runs, workers, viewers, threads, leases, disk }: Gauges): string {
    const lines: string[] = [];
    const metric = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: [string, number][]) => {
      lines.push(`# HELP germline_${name} ${help}`, `# TYPE germline_${name} ${type}`);
      for (const [labels, value] of samples) lines.push(`germline_${name}${labels} ${value}`);
    };
    const one = (value: number): [string, number][] => [['', value]];
    metric(
      'runs',
      'gauge',
      'Runs by state.',
      Object.entries(runs).map(([state, count]) => [`{state="${state}"}`, count]),
    );
    metric('workers', 'gauge', 'Workers that are connected.', one(workers));
    metric('worker_threads', 'gauge', 'Threads that they lend.', one(threads));
    metric('viewers', 'gauge', 'Viewers that are connected.', one(viewers));
    metric('evaluations_total', 'counter', 'Losses that counted.', one(this.evaluations));
    metric('generations_total', 'counter', 'Generations recorded.', one(this.generations));
    metric('leases_issued_total', 'counter', 'Ranges leased to workers.', one(leases.issued));
    metric('leases_expired_total', 'counter', 'Leases that ran out.', one(leases.expired));
    metric('leases_copied_total', 'counter', 'Leases that were copies of a range expected late.', one(leases.copies));
    metric('leases_duplicated_total', 'counter', 'Results that someone else had given before.', one(leases.duplicate));
    metric('leases_late_total', 'counter', 'Results after their lease or their generation.', one(leases.late));
    metric('leases_lost_total', 'counter', 'Leases lost with their worker.', one(leases.lost));
    metric('resyncs_total', 'counter', 'Workers that were sent back to a snapshot for a wrong digest.', one(this.resyncs));
    metric('replicas_total', 'counter', 'Losses that a second worker computed again.', one(this.replicas));
    metric('audits_total', 'counter', 'Losses of survivors, and samples of others, that were computed again.', one(this.audits));
    metric('lies_total', 'counter', 'Workers that were caught with a wrong loss.', one(this.lies));
    metric(
      'rewinds_total',
      'counter',
      'Times that a run went back to before a result that could not be believed any more.',
      one(this.rewinds),
    );
    metric(
      'refusals_total',
      'counter',
      'Requests and messages refused, by code.',
      [...this.#refusals].map(([code, n]) => [`{code="${code}"}`, n]),
    );
    metric('journal_commit_seconds', 'histogram', 'From a selection until its record is on the disk.', [
      ...COMMIT_SECONDS.map((edge, i): [string, number] => [`_bucket{le="${edge}"}`, this.#commits[i]]),
      ['_bucket{le="+Inf"}', this.#commitCount],
      ['_sum', this.#commitSeconds],
      ['_count', this.#commitCount],
    ]);
    metric('socket_received_bytes_total', 'counter', 'Bytes of messages from workers and viewers.', one(this.bytesIn));
    metric('socket_sent_bytes_total', 'counter', 'Bytes of messages to workers and viewers.', one(this.bytesOut));
    metric(
      'event_loop_lag_seconds',
      'gauge',
      "How late the connection's thread was, 99th percentile since the last scrape.",
      one(this.#lagP99()),
    );
    if (disk.space) metric('disk_free_bytes', 'gauge', 'Room left where the data folder is.', one(disk.space.free));
    metric('disk_needed_bytes', 'gauge', 'What the running runs will still take until their ends.', one(disk.needed));
    const ofRuns = (value: (run: RunDisk) => number | null) =>
      [...disk.running].map(([run, of]): [string, number] => [`{run="${run}"}`, value(of) ?? 0]);
    metric(
      'run_disk_bytes',
      'gauge',
      'What a running run takes of the disk.',
      ofRuns((run) => run.bytes),
    );
    metric(
      'run_disk_forecast_bytes',
      'gauge',
      'What it will take at its end.',
      ofRuns((run) => run.forecast),
    );
    metric('resident_memory_bytes', 'gauge', 'Memory of the whole process.', one(process.memoryUsage.rss()));
    return `${lines.join('\n')}\n`;
  }

  close(): void {
    this.#lag.disable();
  }
}

// What happened in each scenario: a chaos test in which nothing went wrong has shown nothing.

export const CRASH_POINTS = ['before-begin', 'before-commit', 'after-commit'] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Counters of the server's /metrics, by their names there. */
export const COUNTERS = {
  expired: 'germline_leases_expired_total',
  duplicated: 'germline_leases_duplicated_total',
  late: 'germline_leases_late_total',
  lost: 'germline_leases_lost_total',
  copied: 'germline_leases_copied_total',
  resyncs: 'germline_resyncs_total',
} as const;
export type Counter = keyof typeof COUNTERS;

export class Tally {
  readonly scenario: string;
  workerKills = 0;
  freezes = 0;
  /** Of the server, wherever it just was. */
  randomKills = 0;
  readonly crashes: Record<CrashPoint, number> = { 'before-begin': 0, 'before-commit': 0, 'after-commit': 0 };
  powerCuts = 0;
  /** Over all lives of the server. */
  readonly counters: Record<Counter, number> = { expired: 0, duplicated: 0, late: 0, lost: 0, copied: 0, resyncs: 0 };
  /** Of runs that came to their end. */
  readonly digests: string[] = [];

  constructor(scenario: string) {
    this.scenario = scenario;
  }

  get row(): Record<string, string | number> {
    const { crashes, counters } = this;
    const times = new Map<string, number>();
    for (const digest of this.digests) times.set(digest, (times.get(digest) ?? 0) + 1);
    return {
      scenario: this.scenario,
      'worker kills': this.workerKills,
      freezes: this.freezes,
      expired: counters.expired,
      duplicated: counters.duplicated,
      late: counters.late,
      lost: counters.lost,
      resyncs: counters.resyncs,
      ...crashes,
      'at random': this.randomKills,
      'power cuts': this.powerCuts,
      digests: [...times].map(([digest, n]) => `${digest.slice(0, 8)}${n > 1 ? ` x${n}` : ''}`).join(' '),
    };
  }
}

export function sum(tallies: readonly Tally[]): Tally {
  const all = new Tally('all');
  for (const tally of tallies) {
    all.workerKills += tally.workerKills;
    all.freezes += tally.freezes;
    all.randomKills += tally.randomKills;
    all.powerCuts += tally.powerCuts;
    for (const point of CRASH_POINTS) all.crashes[point] += tally.crashes[point];
    for (const counter of Object.keys(COUNTERS) as Counter[]) all.counters[counter] += tally.counters[counter];
    all.digests.push(...tally.digests);
  }
  return all;
}

/** One column a scenario would be too wide: one row each, and one for all. */
export function table(tallies: readonly Tally[]): string {
  const rows = [...tallies, ...(tallies.length > 1 ? [sum(tallies)] : [])].map(({ row }) => row);
  const names = Object.keys(rows[0]);
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const line = (texts: string[]) =>
    texts
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

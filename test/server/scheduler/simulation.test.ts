// A thousand workers whose speeds spread over 30 times: how close to the ideal a generation comes.
//   ideal: all work over the speed of all that lives and computes at each moment
//   bound: ideal, one floor-sized range on the median thread, one round trip
import { afterAll, expect, test } from 'vitest';
import { calm, type Scenario, type SimulationReport, simulate } from './simulation.ts';

const rows: string[][] = [];

function played(name: string, scenario: Partial<Scenario>): SimulationReport {
  const report = simulate({ ...calm, ...scenario });
  for (const one of report.generations) {
    rows.push([
      one.generation === 0 ? `${name}, speeds unknown` : name,
      one.idealMs.toFixed(0),
      one.tookMs.toFixed(0),
      `${((one.tookMs / one.idealMs - 1) * 100).toFixed(1)} %`,
      (one.tookMs - one.idealMs).toFixed(0),
      (one.floorMs + report.roundTripMs).toFixed(0),
      `${one.leases}`,
      `${one.copies}`,
      `${one.withoutShare}`,
    ]);
  }
  return report;
}

afterAll(() => {
  const table = [['scenario', 'ideal ms', 'took ms', 'over', 'over ms', 'allowed ms', 'leases', 'copies', 'without share'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row: string[]) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0]))).join('  ');
  console.log(`1,000 workers of 1 to 4 threads, population 1,000,000, grain 8, round trips of 5 to 45 ms\n${table.map(line).join('\n')}`);
});

const seconds = [0.5, 5, 60];

for (const second of seconds) {
  test(`${second} s, all live: within a floor-sized range and a round trip of the ideal, everyone contributes`, () => {
    const report = played(`${second} s, all live`, { idealMs: second * 1000, seed: 11 });
    for (const { generation, tookMs, idealMs, floorMs, withoutShare } of report.generations) {
      expect(withoutShare).toBe(0);
      if (second >= 5) expect(tookMs / idealMs).toBeLessThan(1.05);
      // The first generation finds out how fast the workers are.
      if (generation > 0) expect(tookMs - idealMs).toBeLessThanOrEqual(floorMs + report.roundTripMs);
    }
  });
}

for (const second of seconds) {
  test(`${second} s: some die, fall silent, stall, become slow`, () => {
    const trouble = { dying: 0.1, silent: 0.03, stalling: 0.05, slowing: 0.03, stallMs: second * 200 };
    const report = played(`${second} s, 10 % die, 3 % silent, 5 % stall, 3 % slow`, {
      idealMs: second * 1000,
      seed: 12,
      generations: 2,
      ...trouble,
    });
    const { tookMs, idealMs } = report.generations[1];
    if (second >= 5) expect(tookMs / idealMs).toBeLessThan(1.1);
    expect(report.statistics.counts.lost).toBeGreaterThan(50);
  });
}

test('readiness that takes a round trip costs that round trip', () => {
  const report = played('5 s, all live, ready after a round trip', { idealMs: 5_000, seed: 13, generations: 2, handshake: true });
  for (const { tookMs, idealMs } of report.generations) expect(tookMs / idealMs).toBeLessThan(1.05);
});

test('the same seed plays the same game', () => {
  const scenario = {
    ...calm,
    workers: 50,
    population: 20_000,
    idealMs: 1_000,
    dying: 0.2,
    silent: 0.1,
    stalling: 0.1,
    stallMs: 300,
    generations: 2,
  };
  expect(simulate(scenario)).toEqual(simulate(scenario));
});

test('a few workers, most of them in trouble: every individual is counted once', () => {
  for (let seed = 1; seed <= 40; ++seed) {
    const scenario = {
      workers: 8,
      threads: 2,
      population: 1_000,
      grain: 4,
      idealMs: 500,
      dying: 0.3,
      silent: 0.3,
      stalling: 0.2,
      stallMs: 2_000,
    };
    const report = trySimulate({ ...calm, ...scenario, seed, generations: 2 });
    if (report) expect(report.generations.length).toBe(2);
  }
});

/** Null where nobody was left alive to finish. */
function trySimulate(scenario: Scenario): SimulationReport | null {
  try {
    return simulate(scenario);
  } catch (error) {
    if (error instanceof Error && error.message === 'nobody is left') return null;
    throw error;
  }
}

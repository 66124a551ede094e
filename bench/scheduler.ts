// What the scheduler itself costs: workers that compute nothing answer at once, on a clock of their own.
import { type Assignment, Scheduler, type SchedulerOptions } from '../server/scheduler/index.ts';
import { median, type Row } from './row.ts';

const workers = 1000;
const threads = 4;
/** Milliseconds per individual that the workers claim. */
const pace = 1;

interface Pass {
  results: number;
  individuals: number;
  seconds: number;
  /** Longest single call, milliseconds. */
  longest: number;
}

/** Two generations, of which the second is timed: the first one finds out how fast the workers are. */
function pass(population: number, grain: number, options: SchedulerOptions): Pass {
  const scheduler = new Scheduler(options);
  scheduler.addRun({ id: 'run', weight: 1, memory: 0, evaluators: ['wasm'] });
  for (let i = 0; i < workers; ++i) scheduler.addWorker({ id: `worker-${i}`, threads, memory: 0, evaluators: ['wasm'] });
  let now = 0;
  const timed: Pass = { results: 0, individuals: 0, seconds: 0, longest: 0 };
  for (let generation = 0; generation < 2; ++generation) {
    let results = 0;
    let longest = 0;
    let complete = false;
    const began = performance.now();
    scheduler.beginGeneration('run', { generation, population, grain }, now);
    for (let i = 0; i < workers; ++i) scheduler.setReady(`worker-${i}`, 'run', generation);
    // First leased, first answered: every thread is as fast as the others.
    let out: Assignment[] = scheduler.assign(now);
    let later: Assignment[] = [];
    for (let next = 0; !complete; ++next) {
      if (next === out.length) {
        out = later;
        later = [];
        next = 0;
      }
      const { worker, lease, count } = out[next];
      now += (count * pace) / (workers * threads);
      const before = performance.now();
      scheduler.expire(now);
      const outcome = scheduler.result({ worker, lease, milliseconds: count * pace }, now);
      for (const assignment of scheduler.assign(now)) later.push(assignment);
      longest = Math.max(longest, performance.now() - before);
      ++results;
      complete = outcome.kind === 'accepted' && outcome.complete;
    }
    Object.assign(timed, { results, individuals: population, seconds: (performance.now() - began) / 1000, longest });
  }
  return timed;
}

export async function scheduler(): Promise<Row[]> {
  const small: SchedulerOptions = { limits: { ceilingMs: 2 * pace } };
  const cases = [
    { name: 'population 1,000,000 in ranges of 2', run: () => pass(1_000_000, 2, small) },
    { name: 'population 1,000,000, grain 8', run: () => pass(1_000_000, 8, {}) },
    { name: 'population 100,000, grain 8', run: () => pass(100_000, 8, {}) },
  ];
  return cases.map(({ name, run }, i) => {
    run();
    const passes = [run(), run(), run()];
    const perSecond = median(passes.map(({ results, seconds }) => results / seconds));
    const individuals = median(passes.map((one) => one.individuals / one.seconds));
    return {
      name: `scheduler: results a second, ${workers} workers of ${threads} threads, ${name}`,
      value: perSecond,
      unit: 'results/s',
      ratio: perSecond / 200_000,
      target: i === 0 ? 1 : null,
      limit: null,
      note: `${(individuals / 1e6).toFixed(2)} million individuals/s; ${passes[0].results} results a generation; longest call ${median(passes.map(({ longest }) => longest)).toFixed(2)} ms`,
    };
  });
}

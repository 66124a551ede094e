// A deterministic discrete-event simulation of a fleet: threads of very different speed behind links of different latency, some of which die,
// fall silent or stall. It knows the truth that the scheduler has to guess, and so the ideal: all work spread over all speed that there is.
import { Heap, HeapEntry } from '../../../server/scheduler/heap.ts';
import { type Assignment, Scheduler, type SchedulerOptions, type Statistics } from '../../../server/scheduler/index.ts';

/** Seeded, of its own: a 32-bit counter through two rounds of multiply and xor-shift ("lowbias32", Wellons 2018). */
export function random(seed: number): () => number {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let x = counter;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  };
}

export interface Scenario {
  seed: number;
  workers: number;
  /** Threads of a worker: 1 to this. */
  threads: number;
  /** The fastest thread over the slowest. */
  spread: number;
  population: number;
  grain: number;
  /** What a generation takes at least, milliseconds: the individuals' cost follows from it. */
  idealMs: number;
  generations: number;
  /** Round trips, milliseconds, uniform between the two. */
  roundTripMs: [number, number];
  /** Part of a round trip by which each message varies. */
  jitter: number;
  /** Part of its time by which each range varies. */
  noise: number;
  /** Parts of the workers that do so once in the last generation: the connection breaks; never answers again; computes nothing for a while. */
  dying: number;
  silent: number;
  stalling: number;
  /** How long one stalls, milliseconds. */
  stallMs: number;
  /** Part of the workers that compute at a tenth of their speed from some moment on. */
  slowing: number;
  /** Workers hear of a generation and say that they are ready, one round trip; else they are ready when it begins. */
  handshake: boolean;
}

export const calm: Scenario = {
  seed: 1,
  workers: 1000,
  threads: 4,
  spread: 30,
  population: 1_000_000,
  grain: 8,
  idealMs: 5_000,
  generations: 3,
  roundTripMs: [5, 45],
  jitter: 0.1,
  noise: 0.05,
  dying: 0,
  silent: 0,
  stalling: 0,
  stallMs: 0,
  slowing: 0,
  handshake: false,
};

export interface GenerationReport {
  generation: number;
  /** From the generation's begin to the last loss received, milliseconds. */
  tookMs: number;
  /** All work over all speed that there was, milliseconds. */
  idealMs: number;
  /** A floor-sized range (or one grain) on a thread of median speed, milliseconds. */
  floorMs: number;
  /** Live workers that gave no loss. */
  withoutShare: number;
  leases: number;
  copies: number;
}

export interface SimulationReport {
  generations: GenerationReport[];
  /** The longest round trip, milliseconds, without jitter. */
  roundTripMs: number;
  statistics: Statistics;
  /** Messages through the scheduler. */
  results: number;
}

interface SimulatedThread {
  queue: Assignment[];
  busy: boolean;
}

interface SimulatedWorker {
  id: string;
  /** Relative to the median thread. */
  speed: number;
  roundTripMs: number;
  /** When the last message to it, and from it, arrives: messages keep their order. */
  lastTo: number;
  lastFrom: number;
  threads: SimulatedThread[];
  dead: boolean;
  silent: boolean;
  diesAt: number;
  silentAt: number;
  stallsAt: number;
  slowsAt: number;
  individuals: number;
}

export function simulate(scenario: Scenario, options: SchedulerOptions = {}): SimulationReport {
  const draw = random(scenario.seed);
  const events = new Heap<() => void>();
  let now = 0;
  const at = (time: number, action: () => void): void => {
    events.set(new HeapEntry(action), time);
  };
  const scheduler = new Scheduler(options);
  const workers: SimulatedWorker[] = Array.from({ length: scenario.workers }, (_, i) => ({
    id: `worker-${i}`,
    speed: scenario.spread ** (draw() - 0.5),
    roundTripMs: scenario.roundTripMs[0] + draw() * (scenario.roundTripMs[1] - scenario.roundTripMs[0]),
    lastTo: 0,
    lastFrom: 0,
    threads: Array.from({ length: 1 + Math.floor(draw() * scenario.threads) }, () => ({ queue: [], busy: false })),
    dead: false,
    silent: false,
    diesAt: Number.POSITIVE_INFINITY,
    silentAt: Number.POSITIVE_INFINITY,
    stallsAt: Number.POSITIVE_INFINITY,
    slowsAt: Number.POSITIVE_INFINITY,
    individuals: 0,
  }));
  const byId = new Map(workers.map((worker) => [worker.id, worker]));
  const total = workers.reduce((sum, { speed, threads }) => sum + speed * threads.length, 0);
  /** Milliseconds per individual on the median thread. */
  const cost = (scenario.idealMs * total) / scenario.population;

  /** When the work that begins at `from` and takes `work` milliseconds of the worker's usual speed is done. */
  const doneAt = (worker: SimulatedWorker, from: number, work: number): number => {
    let time = from;
    let left = work;
    if (time >= worker.stallsAt && time < worker.stallsAt + scenario.stallMs) time = worker.stallsAt + scenario.stallMs;
    else if (time < worker.stallsAt && time + left > worker.stallsAt) time += scenario.stallMs;
    if (time < worker.slowsAt && time + left > worker.slowsAt) {
      left -= worker.slowsAt - time;
      return worker.slowsAt + 10 * left;
    }
    return time + (time >= worker.slowsAt ? 10 * left : left);
  };

  /** All work over all speed that there is, piece by piece of time. */
  const ideal = (from: number): number => {
    const changes: [number, number][] = [];
    for (const worker of workers) {
      if (worker.dead || worker.silent) continue;
      const speed = worker.speed * worker.threads.length;
      changes.push([from, speed]);
      const end = Math.min(worker.diesAt, worker.silentAt);
      if (end < Number.POSITIVE_INFINITY) changes.push([end, -speed]);
      if (worker.stallsAt < Number.POSITIVE_INFINITY) changes.push([worker.stallsAt, -speed], [worker.stallsAt + scenario.stallMs, speed]);
      if (worker.slowsAt < Number.POSITIVE_INFINITY) changes.push([worker.slowsAt, -0.9 * speed]);
    }
    changes.sort((a, b) => a[0] - b[0]);
    let left = scenario.population * cost;
    let speed = 0;
    let time = from;
    for (const [moment, change] of changes) {
      if (left <= (moment - time) * speed) break;
      left -= (moment - time) * speed;
      time = moment;
      speed += change;
    }
    return time + left / speed - from;
  };

  const oneWay = (worker: SimulatedWorker) => (worker.roundTripMs / 2) * (1 + scenario.jitter * (2 * draw() - 1));
  const toWorker = (worker: SimulatedWorker, action: () => void): void => {
    worker.lastTo = Math.max(worker.lastTo + 1e-6, now + oneWay(worker));
    at(worker.lastTo, () => {
      if (!worker.dead && !worker.silent) action();
    });
  };
  const toServer = (worker: SimulatedWorker, action: () => void): void => {
    worker.lastFrom = Math.max(worker.lastFrom + 1e-6, now + oneWay(worker));
    at(worker.lastFrom, () => {
      if (!worker.dead) action();
    });
  };
  let done = new Uint8Array(0);
  let complete = false;
  let counted = 0;
  let results = 0;

  const compute = (worker: SimulatedWorker, thread: SimulatedThread): void => {
    const task = thread.queue[0];
    if (!task || thread.busy) return;
    thread.busy = true;
    const work = ((task.count * cost) / worker.speed) * (1 + scenario.noise * (2 * draw() - 1));
    const began = now;
    at(doneAt(worker, now, work), () => {
      if (thread.queue[0] !== task) return; // a new generation began meanwhile
      thread.busy = false;
      thread.queue.shift();
      const milliseconds = now - began;
      if (!worker.silent && now < worker.silentAt)
        toServer(worker, () => {
          ++results;
          const outcome = scheduler.result({ worker: worker.id, lease: task.lease, milliseconds }, now);
          if (outcome.kind === 'accepted') {
            for (const { first, count } of outcome.pieces) {
              worker.individuals += count;
              for (let i = first; i < first + count; ++i) {
                if (done[i]) throw new Error(`individual ${i} counted twice`);
                done[i] = 1;
              }
              counted += count;
            }
            if (outcome.complete) complete = true;
          } else if (outcome.kind === 'unknown') throw new Error(`lease ${task.lease} is unknown`);
          send();
        });
      compute(worker, thread);
    });
  };

  const send = (): void => {
    for (const task of scheduler.assign(now)) {
      const worker = byId.get(task.worker) as SimulatedWorker;
      toWorker(worker, () => {
        worker.threads[task.thread].queue.push(task);
        compute(worker, worker.threads[task.thread]);
      });
    }
    const deadline = scheduler.nextDeadline();
    if (deadline < alarm) {
      alarm = deadline;
      at(deadline, ring);
    }
  };
  let alarm = Number.POSITIVE_INFINITY;
  const ring = (): void => {
    if (now < alarm) return;
    alarm = Number.POSITIVE_INFINITY;
    scheduler.expire(now);
    send();
  };

  scheduler.addRun({ id: 'run', weight: 1, memory: 1, evaluators: ['wasm'] });
  for (const { id, threads } of workers) scheduler.addWorker({ id, threads: threads.length, memory: 1, evaluators: ['wasm'] });

  const generations: GenerationReport[] = [];
  for (let generation = 0; generation < scenario.generations; ++generation) {
    const last = generation === scenario.generations - 1;
    const began = now;
    done = new Uint8Array(scenario.population);
    complete = false;
    counted = 0;
    const before = scheduler.statistics().counts;
    scheduler.beginGeneration('run', { generation, population: scenario.population, grain: scenario.grain }, now);
    for (const worker of workers) {
      worker.individuals = 0;
      if (last) {
        // Each worker has at most one misfortune.
        const fate = draw();
        const moment = began + draw() * scenario.idealMs;
        const { dying, silent, stalling, slowing } = scenario;
        if (fate < dying) {
          worker.diesAt = moment;
          at(moment, () => {
            worker.dead = true;
            // The server hears of it when the connection breaks.
            at(now + worker.roundTripMs / 2, () => {
              scheduler.removeWorker(worker.id, 'lost');
              send();
            });
          });
        } else if (fate < dying + silent) {
          worker.silentAt = moment;
          at(moment, () => {
            worker.silent = true;
          });
        } else if (fate < dying + silent + stalling) worker.stallsAt = moment;
        else if (fate < dying + silent + stalling + slowing) worker.slowsAt = moment;
      }
      const drop = () => {
        for (const thread of worker.threads) {
          thread.queue.length = 0;
          thread.busy = false;
        }
      };
      const ready = () => {
        scheduler.setReady(worker.id, 'run', generation);
      };
      if (scenario.handshake) {
        toWorker(worker, () => {
          drop();
          toServer(worker, () => {
            ready();
            send();
          });
        });
      } else {
        toWorker(worker, drop);
        ready();
      }
    }
    send();
    const idealMs = ideal(began);
    while (!complete) {
      const next = events.top;
      if (!next && workers.every(({ dead, silent }) => dead || silent)) throw new Error('nobody is left');
      if (!next) throw new Error(`generation ${generation} stands still: ${JSON.stringify(scheduler.statistics().runs)}`);
      events.remove(next);
      now = next.key;
      next.item();
      const lost = scheduler.takeLost();
      if (lost.length) throw new Error(JSON.stringify(lost));
    }
    if (counted !== scenario.population) throw new Error(`${counted} of ${scenario.population} individuals counted`);
    const after = scheduler.statistics().counts;
    generations.push({
      generation,
      tookMs: now - began,
      idealMs,
      floorMs: Math.max(2, scenario.grain * cost),
      withoutShare: workers.filter((worker) => !worker.individuals && Math.min(worker.diesAt, worker.silentAt) === Number.POSITIVE_INFINITY)
        .length,
      leases: after.issued - before.issued,
      copies: after.copies - before.copies,
    });
  }
  return {
    generations,
    roundTripMs: Math.max(...workers.map(({ roundTripMs }) => roundTripMs)),
    statistics: scheduler.statistics(),
    results,
  };
}

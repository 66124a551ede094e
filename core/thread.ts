// A compute thread: one instance of the engine over the run's memory. It is told a phase, takes units of it until none is left, and says
// so. It never computes anything that depends on which units it was given.
import { CONTROL, controlOf } from './control.ts';
import type { SplitName } from './dataset.ts';
import { Evolution } from './evolution.ts';
import type { Ground } from './ground.ts';
import { listen } from './ports.ts';
import { readSnapshot } from './snapshot.ts';

export type Phase =
  /** Take the run's memory. `thread`: which of the plan's threads this is. */
  | { phase: 'ground'; ground: Ground; thread: number }
  /** Make the state of generation 0, alone. Answers with `Ground['outside']`. */
  | { phase: 'init'; generation: number; start: Float32Array | null; outside: Ground['outside'] }
  /** Take the state of a snapshot, alone. Answers with a `Restored`. */
  | { phase: 'restore'; generation: number; snapshot: Uint8Array[]; outside: Ground['outside'] }
  /** `outside`: the buffers of parents that live outside the memory. */
  | { phase: 'batch'; generation: number; outside: Ground['outside'] }
  /** Evaluate individuals of the generation with `threads` threads, at least `grain` at a time. */
  | { phase: 'evaluate'; generation: number; first: number; count: number; grain: number; threads: number }
  /** Evaluate one range, alone: other threads have others. The batch is collected. */
  | { phase: 'task'; generation: number; first: number; count: number }
  | { phase: 'select'; generation: number }
  /** Score an individual (-1: the centre), or given weights, on a split. */
  | { phase: 'score'; generation: number; individual: number; weights: Float32Array | null; split: SplitName }
  /** The selection lies in memory, the next state's words too. */
  | { phase: 'advance'; generation: number; outside: Ground['outside'] };

export interface Restored {
  generation: number;
  outside: Ground['outside'];
  /** Whether the state's weights are. */
  finite: boolean;
}

export type Answer = { ok: true; value?: unknown } | { ok: false; error: string };

let evolution: Evolution | null = null;
let control: Int32Array = new Int32Array(0);

/** The largest range, and how many of them each thread should get at least. */
const LARGEST_RANGE = 256;
const RANGES = 4;

/**
 * Takes the next range of a generation, larger at first and down to `grain` at the end, so that all threads end together (guided
 * self-scheduling, Polychronopoulos and Kuck 1987). Null when none is left.
 */
function takeRange({ first, count, grain, threads }: Phase & { phase: 'evaluate' }): { first: number; count: number } | null {
  for (;;) {
    const taken = Atomics.load(control, CONTROL.next);
    const left = count - taken;
    if (left <= 0) return null;
    const share = Math.floor(left / (threads * RANGES * grain)) * grain;
    const size = Math.min(left, LARGEST_RANGE, Math.max(grain, share));
    if (Atomics.compareExchange(control, CONTROL.next, taken, taken + size) === taken) return { first: first + taken, count: size };
  }
}

function perform(message: Phase): unknown {
  if (message.phase === 'ground') {
    evolution = new Evolution(message.ground, message.thread);
    control = controlOf(message.ground.memory, message.ground.plan.control);
    return undefined;
  }
  const own = evolution as Evolution;
  own.generation = message.generation;
  const next = () => Atomics.add(control, CONTROL.next, 1);
  const stopped = () => Atomics.load(control, CONTROL.stop) !== 0;
  switch (message.phase) {
    case 'init':
      own.outside(message.outside);
      own.init(message.start);
      return own.outsideBuffers;
    case 'restore': {
      own.outside(message.outside);
      const { finite } = readSnapshot(message.snapshot, own);
      return { generation: own.generation, outside: own.outsideBuffers, finite } satisfies Restored;
    }
    case 'batch':
      own.outside(message.outside);
      return own.collectBatch(next);
    case 'evaluate': {
      for (let range = takeRange(message); range; range = takeRange(message)) {
        if (!own.evaluate(range.first, range.count, stopped)) return false;
        Atomics.add(control, CONTROL.done, range.count);
      }
      return true;
    }
    case 'task': {
      const began = performance.now();
      return own.evaluate(message.first, message.count, stopped) ? performance.now() - began : null;
    }
    case 'select':
      return next() === 0 ? own.select() : undefined;
    case 'score': {
      const weights = own.candidate(message.individual, message.weights);
      own.score(message.split, next);
      return own.isFirst ? weights : undefined;
    }
    case 'advance':
      own.outside(message.outside);
      return own.advanceSome(next);
  }
}

listen((message) => {
  try {
    return { ok: true, value: perform(message as Phase) } satisfies Answer;
  } catch (error) {
    return { ok: false, error: (error as Error).message } satisfies Answer;
  }
});

// A compute thread with a whole run of its own in a memory of its own: where threads cannot share one. Told the same, all hold the same.
import { Evolution } from './evolution.ts';
import { type GroundOptions, prepareGround } from './ground.ts';
import { listen } from './ports.ts';
import { readSnapshot } from './snapshot.ts';

export type Order =
  | { order: 'open'; options: Omit<GroundOptions, 'onPlan'> }
  | { order: 'init'; start: Float32Array | null }
  | { order: 'restore'; snapshot: Uint8Array[] }
  | { order: 'advance'; selection: Uint8Array }
  | { order: 'batch' }
  | { order: 'task'; first: number; count: number };

/** Where a thread's state is after `init`, `restore` or `advance`. */
export interface Held {
  generation: number;
  /** 32 hex digits. */
  digest: string;
  /** Whether the state's weights are. */
  finite: boolean;
}

export interface Measurement {
  losses: Float32Array<ArrayBuffer>;
  /** Milliseconds. */
  ms: number;
}

export type Reply = { ok: true; value: unknown } | { ok: false; name: string; error: string };

let evolution: Evolution | null = null;

function perform(message: Order): unknown {
  if (message.order === 'open') {
    evolution = new Evolution(prepareGround(message.options));
    return undefined;
  }
  const own = evolution as Evolution;
  const held = (finite: boolean): Held => ({ generation: own.generation, digest: own.digest(), finite });
  switch (message.order) {
    case 'init':
      own.init(message.start);
      return held(true);
    case 'restore':
      return held(readSnapshot(message.snapshot, own).finite);
    case 'advance':
      return held(own.advance(message.selection));
    case 'batch':
      return own.collectBatch();
    case 'task': {
      const { first, count } = message;
      const began = performance.now();
      const losses = own.evaluate(first, count) as Float32Array;
      return { losses: new Float32Array(losses), ms: performance.now() - began } satisfies Measurement;
    }
  }
}

listen((message): Reply => {
  try {
    return { ok: true, value: perform(message as Order) };
  } catch (error) {
    return { ok: false, name: (error as Error).name, error: (error as Error).message };
  }
});

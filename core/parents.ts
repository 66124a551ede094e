// Where the parents' weights are: inside the engine's memory, or, where they are too large for it, in buffers outside from which a
// thread copies the pair that it needs.
import type { Plan } from './plan.ts';

export interface Parents {
  /** Address of the weights of parent `position` in `generation`, in the thread's `slot` if they have to be copied in. */
  pointer(generation: number, position: number, slot: number): number;
  /** The weights of parent `position` in `generation`, where they are. */
  weights(generation: number, position: number): Float32Array;
  /** Where to express the parent `position` of `generation` to; `weights` is the thread's own room. */
  target(generation: number, position: number, weights: number): number;
  /** Keeps what was written to `target`. */
  keep(generation: number, position: number, address: number): void;
}

/** Inside: two sets, of the even and the odd generations. */
export function residentParents(memory: Float32Array, plan: Plan, parameters: number): Parents {
  const address = (generation: number, position: number) => plan.parents[generation & 1] + position * parameters * 4;
  const weights = (generation: number, position: number) => {
    const first = address(generation, position) >>> 2;
    return memory.subarray(first, first + parameters);
  };
  return { pointer: address, weights, target: address, keep() {} };
}

/** One buffer a parent, by generation parity. */
export type OutsideBuffers = [(SharedArrayBuffer | ArrayBuffer)[], (SharedArrayBuffer | ArrayBuffer)[]];

/** Outside. `buffers` is filled by the host before a generation's parents are written; `epoch` changes when a state is set anew. */
export function outsideParents(
  memory: Uint8Array,
  staging: number,
  parameters: number,
  buffers: OutsideBuffers,
  epoch: () => number,
): Parents {
  const bytes = parameters * 4;
  const stride = bytes + 64;
  /** What each slot holds, as epoch, generation and position. */
  const held: string[] = [];
  return {
    pointer(generation, position, slot) {
      const at = staging + slot * stride;
      const key = `${epoch()}:${generation}:${position}`;
      if (held[slot] !== key) {
        memory.set(new Uint8Array(buffers[generation & 1][position], 0, bytes), at);
        held[slot] = key;
      }
      return at;
    },
    weights: (generation, position) => new Float32Array(buffers[generation & 1][position], 0, parameters),
    target: (_generation, _position, weights) => weights,
    keep(generation, position, address) {
      new Uint8Array(buffers[generation & 1][position], 0, bytes).set(memory.subarray(address, address + bytes));
    },
  };
}

// The control block: the few words at the head of a run's memory through which threads share out work and are told to stop.

export const CONTROL = {
  /** The next unit (evaluation: individual) of the phase in progress. */
  next: 0,
  /** 1: leave the phase at the next individual. */
  stop: 1,
  /** Individuals evaluated in the phase. */
  done: 2,
  /** How often the state was set anew (init, restore) and not advanced to: copies of parents from before are void. */
  epoch: 3,
} as const;

export function controlOf(memory: WebAssembly.Memory, address: number): Int32Array {
  return new Int32Array(memory.buffer, address, 16);
}

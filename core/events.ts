// What a run says of itself while it goes: the journal, the terminal, the dashboard and the tests all listen to this one stream.

/** Loss, and accuracy for classification (null for regression). Non-finite losses are Infinity here, null in JSON. */
export interface Score {
  loss: number;
  accuracy: number | null;
}

export interface Champion {
  generation: number;
  individual: number;
  validation: Score;
  /** 32 hex digits. */
  digest: string;
}

/** After every individual of a generation is evaluated and the selection made; before the state advances. */
export interface GenerationEvent {
  event: 'generation';
  generation: number;
  /** Digest (32 hex digits) of the state that these losses were measured on. */
  digest: string;
  /** [population] float32. The same memory is used for the next generation: copy what is kept. */
  losses: Float32Array;
  /** The algorithm's record: all that `advance` reads. */
  selection: Uint8Array;
  best: number;
  mean: number;
  /** Of this generation's best individual (ga, random) or centre (es); null where `validateEvery` skips it. */
  validation: Score | null;
  /**
   * Of the same, on train examples evenly spread over their split, as many as validation has: against `validation` it shows overfitting. For
   * people: nothing of it reaches state.
   */
  train: Score | null;
  /** The champion, where this generation has a new one; else null. */
  champion: Champion | null;
  /** Individuals evaluated since the run's first generation. */
  evaluations: number;
  /** Since this process began the run. */
  seconds: number;
}

export interface DoneEvent {
  event: 'done';
  /** Generations whose selections were applied. */
  generations: number;
  reason: 'generations' | 'target' | 'minutes' | 'stopped' | 'diverged';
  /** Of the final state. */
  digest: string;
  best: number;
  champion: Champion | null;
  /** The champion's. */
  validation: Score | null;
  /** The champion's, read once, here; null where the run was stopped and may go on. */
  test: Score | null;
  evaluations: number;
  seconds: number;
  evaluationsPerSecond: number;
}

export type RunEvent = GenerationEvent | DoneEvent;

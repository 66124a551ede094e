// The functions of assembly/ that the host calls, by their TypeScript types. Pointers and counts are u32 (a pointer above 2 GiB comes
// back negative: `>>> 0` it); see each function's own comment for what it takes.

type P = number;

export interface EngineExports {
  heapBase(): number;
  // rng
  uniform(
    out: P,
    first: number,
    count: number,
    seedLo: number,
    seedHi: number,
    individual: number,
    generation: number,
    stream: number,
  ): void;
  normal(
    out: P,
    first: number,
    count: number,
    scale: number,
    seedLo: number,
    seedHi: number,
    individual: number,
    generation: number,
    stream: number,
    scratch: P,
  ): void;
  // data
  batch(config: P, count: number, generation: number, stride: number, first: number, last: number, out: P): void;
  gather(rows: P, bytes: number, features: number, indices: P, first: number, last: number, out: P): void;
  gatherClasses(rows: P, indices: P, first: number, last: number, out: P): void;
  // evolution
  start(config: P, state: P): void;
  stateBytes(capacity: number, pool: number): number;
  sigmasOf(state: P, capacity: number): P;
  lineage(config: P, state: P, individual: number, out: P): void;
  eliteCount(config: P, state: P): number;
  founder(config: P, individual: number, generation: number, out: P, scratch: P): void;
  express(config: P, state: P, lineage: P, individual: number, parents: P, out: P, scratch: P): void;
  expressScratch(rows: number, columns: number, rank: number): number;
  bufferBytes(config: P): number;
  targetPanelBytes(config: P): number;
  evaluate(config: P, weights: P, x: P, targets: P, examples: number, perExample: P, buffers: P, scratch: P): number;
  exampleLosses(
    config: P,
    firstOperation: number,
    weights: P,
    x: P,
    targets: P,
    panels: number,
    out: P,
    correct: P,
    buffers: P,
    scratch: P,
  ): void;
  mean(values: P, count: number): number;
  baseBytes(config: P, panels: number): number;
  fastBase(config: P, parent: P, x: P, panels: number, out: P, scratch: P): void;
  fastScratch(config: P, panels: number): number;
  fastLosses(
    config: P,
    state: P,
    first: number,
    count: number,
    parents: P,
    bases: P,
    x: P,
    targets: P,
    examples: number,
    weights: P,
    perExample: P,
    buffers: P,
    scratch: P,
    packing: P,
    out: P,
  ): void;
  selectScratch(population: number): number;
  selectionBytes(config: P): number;
  selectSurvivors(config: P, state: P, losses: P, cumulative: P, scratch: P, out: P): number;
  advanceSurvivors(config: P, state: P, selection: P, bytes: number, next: P, scratch: P): number;
  drawnCount(config: P, generation: number, drawn: P, mates: P): number;
  survivorOf(selection: P, position: number): number;
  utilitiesScratch(population: number): number;
  strategySelectionBytes(config: P): number;
  selectUtilities(config: P, state: P, losses: P, scratch: P, out: P): number;
  advanceStrategy(config: P, state: P, selection: P, bytes: number, next: P): number;
  stepScratch(rows: number, columns: number): number;
  strategyStep(
    config: P,
    state: P,
    next: P,
    selection: P,
    segment: number,
    first: number,
    rows: number,
    centre: P,
    m: P,
    v: P,
    scratch: P,
  ): void;
  denseStepScratch(): number;
  strategyDenseStep(config: P, state: P, next: P, selection: P, first: number, count: number, centre: P, m: P, v: P, scratch: P): void;
  digest(data: P, bytes: number, seed: number, out: P): void;
  allFinite(data: P, count: number): number;
  digestStateScratch(capacity: number, pool: number): number;
  digestState(config: P, state: P, digests: P, scratch: P, out: P): void;
}

// The state machine over one instance of the engine: init, lineage, express, evaluate, select, advance, digest, snapshot, restore.
// Alone it is a whole run on one thread. Several of them over one shared memory, each in its thread, are a parallel one (threads.ts):
// the work of a generation comes in numbered units, and no result depends on who does which.
import * as L from '../assembly/layout.ts';
import type { Config } from './config.ts';
import { SettingsError } from './config.ts';
import { CONTROL } from './control.ts';
import type { SplitName } from './dataset.ts';
import { type EngineExports, instantiate } from './engine.ts';
import type { Score } from './events.ts';
import type { Ground } from './ground.ts';
import { type OutsideBuffers, outsideParents, type Parents, residentParents } from './parents.ts';
import { MemoryError, type Plan, SCORE_PANELS, STEP_ROWS, STEP_WEIGHTS } from './plan.ts';

/** Examples of a batch that are collected as one unit. */
const BATCH_UNIT = 32;
/** Parents that a population's diversity is taken from at most: evenly spread over the breeding pool. */
const COMPARED_PARENTS = 256;
const SCORE_EXAMPLES = SCORE_PANELS * 8;

export interface Lineage {
  kind: 'founder' | 'elite' | 'child' | 'perturbed';
  /** Positions of the parents in the state. */
  mates: number[];
  crossed: boolean;
  mutated: boolean;
  sigma: number;
  /** Shared by the two of a complementary or antithetic pair. */
  pair: number;
  second: boolean;
}

const KINDS = { [L.FOUNDER]: 'founder', [L.ELITE]: 'elite', [L.CHILD]: 'child', [L.PERTURBED]: 'perturbed' } as const;

/** What the engine wrote to an address. */
export function readLineage(memory: ArrayBufferLike, address: number): Lineage {
  const u = new Uint32Array(memory, address, L.LINEAGE_WORDS);
  return {
    kind: KINDS[u[L.KIND] as 0],
    mates: Array.from(u.subarray(L.MATE, L.MATE + u[L.MATES])),
    crossed: u[L.CROSSED] !== 0,
    mutated: u[L.MUTATED] !== 0,
    sigma: new Float32Array(memory, address, L.LINEAGE_WORDS)[L.LINEAGE_SIGMA],
    pair: u[L.PAIR],
    second: u[L.SECOND] !== 0,
  };
}

/** A selection that does not fit the state. */
export class SelectionError extends Error {
  override name = 'SelectionError';
}

const WRONG_SELECTION: Record<number, string> = {
  1: 'is of another version or algorithm',
  2: 'belongs to another generation',
  3: 'has the wrong length',
  4: 'names survivors that cannot be',
  5: 'holds numbers that cannot be',
};

/** Hands out the numbers 0, 1, 2, ... once each among all that share the work. */
export type Counter = () => number;

const counting = (): Counter => {
  let n = 0;
  return () => n++;
};

export class Evolution {
  readonly engine: EngineExports;
  readonly config: Config;
  readonly plan: Plan;
  readonly memory: WebAssembly.Memory;
  /** The generation of the present state. */
  generation = 0;
  private readonly ground: Ground;
  private readonly own: Plan['threads'][number];
  private readonly parents: Parents;
  private readonly u8: Uint8Array;
  private readonly u32: Uint32Array;
  private readonly i32: Int32Array;
  private readonly f32: Float32Array;

  /** `thread`: which of the plan's threads this instance is. */
  constructor(ground: Ground, thread = 0) {
    this.ground = ground;
    this.config = ground.config;
    this.plan = ground.plan;
    this.memory = ground.memory;
    this.own = ground.plan.threads[thread];
    this.engine = instantiate(ground.modules, ground.memory);
    const { buffer } = ground.memory;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    const { parameters } = this.config.network;
    this.parents = this.plan.outside
      ? outsideParents(this.u8, this.own.staging, parameters, ground.outside, () => Atomics.load(this.i32, this.epoch))
      : residentParents(this.f32, this.plan, parameters);
  }

  private get epoch(): number {
    return (this.plan.control >>> 2) + CONTROL.epoch;
  }

  /** Address of the present state's words. */
  private get state(): number {
    return this.plan.states[this.generation & 1];
  }

  /** Individuals that share their parents. */
  get block(): number {
    return this.config.words[L.BLOCK];
  }

  /** Whether this instance is the first thread's: what all compute alike, it hands over. */
  get isFirst(): boolean {
    return this.own === this.plan.threads[0];
  }

  /** Buffers of parents outside, as far as this instance made them or was told of them. */
  get outsideBuffers(): OutsideBuffers {
    return this.ground.outside;
  }

  /** Takes note of buffers for parents outside, which another instance made. */
  outside(buffers: OutsideBuffers): void {
    for (const parity of [0, 1] as const) {
      const own = this.ground.outside[parity];
      own.push(...buffers[parity].slice(own.length));
    }
  }

  private get es(): boolean {
    return this.config.settings.algorithm.name === 'es';
  }

  // --- Generation 0 ---------------------------------------------------------------------------------------------------------

  /** Makes the state of generation 0. `start`: [parameters] float32 to begin at. */
  init(start: Float32Array | null = null): void {
    const { parameters } = this.config.network;
    this.generation = 0;
    this.engine.start(this.plan.config, this.state);
    this.forget();
    for (const m of this.plan.moments) if (m) this.f32.fill(0, m >>> 2, (m >>> 2) + parameters);
    const count = this.parentCount(0);
    this.reserve(0, count);
    for (let k = 0; k < count; ++k) {
      const to = this.parents.target(0, k, this.own.weights);
      if (start) {
        if (start.length !== parameters)
          throw new SettingsError(`the genome to start from has ${start.length} weights, the network ${parameters}`);
        new Float32Array(this.memory.buffer, to, parameters).set(start);
        if (!this.engine.allFinite(to, parameters)) throw new SettingsError('the genome to start from has weights that are not finite');
      } else this.engine.founder(this.plan.config, k, 0, to, this.own.packing);
      this.digestParent(to, k);
      this.parents.keep(0, k, to);
    }
    this.digestWhole();
  }

  /** What was derived from the parents of a state that is now another. */
  private forget(): void {
    this.i32.fill(0, this.plan.baseFlags >>> 2, (this.plan.baseFlags >>> 2) + this.config.capacity);
    Atomics.add(this.i32, this.epoch, 1);
  }

  /** Makes room outside for the parents of a generation. */
  private reserve(generation: number, count: number): void {
    if (!this.plan.outside) return;
    const list = this.ground.outside[generation & 1];
    const bytes = this.config.network.parameters * 4;
    while (list.length < count) {
      try {
        list.push(this.memory.buffer instanceof ArrayBuffer ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes));
      } catch {
        throw new MemoryError(
          `no memory for parent ${list.length + 1} of ${count} (${Math.ceil(bytes / 1e6)} MB each): use a smaller population, pool of parents or network`,
        );
      }
    }
  }

  private parentCount(generation: number): number {
    return this.u32[(this.plan.states[generation & 1] >>> 2) + L.PARENTS];
  }

  // --- Individuals ----------------------------------------------------------------------------------------------------------

  lineage(individual: number): Lineage {
    this.engine.lineage(this.plan.config, this.state, individual, this.own.lineage);
    return readLineage(this.memory.buffer, this.own.lineage);
  }

  /** Weights of an individual of the present generation: a copy, [parameters] float32. */
  express(individual: number): Float32Array {
    return this.copyOf(this.expressTo(individual, this.own.weights));
  }

  /** The present centre (es). */
  centre(): Float32Array {
    return this.copyOf(this.parents.pointer(this.generation, 0, 0));
  }

  private copyOf(address: number): Float32Array<ArrayBuffer> {
    const { parameters } = this.config.network;
    return new Float32Array(this.f32.subarray(address >>> 2, (address >>> 2) + parameters));
  }

  private expressTo(individual: number, to: number): number {
    this.engine.lineage(this.plan.config, this.state, individual, this.own.lineage);
    this.pointAtMates();
    this.engine.express(this.plan.config, this.state, this.own.lineage, individual, this.own.pointers, to, this.own.packing);
    return to;
  }

  /** Writes the pointers to the weights of the lineage's mates. */
  private pointAtMates(): void {
    const at = this.own.lineage >>> 2;
    const mates = this.u32[at + L.KIND] === L.FOUNDER ? 0 : this.u32[at + L.MATES];
    for (let m = 0; m < mates; ++m) {
      this.u32[(this.own.pointers >>> 2) + m] = this.parents.pointer(this.generation, this.u32[at + L.MATE + m], m);
    }
  }

  // --- The batch ------------------------------------------------------------------------------------------------------------

  /** Examples of the present generation's batch. */
  get batchSize(): number {
    const { batch } = this.config.settings;
    let size = batch[0].size;
    for (const step of batch) if (step.generation <= this.generation) size = step.size;
    return Math.min(size, this.plan.splits.train.count);
  }

  get batchUnits(): number {
    return Math.ceil(this.batchSize / BATCH_UNIT);
  }

  /** Collects the batch of the present generation, as far as `next` hands out units. */
  collectBatch(next: Counter = counting()): void {
    const { plan } = this;
    const size = this.batchSize;
    for (let unit = next(); unit < this.batchUnits; unit = next()) {
      const first = unit * BATCH_UNIT;
      const last = Math.min(size, first + BATCH_UNIT);
      this.engine.batch(
        plan.config,
        plan.splits.train.count,
        this.generation,
        this.config.largestBatch,
        first,
        last,
        plan.indices + first * 4,
      );
      this.gather('train', plan.indices, first, last, plan.batch + first * this.config.network.features * 4, plan.batchTargets);
    }
  }

  /** Examples `first` to `last` of a split to panels at `x`; their targets to their place behind `targets`. */
  private gather(name: SplitName, indices: number, first: number, last: number, x: number, targets: number): void {
    const { engine, plan } = this;
    const region = plan.splits[name];
    engine.gather(region.inputs, region.bytes ? 1 : 0, this.config.network.features, indices, first, last, x);
    const to = targets + (first >> 3) * engine.targetPanelBytes(plan.config);
    if (this.config.words[L.CLASSES]) engine.gatherClasses(region.targets, indices, first, last, to);
    else engine.gather(region.targets, 0, this.config.network.outputs, indices, first, last, to);
  }

  // --- Losses ---------------------------------------------------------------------------------------------------------------

  /**
   * Losses of individuals `first` to `first` + `count` on the present batch (collectBatch comes first). Returns a view of them in the
   * engine's memory, at their places among the generation's losses. `stopped` is asked between individuals: null where it said yes.
   */
  evaluate(first: number, count: number, stopped: () => boolean = () => false): Float32Array | null {
    const end = first + count;
    for (let i = first; i < end; ) {
      if (stopped()) return null;
      i += this.evaluateSome(i, end - i);
    }
    return this.f32.subarray((this.plan.losses >>> 2) + first, (this.plan.losses >>> 2) + end);
  }

  /** Evaluates `first`, and with it those behind it that have the same parents; returns how many. */
  private evaluateSome(first: number, most: number): number {
    const { engine, plan, own } = this;
    engine.lineage(plan.config, this.state, first, own.lineage);
    const at = own.lineage >>> 2;
    const kind = this.u32[at + L.KIND];
    const out = plan.losses + first * 4;
    if (!this.config.fast || kind === L.FOUNDER) {
      this.pointAtMates();
      engine.express(plan.config, this.state, own.lineage, first, own.pointers, own.weights, own.packing);
      const loss = engine.evaluate(
        plan.config,
        own.weights,
        plan.batch,
        plan.batchTargets,
        this.batchSize,
        own.perExample,
        own.buffers,
        own.packing,
      );
      this.f32[out >>> 2] = loss;
      return 1;
    }
    const block = this.config.words[L.BLOCK];
    const alike = kind === L.ELITE ? 1 : kind === L.PERTURBED ? L.GROUP : block - (first % block);
    const count = Math.min(most, alike, L.GROUP);
    // A block's children have the same parents, but one that is not crossed names only the first.
    for (let i = first + 1; this.u32[at + L.MATES] < 2 && kind === L.CHILD && i < first + count; ++i) {
      engine.lineage(plan.config, this.state, i, own.lineage);
    }
    this.pointAtMates();
    for (let m = 0; m < this.u32[at + L.MATES]; ++m) {
      const position = this.u32[at + L.MATE + m];
      this.u32[(own.bases >>> 2) + m] = this.base(position, this.u32[(own.pointers >>> 2) + m]);
    }
    engine.fastLosses(
      plan.config,
      this.state,
      first,
      count,
      own.pointers,
      own.bases,
      plan.batch,
      plan.batchTargets,
      this.batchSize,
      own.weights,
      own.perExample,
      own.buffers,
      own.fast,
      own.packing,
      out,
    );
    return count;
  }

  /** The base of a parent on the present batch, computed by whoever needs it first. */
  private base(position: number, weights: number): number {
    const { plan } = this;
    const flag = (plan.baseFlags >>> 2) + position;
    const ready = (this.generation + 1) * 2;
    const address = plan.bases + position * plan.baseBytes;
    for (;;) {
      const seen = Atomics.load(this.i32, flag);
      if (seen === ready) return address;
      if (seen === ready - 1) Atomics.wait(this.i32, flag, seen);
      else if (Atomics.compareExchange(this.i32, flag, seen, ready - 1) === seen) {
        this.engine.fastBase(plan.config, weights, plan.batch, Math.ceil(this.batchSize / 8), address, this.own.packing);
        Atomics.store(this.i32, flag, ready);
        Atomics.notify(this.i32, flag);
      }
    }
  }

  /** The losses of the whole generation, in the engine's memory. */
  get losses(): Float32Array {
    return this.f32.subarray(this.plan.losses >>> 2, (this.plan.losses >>> 2) + this.config.settings.population);
  }

  // --- Scores ---------------------------------------------------------------------------------------------------------------

  /** Weights that are to be scored: an individual's, the centre (es, -1), or given ones. To the thread's room; also returns a copy. */
  candidate(individual: number, given: Float32Array | null = null): Float32Array {
    const { weights } = this.own;
    if (given) this.f32.set(given, weights >>> 2);
    else if (individual < 0)
      this.u8.copyWithin(
        weights,
        this.parents.pointer(this.generation, 0, 0),
        this.parents.pointer(this.generation, 0, 0) + this.config.network.parameters * 4,
      );
    else this.expressTo(individual, weights);
    return this.copyOf(weights);
  }

  /** Scores the candidate on a split: on all of validation and of test, of train on as much as validation has. */
  score(split: SplitName, next: Counter = counting()): void {
    const { engine, plan, own } = this;
    const { stretches, count } = this.scoredPart(split);
    for (let unit = next(); unit < stretches.length; unit = next()) {
      const first = stretches[unit];
      const at = unit * SCORE_EXAMPLES;
      const last = first + Math.min(SCORE_EXAMPLES, count - at);
      const panels = Math.ceil((last - first) / 8);
      this.gather(split, 0, first, last, own.panels, own.targets - (first >> 3) * engine.targetPanelBytes(plan.config));
      engine.exampleLosses(
        plan.config,
        0,
        own.weights,
        own.panels,
        own.targets,
        panels,
        plan.scores + at * 4,
        this.config.words[L.CLASSES] ? plan.hits + at * 4 : 0,
        own.buffers,
        own.packing,
      );
    }
  }

  /** Examples of a split that a score is of. */
  scoredCount(split: SplitName): number {
    const { train, validation } = this.plan.splits;
    return split === 'train' ? Math.min(train.count, validation.count) : this.plan.splits[split].count;
  }

  /**
   * Examples of a split that are scored: where each stretch of SCORE_EXAMPLES begins, the last of which may be shorter, and how many they are.
   * Train's are evenly spread over it, whatever the order of its examples, and cost no more than validation's.
   */
  private scoredPart(split: SplitName): { stretches: number[]; count: number } {
    const whole = this.plan.splits[split].count;
    const count = this.scoredCount(split);
    const units = Math.ceil(count / SCORE_EXAMPLES);
    const apart = units > 1 ? (whole - (count - (units - 1) * SCORE_EXAMPLES)) / (units - 1) : 0;
    return { stretches: Array.from({ length: units }, (_, unit) => Math.floor((unit * apart) / 8) * 8), count };
  }

  /** The score of the units, all done. */
  scored(split: SplitName): Score {
    const count = this.scoredCount(split);
    const loss = this.engine.mean(this.plan.scores, count);
    if (!this.config.words[L.CLASSES]) return { loss, accuracy: null };
    let hits = 0;
    for (let i = this.plan.hits >>> 2; i < (this.plan.hits >>> 2) + count; ++i) hits += this.f32[i];
    return { loss, accuracy: hits / count };
  }

  // --- For people: nothing of it reaches state ----------------------------------------------------------------------------------

  /** Mutation strength of the present generation: the parents' mean where each has its own. Null where nothing mutates. */
  get sigma(): number | null {
    const { words, capacity } = this.config;
    if (words[L.ALGORITHM] === L.RANDOM || (words[L.ALGORITHM] === L.GA && words[L.MUTATION] === L.MUTATION_NONE)) return null;
    const count = this.parentCount(this.generation);
    if (words[L.SIGMA] !== L.SIGMA_SELF_ADAPTIVE || !count) return this.f32[(this.state >>> 2) + L.STATE_SIGMA];
    const first = (this.engine.sigmasOf(this.state, capacity) >>> 0) >>> 2;
    let sum = 0;
    for (let k = 0; k < count; ++k) sum += this.f32[first + k];
    return sum / count;
  }

  /** Some of the weights of an individual of the present generation (es, -1: of the centre), by their positions in the genome. */
  sample(individual: number, positions: ArrayLike<number>): Float32Array<ArrayBuffer> {
    const centre = individual < 0;
    const weights = centre
      ? this.parents.weights(this.generation, 0)
      : this.f32.subarray(this.expressTo(individual, this.own.weights) >>> 2);
    return Float32Array.from(positions, (position) => weights[position]);
  }

  /**
   * How far the present parents (ga) lie apart: the mean over `positions` of a weight's standard deviation among them, divided by its mean
   * magnitude. Null where there are no parents to compare, or all those weights are zero.
   */
  diversity(positions: ArrayLike<number>): number | null {
    const count = this.parentCount(this.generation);
    if (this.config.words[L.ALGORITHM] !== L.GA || count < 2) return null;
    const stride = Math.ceil(count / COMPARED_PARENTS);
    const parents: Float32Array[] = [];
    for (let k = 0; k < count; k += stride) parents.push(this.parents.weights(this.generation, k));
    let deviation = 0;
    let magnitude = 0;
    for (let i = 0; i < positions.length; ++i) {
      let sum = 0;
      let squares = 0;
      const base = parents[0][positions[i]];
      for (const weights of parents) {
        const weight = weights[positions[i]];
        // From the first parent's: little is lost where all are almost the same.
        const apart = weight - base;
        sum += apart;
        squares += apart * apart;
        magnitude += Math.abs(weight);
      }
      const mean = sum / parents.length;
      deviation += Math.sqrt(Math.max(0, squares / parents.length - mean * mean));
    }
    return magnitude > 0 ? (deviation * parents.length) / magnitude : null;
  }

  // --- Selection and advance --------------------------------------------------------------------------------------------------

  /** The selection that follows from `losses` ([population] float32): a copy of its bytes. NaN counts as +Infinity. */
  select(losses: Float32Array | null = null): Uint8Array<ArrayBuffer> {
    const { engine, plan } = this;
    if (losses) this.losses.set(losses);
    const bytes = this.es
      ? engine.selectUtilities(plan.config, this.state, plan.losses, plan.selectScratch, plan.selection)
      : engine.selectSurvivors(plan.config, this.state, plan.losses, plan.cumulative, plan.selectScratch, plan.selection);
    return new Uint8Array(this.u8.subarray(plan.selection, plan.selection + bytes));
  }

  /** Advances to the next generation. Reads nothing but the state and the selection's bytes. Returns false where weights are no longer finite. */
  advance(selection: Uint8Array): boolean {
    this.beginAdvance(selection);
    const next = counting();
    const finite = this.advanceSome(next);
    this.endAdvance();
    return finite;
  }

  /** Puts the selection into memory and fills the next state's words. Throws SelectionError. */
  beginAdvance(selection: Uint8Array): void {
    const { engine, plan } = this;
    if (selection.length > plan.selectionBytes)
      throw new SelectionError(`the selection of generation ${this.generation} ${WRONG_SELECTION[3]}`);
    this.u8.set(selection, plan.selection);
    const next = plan.states[(this.generation + 1) & 1];
    const wrong = this.es
      ? engine.advanceStrategy(plan.config, this.state, plan.selection, selection.length, next)
      : engine.advanceSurvivors(plan.config, this.state, plan.selection, selection.length, next, this.own.lineage);
    if (wrong) throw new SelectionError(`the selection of generation ${this.generation} ${WRONG_SELECTION[wrong]}`);
    if (!this.es) this.reserve(this.generation + 1, this.parentCount(this.generation + 1));
  }

  /** Does units of the advance; false where one made weights that are not finite. */
  advanceSome(next: Counter): boolean {
    return this.es ? this.takeSteps(next) : this.expressSurvivors(next);
  }

  private expressSurvivors(next: Counter): boolean {
    const { engine, plan } = this;
    const count = this.parentCount(this.generation + 1);
    let finite = true;
    for (let k = next(); k < count; k = next()) {
      const to = this.parents.target(this.generation + 1, k, this.own.weights);
      this.expressTo(engine.survivorOf(plan.selection, k) >>> 0, to);
      finite = this.digestParent(to, k) && finite;
      this.parents.keep(this.generation + 1, k, to);
    }
    return finite;
  }

  private takeSteps(next: Counter): boolean {
    const { engine, plan, own } = this;
    const { network, words } = this.config;
    const [m, v] = plan.moments;
    const centre = plan.parents[0];
    const after = plan.states[(this.generation + 1) & 1];
    let finite = true;
    if (words[L.MUTATION] !== L.MUTATION_LOW_RANK) {
      for (let unit = next(); unit * STEP_WEIGHTS < network.parameters; unit = next()) {
        const first = unit * STEP_WEIGHTS;
        const count = Math.min(STEP_WEIGHTS, network.parameters - first);
        engine.strategyDenseStep(plan.config, this.state, after, plan.selection, first, count, centre, m, v, own.packing);
        finite = engine.allFinite(centre + first * 4, count) !== 0 && finite;
      }
      return finite;
    }
    let unit = next();
    let seen = 0;
    network.segments.forEach((segment, index) => {
      for (let first = 0; first < segment.rows; first += STEP_ROWS) {
        if (seen++ !== unit) continue;
        const rows = Math.min(STEP_ROWS, segment.rows - first);
        engine.strategyStep(plan.config, this.state, after, plan.selection, index, first, rows, centre, m, v, own.packing);
        finite = engine.allFinite(centre + (segment.offset + first * segment.columns) * 4, rows * segment.columns) !== 0 && finite;
        unit = next();
      }
    });
    return finite;
  }

  /** The units are done: the next generation is the present one. */
  endAdvance(): void {
    this.generation += 1;
    if (this.es) this.digestParent(this.plan.parents[0], 0);
    this.digestWhole();
  }

  // --- Digests --------------------------------------------------------------------------------------------------------------

  private digestParent(address: number, position: number): boolean {
    return this.digestTo(address, this.plan.digests + position * 16);
  }

  /** A digest never sees a NaN, whose bits differ between machines: weights that are not finite have all ones instead. False for those. */
  private digestTo(address: number, out: number): boolean {
    const { parameters } = this.config.network;
    const finite = this.engine.allFinite(address, parameters) !== 0;
    if (finite) this.engine.digest(address, parameters * 4, 0, out);
    else this.u8.fill(0xff, out, out + 16);
    return finite;
  }

  private digestWhole(): void {
    const { plan } = this;
    this.engine.digestState(plan.config, this.state, plan.digests, plan.digestScratch, plan.digests + this.config.capacity * 16);
  }

  /** Of the present state: 32 hex digits. */
  digest(): string {
    return hex(this.u8.subarray(this.plan.digests + this.config.capacity * 16, this.plan.digests + (this.config.capacity + 1) * 16));
  }

  /** Of a genome. */
  digestOf(genome: Float32Array): string {
    const { weights } = this.own;
    this.f32.set(genome, weights >>> 2);
    // The engine writes 16 bytes: the thread's list of pointers has room for them.
    this.digestTo(weights, this.own.pointers);
    return hex(this.u8.subarray(this.own.pointers, this.own.pointers + 16));
  }

  // --- Snapshots ------------------------------------------------------------------------------------------------------------

  /** The state's own bytes, then each parent's weights, then the optimiser's moments. */
  *snapshot(): Generator<Uint8Array<ArrayBuffer>> {
    const { plan } = this;
    const genome = this.config.network.parameters * 4;
    const copy = (at: number, bytes: number) => new Uint8Array(this.u8.subarray(at, at + bytes));
    yield copy(this.state, this.engine.stateBytes(this.config.capacity, this.config.pool));
    for (let k = 0; k < this.parentCount(this.generation); ++k) yield copy(this.parents.pointer(this.generation, k, 0), genome);
    if (this.es) for (const m of plan.moments) yield copy(m, genome);
  }

  /** Takes what `snapshot` gave: `read` returns the next so many bytes. Returns false where weights are not finite. */
  restore(read: (bytes: number) => Uint8Array): boolean {
    const { plan } = this;
    const genome = this.config.network.parameters * 4;
    const words = read(this.engine.stateBytes(this.config.capacity, this.config.pool));
    const generation = new DataView(words.buffer, words.byteOffset).getUint32(L.GENERATION * 4, true);
    this.generation = generation;
    this.u8.set(words, this.state);
    const count = this.parentCount(generation);
    if (count > this.config.capacity) throw new SelectionError(`a snapshot of ${count} parents does not fit this run`);
    this.forget();
    this.reserve(generation, count);
    let finite = true;
    for (let k = 0; k < count; ++k) {
      const to = this.parents.target(generation, k, this.own.weights);
      this.u8.set(read(genome), to);
      finite = this.digestParent(to, k) && finite;
      this.parents.keep(generation, k, to);
    }
    if (this.es) for (const m of plan.moments) this.u8.set(read(genome), m);
    this.digestWhole();
    return finite;
  }
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

// The memory plan: where everything of a run lies, computed before anything is allocated. The engine has no allocator of its own.
import * as L from '../assembly/layout.ts';
import { type Config, LEAST_CHUNK } from './config.ts';
import { type Dataset, SPLITS, type Split, type SplitName } from './dataset.ts';
import type { EngineExports } from './engine-exports.ts';

export interface Region {
  name: string;
  offset: number;
  bytes: number;
  /** Settings that make it smaller, in the user's words. */
  shrink: string;
}

export interface SplitRegion {
  inputs: number;
  /** i32 class numbers, or float32 rows. */
  targets: number;
  bytes: boolean;
  count: number;
}

/** One thread's own part. */
export interface ThreadRegions {
  lineage: number;
  /** Pointers to parents, and to bases. */
  pointers: number;
  bases: number;
  packing: number;
  weights: number;
  buffers: number;
  perExample: number;
  fast: number;
  /** Copies of parents that live outside, one after the other; 0: none do. */
  staging: number;
  /** A chunk of a split in panels. */
  panels: number;
  targets: number;
}

export interface Plan {
  bytes: number;
  regions: Region[];
  /** Parents live in buffers outside the memory. */
  outside: boolean;
  /** Bytes that those will take, by the draws of the first generations. */
  outsideBytes: number;
  control: number;
  config: number;
  segments: number;
  program: number;
  zeros: number;
  states: [number, number];
  selection: number;
  selectionBytes: number;
  losses: number;
  cumulative: number;
  selectScratch: number;
  digests: number;
  digestScratch: number;
  indices: number;
  batch: number;
  batchTargets: number;
  splits: Record<SplitName, SplitRegion>;
  /** [examples] float32 of the largest split: losses, then hits. */
  scores: number;
  hits: number;
  /** [capacity][parameters] float32 of the even and the odd generations (ga), or the centre (es, both the same). */
  parents: [number, number];
  moments: [number, number];
  bases: number;
  baseFlags: number;
  baseBytes: number;
  threads: ThreadRegions[];
}

/** An instance of the engine over a small memory that holds a config and its tables, to ask for sizes. */
export interface Measure {
  engine: EngineExports;
  config: number;
  /** Room for a lineage, then a byte for each of the pool. */
  scratch: number;
}

/** A run that needs more memory than there is: says how much, for what, and what to shrink. */
export class MemoryError extends Error {
  override name = 'MemoryError';
}

/** Bytes that a 32-bit memory can have. */
export const MEMORY_LIMIT = 65536 * 65536;
/** Panels of a split that are scored together: the buffers hold a chunk, which is at least as many. */
export const SCORE_PANELS = LEAST_CHUNK;
/** Words of the control block: see threads.ts. */
export const CONTROL_BYTES = 256;
const PAGE = 65536;

const GB = 1e9;
export const gigabytes = (bytes: number): string => (bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`);

/**
 * `measure`: an instance for the sizes that the engine knows; `base`: the first free byte of the memory to plan.
 * Parents go outside where the whole would not fit `limit`. Throws MemoryError.
 */
export function planMemory(
  config: Config,
  dataset: Dataset,
  threads: number,
  measure: Measure,
  base: number,
  limit: number = MEMORY_LIMIT,
): Plan {
  const inside = lay(config, dataset, threads, measure, base, false);
  if (inside.bytes <= limit) return inside;
  // A strategy's centre is one genome that every thread changes in place: it stays inside.
  const outside = config.settings.algorithm.name === 'es' ? inside : lay(config, dataset, threads, measure, base, true);
  const least = outside.bytes < inside.bytes ? outside : inside;
  if (least.bytes <= limit) return least;
  throw tooLarge(`one memory holds at most ${gigabytes(limit)}`, least, least.bytes);
}

/** Throws MemoryError where a plan needs more than `available` bytes. */
export function checkAvailable(plan: Plan, available: number): void {
  const needed = plan.bytes + plan.outsideBytes;
  if (needed > available) throw tooLarge(`${gigabytes(available)} are free`, plan, needed);
}

function tooLarge(why: string, plan: Plan, needed: number): MemoryError {
  const all = [...plan.regions];
  if (plan.outside) all.push({ name: 'parents', offset: 0, bytes: plan.outsideBytes, shrink: 'population, parents or the network' });
  const largest = all.sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const list = largest.map((r) => `${r.name} ${gigabytes(r.bytes)} (smaller with a smaller ${r.shrink})`).join('; ');
  return new MemoryError(`this run needs ${gigabytes(needed)} of memory, but ${why}. Most of it: ${list}.`);
}

function lay(config: Config, dataset: Dataset, threads: number, measure: Measure, base: number, outside: boolean): Plan {
  const { engine, config: at } = measure;
  const { network, settings, words, capacity, pool } = config;
  const { population } = settings;
  const regions: Region[] = [];
  let end = base;
  const take = (name: string, bytes: number, shrink: string, align = 64): number => {
    const offset = Math.ceil(end / align) * align;
    end = offset + bytes;
    const before = regions.find((r) => r.name === name);
    if (before) before.bytes += bytes;
    else regions.push({ name, offset, bytes, shrink });
    return offset;
  };
  const es = settings.algorithm.name === 'es';
  const genome = network.parameters * 4;
  // Operators work in whole vectors and tiles of draws: room behind a genome for the last one.
  const room = genome + 64;
  const panels = Math.ceil(config.largestBatch / 8);
  const targetPanel = dataset.classes === null ? network.outputs * 32 : 32;
  const widestLayer = Math.max(...network.segments.map((s) => s.columns), L.GROUP * words[L.MUTATION_RANK]);

  const control = take('control', CONTROL_BYTES, 'nothing');
  const configAt = take('control', L.CONFIG_WORDS * 4, 'nothing');
  const segments = take('control', config.segments.byteLength, 'network');
  const program = take('control', network.program.byteLength, 'network');
  const zeros = take('control', widestLayer * 4, 'network');
  const stateBytes = unsigned(engine.stateBytes(capacity, pool));
  const states: [number, number] = [take('states', stateBytes, 'breeding pool'), take('states', stateBytes, 'breeding pool')];
  const selectionBytes = Math.max(unsigned(engine.selectionBytes(at)), unsigned(engine.strategySelectionBytes(at)));
  const selection = take('selection', selectionBytes, 'breeding pool');
  const losses = take('losses', population * 4, 'population');
  const cumulative = take('selection', pool * 4, 'breeding pool');
  const selectScratch = take(
    'selection',
    Math.max(unsigned(engine.selectScratch(population)), unsigned(engine.utilitiesScratch(population))),
    'population',
  );
  const digests = take('digests', (capacity + 1) * 16, 'breeding pool');
  const digestScratch = take('digests', unsigned(engine.digestStateScratch(capacity, pool)), 'breeding pool');
  const indices = take('batch', config.largestBatch * 4, 'batch');
  const batch = take('batch', panels * network.features * 32, 'batch');
  const batchTargets = take('batch', panels * targetPanel, 'batch');
  const splitRegion = (name: SplitName): SplitRegion => {
    const split: Split = dataset.splits[name];
    return {
      inputs: take('dataset', split.inputs.byteLength, 'dataset'),
      targets: take('dataset', dataset.classes === null ? split.targets.byteLength : split.count * 4, 'dataset'),
      bytes: split.inputs instanceof Uint8Array,
      count: split.count,
    };
  };
  const splits = Object.fromEntries(SPLITS.map((name) => [name, splitRegion(name)])) as Record<SplitName, SplitRegion>;
  const scored = Math.ceil(Math.max(...SPLITS.map((name) => splits[name].count)) / 8) * 32;
  const scores = take('scores', scored, 'dataset');
  const hits = take('scores', scored, 'dataset');
  const resident = outside ? 0 : capacity * genome + 64;
  const even = take('parents', resident, 'population, parents or the network');
  const parents: [number, number] = [even, es ? even : take('parents', resident, 'population, parents or the network')];
  const moments: [number, number] = es ? [take('optimiser', room, 'network'), take('optimiser', room, 'network')] : [0, 0];
  const baseBytes = config.fast ? unsigned(engine.baseBytes(at, panels)) : 0;
  const bases = take('bases', baseBytes * capacity, 'breeding pool or batch, or path "general"');
  const baseFlags = take('bases', capacity * 4, 'breeding pool');
  const mates = words[L.CROSSOVER] === L.CROSSOVER_INTERMEDIATE ? words[L.CROSSOVER_PARENTS] : 2;
  const packing = packingBytes(config, engine);
  const own: ThreadRegions[] = [];
  for (let t = 0; t < threads; ++t) {
    own.push({
      lineage: take('threads', L.LINEAGE_WORDS * 4, 'number of threads'),
      pointers: take('threads', L.MAX_MATES * 4, 'number of threads'),
      bases: take('threads', L.MAX_MATES * 4, 'number of threads'),
      packing: take('threads', packing, 'network or number of threads'),
      weights: take('threads', room, 'network or number of threads'),
      buffers: take('threads', unsigned(engine.bufferBytes(at)), 'network or number of threads'),
      perExample: take('threads', panels * 32, 'batch'),
      fast: take('threads', config.fast ? unsigned(engine.fastScratch(at, panels)) : 0, 'batch or number of threads'),
      staging: outside ? take('threads', mates * room, 'network or number of threads') : 0,
      panels: take('threads', SCORE_PANELS * network.features * 32, 'number of threads'),
      targets: take('threads', SCORE_PANELS * targetPanel, 'number of threads'),
    });
  }
  return {
    bytes: Math.ceil((end + 64) / PAGE) * PAGE,
    regions,
    outside,
    outsideBytes: outside ? expectedParents(config, measure) * genome * 2 : 0,
    control,
    config: configAt,
    segments,
    program,
    zeros,
    states,
    selection,
    selectionBytes,
    losses,
    cumulative,
    selectScratch,
    digests,
    digestScratch,
    indices,
    batch,
    batchTargets,
    splits,
    scores,
    hits,
    parents,
    moments,
    bases,
    baseFlags,
    baseBytes,
    threads: own,
  };
}

/** A size as the engine names it: 32 bits that come with a sign. One that would not fit them is the largest, and so more than any memory. */
const unsigned = (size: number): number => size >>> 0;

/** Generations whose draws are counted to foresee how many parents a later one will draw. */
const FORESEEN = 8;

/** The most parents that one of the first generations draws: of a large pool, far from all breed. */
function expectedParents({ capacity, settings, words }: Config, { engine, config, scratch }: Measure): number {
  if (settings.algorithm.name !== 'ga') return capacity;
  let most = words[L.FOUNDERS];
  for (let g = 1; g <= FORESEEN; ++g) most = Math.max(most, engine.drawnCount(config, g, scratch + L.LINEAGE_WORDS * 4, scratch));
  return Math.min(capacity, most);
}

/** Rows of a layer in one step of a strategy: several steps a layer, so that threads can share them. */
export const STEP_ROWS = 128;
/** Weights in one step with full-rank noise. */
export const STEP_WEIGHTS = 4096;

/** The largest scratch that one call takes for packed weights, low-rank factors or a strategy's step. */
function packingBytes({ network, words, settings }: Config, engine: EngineExports): number {
  const rank = words[L.MUTATION_RANK];
  let most = 64 + L.MAX_MATES * 4;
  for (const s of network.segments) {
    most = Math.max(most, unsigned(engine.expressScratch(s.rows, s.columns, rank)), 64 * s.fanIn);
    if (settings.algorithm.name === 'es') most = Math.max(most, unsigned(engine.stepScratch(Math.min(s.rows, STEP_ROWS), s.columns)));
  }
  for (let i = 0; i < network.program.length; i += L.OP_WORDS) {
    const op = network.program.subarray(i, i + L.OP_WORDS);
    if (op[L.OP_CODE] === L.OP_CONV2D) {
      most = Math.max(most, op[L.OP_KERNEL_HEIGHT] * op[L.OP_KERNEL_WIDTH] * op[L.OP_CHANNELS] * op[L.OP_FILTERS] * 4);
    } else if (op[L.OP_CODE] === L.OP_DENSE) most = Math.max(most, op[L.OP_IN] * 64);
  }
  return Math.max(most, engine.denseStepScratch());
}

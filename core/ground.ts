// The ground that a run stands on: its memory, planned and taken, with everything in it that never changes. Instances of the engine
// (evolution.ts) work over it, one a thread.
import * as L from '../assembly/layout.ts';
import { type Config, configure, SettingsError } from './config.ts';
import { type Dataset, SPLITS, type SplitName } from './dataset.ts';
import { type Engine, type EngineExports, instantiate } from './engine.ts';
import { compileNetwork } from './network.ts';
import type { OutsideBuffers } from './parents.ts';
import { MEMORY_LIMIT, MemoryError, type Plan, planMemory } from './plan.ts';
import type { WeightsSettings } from './settings.ts';

/** What every instance over a run's memory has to know; it can be sent to a thread. */
export interface Ground {
  modules: { own: WebAssembly.Module; shared: WebAssembly.Module };
  memory: WebAssembly.Memory;
  config: Config;
  plan: Plan;
  outside: OutsideBuffers;
}

export interface GroundOptions {
  engine: Pick<Engine, 'own' | 'shared'>;
  settings: WeightsSettings;
  dataset: Dataset;
  /** 64 bits. */
  seed: bigint;
  /** Beside the one that prepares the ground. */
  threads: number;
  /** Whether threads share the memory. */
  shared: boolean;
  /** The run begins at a given genome. */
  started: boolean;
  /** Bytes that one memory may have. */
  limit?: number;
  /** Called with the plan before anything is allocated: throws where it asks for too much. */
  onPlan?: (plan: Plan) => void;
}

/** An engine over a small memory that holds only a run's tables, and behind them room for marks and a lineage. */
export interface Tables {
  config: Config;
  engine: EngineExports;
  memory: WebAssembly.Memory;
  /** Address of the config. */
  at: number;
  /** The first free byte. */
  end: number;
}

/** Throws NetworkError, SettingsError. */
export function openTables(options: Pick<GroundOptions, 'engine' | 'settings' | 'dataset' | 'seed' | 'started'>): Tables {
  const { engine: modules, dataset } = options;
  const network = compileNetwork(options.settings.network, dataset.shape);
  const config = configure(options.settings, network, dataset, options.seed, options.started);
  const { words, segments, pool } = config;
  const tables = words.byteLength + segments.byteLength + network.program.byteLength;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((tables + pool + L.LINEAGE_WORDS * 4) / 65536) + 2, maximum: 65536 });
  const engine = instantiate(modules, memory);
  const at = engine.heapBase();
  writeTables(memory, config, at, at + words.byteLength, at + words.byteLength + segments.byteLength, 0);
  return { config, engine, memory, at, end: at + tables };
}

/** What a run's memory would hold, and how much that is; takes none. Throws NetworkError, SettingsError or MemoryError. */
export function planGround(options: Omit<GroundOptions, 'shared' | 'onPlan'>): { config: Config; plan: Plan } {
  const { dataset, threads } = options;
  // The engine knows its sizes.
  const { config, engine, at, end } = openTables(options);
  for (const name of SPLITS) checkSplit(dataset, name);
  const measure = { engine, config: at, scratch: end };
  return { config, plan: planMemory(config, dataset, threads + 1, measure, at, options.limit ?? MEMORY_LIMIT) };
}

/** Plans and takes the memory, and writes what never changes into it. Throws NetworkError, SettingsError or MemoryError. */
export function prepareGround(options: GroundOptions): Ground {
  const { engine, dataset, shared } = options;
  const { config, plan } = planGround(options);
  options.onPlan?.(plan);

  const pages = plan.bytes / 65536;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    throw new MemoryError(`the memory of ${Math.ceil(plan.bytes / 1e6)} MB for this run cannot be had: ${(error as Error).message}`);
  }
  writeTables(memory, config, plan.config, plan.segments, plan.program, plan.zeros);
  const bytes = new Uint8Array(memory.buffer);
  for (const name of SPLITS) {
    const split = dataset.splits[name];
    const region = plan.splits[name];
    bytes.set(new Uint8Array(split.inputs.buffer, split.inputs.byteOffset, split.inputs.byteLength), region.inputs);
    if (dataset.classes === null) new Float32Array(memory.buffer, region.targets, split.targets.length).set(split.targets);
    else new Int32Array(memory.buffer, region.targets, split.targets.length).set(split.targets);
  }
  return { modules: { own: engine.own, shared: engine.shared }, memory, config, plan, outside: [[], []] };
}

function checkSplit(dataset: Dataset, name: SplitName): void {
  const split = dataset.splits[name];
  const features = dataset.shape.reduce((a, b) => a * b, 1);
  const width = dataset.classes === null ? dataset.outputs : 1;
  if (split.count < 1) throw new SettingsError(`dataset ${dataset.name}: its ${name} split is empty`);
  if (split.inputs.length !== split.count * features || split.targets.length !== split.count * width) {
    throw new SettingsError(
      `dataset ${dataset.name}: its ${name} split holds ${split.inputs.length} inputs and ${split.targets.length} targets for ${split.count} examples of ${features}`,
    );
  }
  if (dataset.classes !== null && split.targets.some((c) => c >= (dataset.classes as number))) {
    throw new SettingsError(`dataset ${dataset.name}: its ${name} split has a class above ${dataset.classes - 1}`);
  }
}

function writeTables(memory: WebAssembly.Memory, config: Config, at: number, segments: number, program: number, zeros: number): void {
  const words = config.words.slice();
  words[L.SEGMENTS] = segments;
  words[L.PROGRAM] = program;
  words[L.ZEROS] = zeros;
  new Uint32Array(memory.buffer, segments, config.segments.length).set(config.segments);
  new Uint32Array(memory.buffer, program, config.network.program.length).set(config.network.program);
  new Uint32Array(memory.buffer, at, words.length).set(words);
}

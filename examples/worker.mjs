#!/usr/bin/env node
// A Germline worker in one file, written from docs/protocol.md and docs/engine.md alone. It shares no code with Germline: the engine is
// fetched from the server as WebAssembly, everything else is below. Read it from top to bottom as a tutorial, in six parts:
//
//   1. the network      Keras layers -> the engine's program and segments
//   2. the settings     the experiment -> the engine's config words
//   3. the state        memory, generation 0, advance, evaluate, digest, snapshot
//   4. the files        what a worker fetches over HTTP
//   5. the session      messages in, messages out
//   6. the connection   hello, reconnecting, leaving
//
// It computes on one thread, in a memory of its own. Beside Node it needs: npm install ws @msgpack/msgpack
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';

/** This worker cannot take part in a run: told to the server with one of the protocol's codes. */
class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const align = (n, to) => Math.ceil(n / to) * to;
/** Sizes and pointers come out of WebAssembly with a sign. */
const unsigned = (n) => n >>> 0;
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// --- 1. The network (docs/engine.md, "Network") ----------------------------------------------------------------------------------

const NO_BIAS = 0xffffffff;
const DENSE = 0;
const CONV2D = 1;
const RELU = 4;
const SOFTMAX = 7;
const POOLINGS = { MaxPooling2D: 2, AveragePooling2D: 3 };
const ACTIVATIONS = { linear: null, relu: RELU, tanh: 5, sigmoid: 6, softmax: SOFTMAX };

/** Compiles the layers of a Sequential model for examples of `shape`: operations, and one segment of the genome for each layer with weights. */
function compileNetwork({ config: { layers } }, shape) {
  const operations = [];
  const segments = [];
  let parameters = 0;
  let neuron = 0;
  let widest = 1;

  const emit = (code, from, to, rest = {}) => {
    operations.push({ code, in: from, out: to, kernel: 0, bias: NO_BIAS, relu: 0, ...rest });
    widest = Math.max(widest, to);
  };
  const activate = (name = 'linear') => {
    const code = ACTIVATIONS[name];
    if (code === undefined) throw new Refusal('invalid', `this worker knows no activation ${name}`);
    const last = operations.at(-1);
    if (code === RELU && (last?.code === DENSE || last?.code === CONV2D)) last.relu = 1;
    else if (code !== null) emit(code, product(shape), product(shape));
  };
  /** A layer's weights: the kernel, then the bias. */
  const weigh = (kernel, biased) => {
    const columns = kernel.at(-1);
    const fanIn = product(kernel.slice(0, -1));
    const offset = parameters;
    segments.push({ offset, rows: fanIn + (biased ? 1 : 0), columns, biased, fanIn, fanOut: product(kernel) / kernel.at(-2), neuron });
    parameters += (fanIn + (biased ? 1 : 0)) * columns;
    neuron += columns;
    return { kernel: offset, bias: biased ? offset + fanIn * columns : NO_BIAS };
  };
  const pair = (value, missing) => (Number.isInteger(value ?? missing) ? [value ?? missing, value ?? missing] : (value ?? missing));
  /** Where a window of `size` goes over `length` numbers, by Keras' rules. */
  const slide = (padding, length, size, stride) => {
    if (padding !== 'same') return { out: Math.floor((length - size) / stride) + 1, before: 0 };
    const out = Math.ceil(length / stride);
    return { out, before: Math.floor(Math.max(0, (out - 1) * stride + size - length) / 2) };
  };
  const windowed = (code, config, size, strides, filters, weights = {}) => {
    const [height, width, channels] = shape;
    const y = slide(config.padding, height, size[0], strides[0]);
    const x = slide(config.padding, width, size[1], strides[1]);
    const image = { height, width, channels, outHeight: y.out, outWidth: x.out, filters };
    const moves = { kernelHeight: size[0], kernelWidth: size[1], strideY: strides[0], strideX: strides[1], top: y.before, left: x.before };
    emit(code, product(shape), y.out * x.out * filters, { ...weights, ...image, ...moves });
    shape = [y.out, x.out, filters];
  };

  for (const { class_name: name, config: given = {} } of layers) {
    // tfjs writes kernelSize where Keras writes kernel_size.
    const config = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value]),
    );
    const stated = (config.batch_input_shape ?? config.batch_shape)?.slice(1) ?? config.input_shape;
    if (!operations.length && stated) shape = stated;
    if (name === 'Dense') {
      emit(DENSE, shape[0], config.units, weigh([shape[0], config.units], config.use_bias ?? true));
      shape = [config.units];
      activate(config.activation);
    } else if (name === 'Conv2D') {
      const size = pair(config.kernel_size);
      const weights = weigh([...size, shape[2], config.filters], config.use_bias ?? true);
      windowed(CONV2D, config, size, pair(config.strides, 1), config.filters, weights);
      activate(config.activation);
    } else if (name in POOLINGS) {
      const size = pair(config.pool_size, 2);
      windowed(POOLINGS[name], config, size, pair(config.strides, size), shape[2]);
    } else if (name === 'Flatten') shape = [product(shape)];
    else if (name === 'Reshape') shape = config.target_shape;
    else if (name === 'Activation') activate(config.activation);
    else if (name === 'ReLU') activate('relu');
    else if (name === 'Softmax') activate('softmax');
    else if (name !== 'Dropout' && name !== 'InputLayer') throw new Refusal('invalid', `this worker knows no layer ${name}`);
  }
  return { operations, segments, parameters, widest, outputs: shape[0] };
}

const programWords = ({ operations }) =>
  operations.flatMap((o) => [
    ...[o.code, o.in, o.out, o.kernel, o.bias, o.relu, o.height, o.width, o.channels, o.outHeight, o.outWidth],
    ...[o.filters, o.kernelHeight, o.kernelWidth, o.strideY, o.strideX, o.top, o.left],
  ]);

/** `draw`: where the layer's low-rank factors begin in their stream of random numbers. */
function segmentWords({ segments }, rank) {
  let draw = 0;
  return segments.flatMap(({ offset, rows, columns, biased, fanIn, fanOut, neuron }) => {
    const words = [offset, rows, columns, biased ? 1 : 0, fanIn, fanOut, neuron, draw];
    draw += rank * (align(rows, 16) + align(columns, 16));
    return words;
  });
}

// --- 2. The settings (docs/engine.md, "Config") ------------------------------------------------------------------------------------

const CONFIG_WORDS = 64;
/** A name's place in its list is its code. */
const ALGORITHMS = ['ga', 'es', 'random'];
const MATINGS = ['uniform', 'tournament', 'rank', 'roulette'];
const CROSSOVERS = ['none', 'uniform', 'neuron', 'layer', 'single-point', 'intermediate'];
const MUTATIONS = ['none', 'gaussian', 'sparse', 'low-rank', 'set'];
const SCHEDULES = ['constant', 'exponential', 'adaptive', 'self-adaptive'];
const SHAPINGS = ['centered-rank', 'z-score'];
const INITS = ['zeros', 'normal', 'uniform', 'glorot', 'he'];
const LOSSES = ['cross-entropy', 'error-rate', 'mean-squared-error'];

const codeOf = (names, { name }) => {
  if (!names.includes(name))
    throw new Refusal('invalid', `this worker does not know ${JSON.stringify(name)}; it knows ${names.join(', ')}`);
  return names.indexOf(name);
};

/** Everything of a run that never changes. `config.words` lacks the three pointers that the memory's layout gives. */
function configure(experiment, dataset, seed, started) {
  const { algorithm, population, init, loss, batch } = experiment;
  const network = compileNetwork(experiment.network, dataset.shape);
  const words = new Uint32Array(CONFIG_WORDS);
  const floats = new Float32Array(words.buffer);
  const ga = algorithm.name === 'ga' ? algorithm : null;
  const es = algorithm.name === 'es' ? algorithm : null;

  const pool = ga ? Math.min(ga.parents, population) : 1;
  let founders = es || started ? 1 : ga ? init.founders || pool : 0;
  if (ga && !started && founders >= population) founders = 0;
  const capacity = es ? 1 : Math.max(pool, founders, 1);
  const mutation = ga?.mutation ?? (es ? { ...es.noise, probability: 1, sigma: es.sigma } : { name: 'none' });
  const crossover = ga?.crossover ?? { name: 'none' };
  const rank = mutation.name === 'low-rank' ? mutation.rank : 1;
  const schedule = (at, given) => {
    const { value, from, to, initial, minimum, maximum, spread, rate, factor } = given;
    words[at] = codeOf(SCHEDULES, given);
    const values = [[value], [from, to], [initial, minimum, maximum, spread, rate], [initial, minimum, maximum, factor]];
    floats.set(values[words[at]], at + 1);
  };

  const mating = ga?.mating ?? { name: 'uniform' };
  const bits = BigInt(seed);
  words.set([Number(BigInt.asUintN(32, bits)), Number(bits >> 32n), population, network.parameters, experiment.generations], 0);
  words.set([codeOf(ALGORITHMS, algorithm), pool, ga?.elites ?? 0, ga?.block ?? 2, codeOf(MATINGS, mating), mating.size ?? 0], 5);
  floats[11] = mating.bias ?? 0;
  words[12] = codeOf(CROSSOVERS, crossover);
  floats[13] = crossover.probability ?? 0;
  words.set([Math.round((crossover.share ?? 0.5) * 256), crossover.parents ?? 2, codeOf(MUTATIONS, mutation)], 14);
  floats.set([mutation.probability ?? 0, mutation.fraction ?? 0], 17);
  words[19] = rank;
  if (mutation.sigma) schedule(20, mutation.sigma);
  floats[26] = ga?.inheritance ?? 0;
  words[27] = codeOf(INITS, init);
  floats[28] = init.scale;
  words[29] = founders;
  if (es) {
    schedule(30, es.learningRate);
    words[33] = codeOf(SHAPINGS, es.shaping);
    floats.set([es.shaping.clip ?? 0, es.adam.beta1, es.adam.beta2, es.adam.epsilon, es.weightDecay], 34);
  }
  words[39] = codeOf(LOSSES, loss);
  floats.set([loss.temperature ?? 1, loss.labelSmoothing ?? 0], 40);
  words.set([network.outputs, dataset.classes === null ? 0 : 1], 42);
  words[45] = network.segments.length;
  // A cross-entropy makes its own softmax.
  const ends = loss.name === 'cross-entropy' && network.operations.at(-1).code === SOFTMAX;
  words[47] = network.operations.length - (ends ? 1 : 0);
  // The path is part of the result: both agree to rounding only.
  const columnwise = ['none', 'neuron', 'layer'].includes(crossover.name);
  const fast = experiment.path === 'auto' && mutation.name === 'low-rank' && columnwise && network.operations[0].code === DENSE;
  words.set([fast ? 1 : 0, product(dataset.shape), capacity], 48);
  words[52] = network.widest;
  // Panels that pass through the network together: as many as a processor's cache likes. No result depends on it.
  const largestBatch = Math.max(...batch.map(({ size }) => Math.min(size, dataset.train.count)));
  const panels = Math.ceil(largestBatch / 8);
  words[53] = Math.max(8, Math.min(panels, Math.floor(2 ** 20 / (network.widest * 32))));
  const tables = { words, segments: segmentWords(network, rank), program: programWords(network) };
  return { ...tables, network, es, rank, pool, capacity, fast, batch, largestBatch, panels };
}

// --- 3. The state (docs/engine.md, "Memory" and behind) -----------------------------------------------------------------------------

const PAGE = 65536;
/** Kinds of lineage. */
const [FOUNDER, ELITE, CHILD, PERTURBED] = [0, 1, 2, 3];
/** Words of a state and of a lineage that a host reads. */
const PARENTS = 1;
const [KIND, MATES, MATE] = [0, 6, 7];
const LINEAGE_BYTES = 64;
const MOST_MATES = 8;
/** Individuals that the fast path takes at a time. */
const GROUP = 32;

/** One run's present state in a memory of its own, and the engine that works on it. */
class State {
  generation = 0;
  /** 32 hex digits. */
  digest = '';

  /** `limit`: bytes that the memory may take. Throws Refusal. */
  constructor(module, { experiment, seed, started }, dataset, limit) {
    const { kind, evaluators } = experiment;
    if (kind !== 'weights') throw new Refusal('invalid', `this worker knows experiments of kind weights, not ${kind}`);
    if (!evaluators.includes('wasm')) throw new Refusal('evaluator', 'this worker evaluates in WebAssembly alone');
    this.config = configure(experiment, dataset, seed, started);
    this.dataset = dataset;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    this.engine = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports;
    this.limit = limit;
    this.end = unsigned(this.engine.heapBase());
    this.layOut();
  }

  /** Sets bytes aside; they are there, and zero, after the next `grow`. */
  take(bytes) {
    const at = align(this.end, 64);
    this.end = at + bytes;
    return at;
  }

  grow() {
    const bytes = align(this.end + 64, PAGE);
    if (bytes > this.limit) throw new Refusal('memory', `the run needs ${bytes} bytes or more; this worker may use ${this.limit}`);
    try {
      this.memory.grow((bytes - this.memory.buffer.byteLength) / PAGE);
    } catch (error) {
      throw new Refusal('memory', error.message);
    }
    // Growing makes a new buffer: views of the old one are void.
    this.u8 = new Uint8Array(this.memory.buffer);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.f32 = new Float32Array(this.memory.buffer);
  }

  /** The engine allocates nothing: every region is the host's, at any address that is a multiple of 16. */
  layOut() {
    const { engine, dataset } = this;
    const { words, segments, program, network, es, rank, pool, capacity, fast, largestBatch, panels } = this.config;
    // First the tables, for the engine reads them to say how much room the rest takes.
    const config = this.take(words.byteLength);
    const segmentsAt = this.take(segments.length * 4);
    const programAt = this.take(program.length * 4);
    const zeros = this.take(Math.max(GROUP * rank, ...network.segments.map(({ columns }) => columns)) * 4);
    this.grow();
    [words[44], words[46], words[51]] = [segmentsAt, programAt, zeros];
    this.u32.set(words, config / 4);
    this.u32.set(segments, segmentsAt / 4);
    this.u32.set(program, programAt / 4);

    this.stateBytes = unsigned(engine.stateBytes(capacity, pool));
    this.genome = network.parameters * 4;
    // Operators write whole vectors: each genome has room behind it.
    this.stride = align(this.genome + 64, 64);
    this.targetPanel = unsigned(engine.targetPanelBytes(config));
    this.baseBytes = fast ? unsigned(engine.baseBytes(config, panels)) : 0;
    this.selectionBytes = Math.max(unsigned(engine.selectionBytes(config)), unsigned(engine.strategySelectionBytes(config)));
    const even = this.take(this.stride * capacity);
    this.at = {
      config,
      // A generation is made beside the one before: two states, and two sets of parents. A strategy changes its centre in place.
      states: [this.take(this.stateBytes), this.take(this.stateBytes)],
      parents: [even, es ? even : this.take(this.stride * capacity)],
      moments: es ? [this.take(this.stride), this.take(this.stride)] : [],
      selection: this.take(this.selectionBytes),
      digests: this.take((capacity + 1) * 16),
      digestScratch: this.take(unsigned(engine.digestStateScratch(capacity, pool))),
      inputs: this.take(dataset.train.inputs.byteLength),
      targets: this.take(dataset.train.targets.length * 4),
      indices: this.take(largestBatch * 4),
      batch: this.take(panels * words[49] * 32),
      batchTargets: this.take(panels * this.targetPanel),
      bases: this.take(this.baseBytes * capacity),
      lineage: this.take(LINEAGE_BYTES),
      matePointers: this.take(MOST_MATES * 4),
      basePointers: this.take(MOST_MATES * 4),
      weights: this.take(this.stride),
      perExample: this.take(panels * 32),
      buffers: this.take(unsigned(engine.bufferBytes(config))),
      fast: this.take(fast ? unsigned(engine.fastScratch(config, panels)) : 0),
      scratch: this.take(this.scratchBytes()),
      losses: this.take(GROUP * 4),
    };
    this.grow();
    const { inputs, targets } = dataset.train;
    this.u8.set(new Uint8Array(inputs.buffer), this.at.inputs);
    // Class numbers are i32 in the engine, whatever they are in the file.
    (dataset.classes === null ? this.f32 : this.u32).set(targets, this.at.targets / 4);
  }

  /** The most that any call takes for packed weights, low-rank factors or a strategy's step. */
  scratchBytes() {
    const { network, rank, es } = this.config;
    const sizes = [unsigned(this.engine.denseStepScratch())];
    for (const { rows, columns, fanIn } of network.segments) {
      sizes.push(unsigned(this.engine.expressScratch(rows, columns, rank)), fanIn * 64);
      if (es) sizes.push(unsigned(this.engine.stepScratch(rows, columns)));
    }
    for (const o of network.operations) {
      if (o.code === CONV2D) sizes.push(o.kernelHeight * o.kernelWidth * o.channels * o.filters * 4);
    }
    return Math.max(...sizes);
  }

  get state() {
    return this.at.states[this.generation & 1];
  }

  parentCount(generation) {
    return this.u32[this.at.states[generation & 1] / 4 + PARENTS];
  }

  parent(generation, position) {
    return this.at.parents[generation & 1] + position * this.stride;
  }

  /** Generation 0, from the seed or from a genome ([parameters] float32). */
  init(start) {
    const { engine, at } = this;
    this.generation = 0;
    this.digest = '';
    engine.start(at.config, this.state);
    for (const moment of at.moments) this.u8.fill(0, moment, moment + this.genome);
    for (let k = 0; k < this.parentCount(0); ++k) {
      const to = this.parent(0, k);
      if (start) this.f32.set(start, to / 4);
      else engine.founder(at.config, k, 0, to, at.scratch);
      this.digestParent(to, k);
    }
    this.settle();
  }

  /** The state that a snapshot's bytes hold: u32 length, JSON, the state's words, parents, moments (and a champion, which a worker does not need). */
  restore(bytes) {
    let from = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const head = json(bytes.subarray(4, from));
    if (head.version !== 1 || head.parameters !== this.config.network.parameters) throw new Error('the snapshot is of another run');
    this.digest = '';
    const read = (length, to) => {
      if (from + length > bytes.length) throw new Error('the snapshot ends too early');
      this.u8.set(bytes.subarray(from, from + length), to);
      from += length;
    };
    this.generation = new DataView(bytes.buffer, bytes.byteOffset + from).getUint32(0, true);
    read(this.stateBytes, this.state);
    const count = this.parentCount(this.generation);
    if (count > this.config.capacity) throw new Error('the snapshot is of another run');
    for (let k = 0; k < count; ++k) {
      read(this.genome, this.parent(this.generation, k));
      this.digestParent(this.parent(this.generation, k), k);
    }
    for (const moment of this.at.moments) read(this.genome, moment);
    this.settle();
  }

  /** The next generation, from the selection of this one. */
  advance(selection) {
    const { engine, at, generation } = this;
    const next = at.states[(generation + 1) & 1];
    this.digest = '';
    if (selection.length > this.selectionBytes) throw new Error('the selection has a wrong length');
    this.u8.set(selection, at.selection);
    const wrong = this.config.es
      ? engine.advanceStrategy(at.config, this.state, at.selection, selection.length, next)
      : engine.advanceSurvivors(at.config, this.state, at.selection, selection.length, next, at.lineage);
    if (wrong) throw new Error(`the selection of generation ${generation} cannot be (${wrong})`);
    if (this.config.es) this.step(next);
    else {
      for (let k = 0; k < this.parentCount(generation + 1); ++k) {
        const to = this.parent(generation + 1, k);
        this.express(unsigned(engine.survivorOf(at.selection, k)), to);
        this.digestParent(to, k);
      }
    }
    this.generation += 1;
    if (this.config.es) this.digestParent(this.parent(this.generation, 0), 0);
    this.settle();
  }

  /** Moves a strategy's centre. A host of many threads would cut this into pieces (docs/engine.md). */
  step(next) {
    const { engine, at } = this;
    const { network, words } = this.config;
    const changed = [at.parents[0], ...at.moments, at.scratch];
    if (MUTATIONS[words[16]] === 'low-rank') {
      for (const [i, { rows }] of network.segments.entries())
        engine.strategyStep(at.config, this.state, next, at.selection, i, 0, rows, ...changed);
    } else engine.strategyDenseStep(at.config, this.state, next, at.selection, 0, network.parameters, ...changed);
  }

  /** Weights that are not finite have a digest of all ones: the bits of a NaN differ between machines. */
  digestParent(weights, position) {
    const out = this.at.digests + position * 16;
    if (this.engine.allFinite(weights, this.config.network.parameters)) this.engine.digest(weights, this.genome, 0, out);
    else this.u8.fill(0xff, out, out + 16);
  }

  /** The parents and their digests are there: makes the state's digest. What was derived from the state before is void. */
  settle() {
    const { engine, at, config } = this;
    const out = at.digests + config.capacity * 16;
    engine.digestState(at.config, this.state, at.digests, at.digestScratch, out);
    this.digest = hex(this.u8.subarray(out, out + 16));
    this.basesDone = new Set();
    this.collected = false;
  }

  /** The examples that the whole generation is measured on, to panels of 8. */
  collectBatch() {
    if (this.collected) return;
    this.collected = true;
    const { engine, at, dataset } = this;
    const { words, largestBatch } = this.config;
    const { count, inputs } = dataset.train;
    const step = this.config.batch.findLast(({ generation }) => generation <= this.generation);
    const size = Math.min(step.size, count);
    this.batchSize = size;
    engine.batch(at.config, count, this.generation, largestBatch, 0, size, at.indices);
    engine.gather(at.inputs, inputs instanceof Uint8Array ? 1 : 0, words[49], at.indices, 0, size, at.batch);
    if (words[43]) engine.gatherClasses(at.targets, at.indices, 0, size, at.batchTargets);
    else engine.gather(at.targets, 0, words[42], at.indices, 0, size, at.batchTargets);
  }

  /** Reads an individual's lineage, and writes the pointers to its mates' weights. */
  look(individual) {
    const { engine, at } = this;
    engine.lineage(at.config, this.state, individual, at.lineage);
    const line = this.u32.subarray(at.lineage / 4);
    const mates = line[KIND] === FOUNDER ? [] : [...line.subarray(MATE, MATE + line[MATES])];
    for (const [m, position] of mates.entries()) this.u32[at.matePointers / 4 + m] = this.parent(this.generation, position);
    return { kind: line[KIND], mates };
  }

  express(individual, to) {
    const { engine, at } = this;
    this.look(individual);
    engine.express(at.config, this.state, at.lineage, individual, at.matePointers, to, at.scratch);
  }

  /** Losses of `first` and of those behind it that can be measured with it, at most `most`: at the beginning of `at.losses`. Returns how many. */
  evaluateSome(first, most) {
    const { engine, at } = this;
    this.collectBatch();
    let { kind, mates } = this.look(first);
    if (!this.config.fast || kind === FOUNDER) {
      engine.express(at.config, this.state, at.lineage, first, at.matePointers, at.weights, at.scratch);
      const { batch, batchTargets, perExample, buffers, scratch } = at;
      this.f32[at.losses / 4] = engine.evaluate(at.config, at.weights, batch, batchTargets, this.batchSize, perExample, buffers, scratch);
      return 1;
    }
    // A block's children have the same parents, and all of a strategy's individuals the centre.
    const block = this.config.words[8];
    const alike = { [ELITE]: 1, [CHILD]: block - (first % block), [PERTURBED]: GROUP }[kind];
    const count = Math.min(most, alike, GROUP);
    // One that is not crossed names its first parent alone: the second is known from one that is.
    for (let i = first + 1; kind === CHILD && mates.length < 2 && i < first + count; ++i) ({ mates } = this.look(i));
    for (const [m, position] of mates.entries()) this.u32[at.basePointers / 4 + m] = this.base(position);
    const { matePointers, basePointers, batch, batchTargets, weights, perExample, buffers, fast, scratch, losses } = at;
    engine.fastLosses(
      ...[at.config, this.state, first, count, matePointers, basePointers, batch, batchTargets, this.batchSize],
      ...[weights, perExample, buffers, fast, scratch, losses],
    );
    return count;
  }

  /** The first layer of a parent on the batch, which its children share. */
  base(position) {
    const { engine, at } = this;
    const to = at.bases + position * this.baseBytes;
    if (!this.basesDone.has(position)) {
      engine.fastBase(at.config, this.parent(this.generation, position), at.batch, Math.ceil(this.batchSize / 8), to, at.scratch);
      this.basesDone.add(position);
    }
    return to;
  }
}

// --- 4. The files (docs/protocol.md, "HTTP") ----------------------------------------------------------------------------------------

const ATTEMPTS = 5;

/** What the server sends for a path; null: there is no such thing. Tries again where the connection or the server fails. */
async function get(path) {
  const headers = server.token ? { authorization: `Bearer ${server.token}` } : {};
  for (let attempt = 1; ; ++attempt) {
    try {
      const answer = await fetch(new URL(path, server.http), { headers });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (answer.ok) return bytes;
      if (answer.status === 404) return null;
      const { code, message } = json(bytes).error;
      if (answer.status < 500 && code !== 'too-many') throw new Refusal('internal', `${path}: ${message} (${code})`);
      throw new Error(message);
    } catch (error) {
      if (error instanceof Refusal || attempt === ATTEMPTS) throw error;
      await sleep(200 * 2 ** attempt);
    }
  }
}

const json = (bytes) => JSON.parse(Buffer.from(bytes).toString());
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The engine by its hash. Both modules are fetched, for the hash is over both; only the one for an own memory is used. */
async function getEngine() {
  const { engine } = json(await get('api/engines'));
  const files = ['engine.wasm', 'engine.shared.wasm'].map((name) => get(`api/engines/${engine}/${name}`));
  const [own, shared] = await Promise.all(files);
  if (sha256(Buffer.concat([own, shared])) !== engine) throw new Error('the engine was damaged on the way');
  return { sha256: engine, module: await WebAssembly.compile(own) };
}

/** Only the train split: a worker needs no other. */
async function getDataset(hash) {
  const bytes = await get(`api/datasets/${hash}`);
  if (!bytes || sha256(bytes) !== hash) throw new Refusal('digest', `dataset ${hash} was damaged on the way`);
  const end = bytes.indexOf(10);
  const [version, shape, classes, outputs, splits] = json(bytes.subarray(0, end));
  if (version !== 'germline dataset 1') throw new Refusal('invalid', `this worker cannot read a "${version}"`);
  let from = end + 1;
  const take = (type, length) => {
    const Values = { u1: Uint8Array, u2: Uint16Array, f4: Float32Array }[type];
    const part = bytes.slice(from, from + length * Values.BYTES_PER_ELEMENT);
    from += part.length;
    return new Values(part.buffer);
  };
  const [{ name, count, inputs, targets }] = splits;
  if (name !== 'train') throw new Refusal('invalid', 'the dataset does not begin with its train split');
  const train = { count, inputs: take(inputs, count * product(shape)), targets: take(targets, count * (classes === null ? outputs : 1)) };
  return { shape, classes, train };
}

/** The newest snapshot's bytes; null: none, or a newer one took its place meanwhile. */
async function getSnapshot(run) {
  const newest = await get(`api/runs/${run}/snapshot`);
  return newest && (await get(`api/runs/${run}/snapshot/${json(newest).generation}`));
}

/** Selections from a generation on, as many as one answer holds. */
async function getSelections(run, from) {
  const bytes = (await get(`api/runs/${run}/selections?from=${from}`)) ?? [];
  const selections = [];
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(bytes.buffer, at).getUint32(0, true);
    selections.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return selections;
}

// --- 5. The session (docs/protocol.md, "Order of a worker's session") ---------------------------------------------------------------
// Messages only take notes: of what a run aims at, of tasks. One loop does all the work, a thing at a time.

/** A run that the server wants held: the `run` message, where it is by now, and the state as far as it is built. */
const runs = new Map();
/** Tasks in the order they came, by number. */
const tasks = new Map();
const counts = { tasks: 0, individuals: 0 };
let wake = () => {};
const until = (resolve) => {
  wake = resolve;
};

/** Forgets tasks that nobody waits for any more. */
const drop = (run, generation = Number.POSITIVE_INFINITY) => {
  for (const task of tasks.values()) if (task.run === run && task.generation <= generation) tasks.delete(task.task);
};

const heard = {
  run(message) {
    const { run, generation, digest } = message;
    const held = runs.get(run);
    const same = (key) => JSON.stringify(held.message[key]) === JSON.stringify(message[key]);
    // After a new connection, or where digests differed, the state may still be good; a run that was made again under its name is another.
    const state = held && ['experiment', 'seed', 'dataset', 'started'].every(same) ? held.state : null;
    const target = { generation, digest: hex(digest) };
    runs.set(run, { run, message, state, target, selections: new Map(), announce: true, settled: false });
    drop(run);
  },
  task(message) {
    if (runs.has(message.run)) tasks.set(message.task, message);
    else send({ type: 'return', tasks: [message.task] });
  },
  cancel({ tasks: over }) {
    for (const task of over) tasks.delete(task);
  },
  commit({ run: id, generation, selection, digest }) {
    drop(id, generation);
    const run = runs.get(id);
    if (!run) return;
    run.selections.set(generation, selection.slice());
    run.target = { generation: generation + 1, digest: hex(digest) };
    run.settled = false;
  },
  forget({ run }) {
    drop(run);
    if (runs.delete(run)) say(`${run}: let go`);
  },
};

/** Whether nobody has taken the run away, or set it anew, since `run` was looked up. */
const current = (run) => runs.get(run.run) === run && connection !== null;

/** Does what there is to do, states before tasks, until nothing is left. */
async function work() {
  for (;;) {
    const lagging = [...runs.values()].find(({ target, settled }) => target && !settled);
    const task = [...tasks.values()].find(({ run, generation }) => {
      const { state, settled } = runs.get(run) ?? {};
      return settled && state.generation === generation;
    });
    if (lagging) await catchUp(lagging);
    else if (task) await measure(task);
    else await new Promise(until);
  }
}

/** Brings a run's state to its target, or refuses the run. */
async function catchUp(run) {
  try {
    const way = await arrive(run);
    if (!current(run)) return;
    run.settled = true;
    if (!run.announce) return;
    run.announce = false;
    const { generation, digest } = run.state;
    send({ type: 'ready', run: run.run, generation, digest: Buffer.from(digest, 'hex') });
    say(`${run.run}: ready at generation ${generation} (${way})`);
  } catch (error) {
    // The connection may be gone, or the run: then nobody waits for an answer.
    if (!current(run)) return;
    runs.delete(run.run);
    const message = String(error.message).slice(0, 500);
    send({ type: 'refuse', run: run.run, code: error instanceof Refusal ? error.code : 'internal', message });
    say(`${run.run}: refused: ${message}`);
  }
}

/** Tries the ways to a state, one after the other. Returns the one that led there. */
async function arrive(run) {
  const { message } = run;
  let reason = '';
  for (const way of ['held', 'snapshot', 'seed']) {
    if (!current(run)) return;
    try {
      if (way === 'held' && !(run.state && run.state.generation <= run.target.generation)) continue;
      run.state ??= new State(engine.module, message, await getDataset(message.dataset), options.memory);
      if (way !== 'held') run.announce = true;
      if (way === 'snapshot') {
        const bytes = run.target.generation > 0 ? await getSnapshot(run.run) : null;
        if (!bytes) continue;
        run.state.restore(bytes);
      }
      if (way === 'seed') {
        const start = message.started ? await get(`api/runs/${run.run}/start`) : null;
        run.state.init(start && new Float32Array(start.buffer));
      }
      await follow(run);
      if (!current(run)) return;
      if (run.state.generation === run.target.generation && run.state.digest === run.target.digest) return way;
      reason = `generation ${run.state.generation} has digest ${run.state.digest} here, generation ${run.target.generation} has ${run.target.digest} there`;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      reason = error.message;
    }
  }
  throw new Refusal('digest', reason);
}

/** Advances until the target, which commits may move meanwhile: by their selections, and by the journal's where those are missing. */
async function follow(run) {
  const { state, selections } = run;
  while (current(run) && state.generation < run.target.generation) {
    const brought = selections.get(state.generation);
    const list = brought ? [brought] : await getSelections(run.run, state.generation);
    if (!list.length) throw new Error(`the server has no selection of generation ${state.generation}`);
    for (const selection of list) {
      if (!current(run) || state.generation >= run.target.generation) break;
      state.advance(selection);
      // Pings and commits are answered between two generations.
      if (!brought) await breathe();
    }
  }
  for (const generation of selections.keys()) if (generation < state.generation) selections.delete(generation);
}

/** Milliseconds of computing between two looks at the socket. */
const SLICE_MS = 20;

async function measure(task) {
  const { run: id, task: number, first, count } = task;
  const run = runs.get(id);
  const { state } = run;
  const losses = new Float32Array(count);
  let ms = 0;
  try {
    for (let done = 0; done < count; ) {
      const began = performance.now();
      while (done < count && performance.now() - began < SLICE_MS) {
        const some = state.evaluateSome(first + done, count - done);
        losses.set(state.f32.subarray(state.at.losses / 4, state.at.losses / 4 + some), done);
        done += some;
      }
      ms += performance.now() - began;
      await breathe();
      // Cancelled, committed, forgotten or set anew meanwhile: these losses are of no use any more.
      if (!current(run) || !run.settled || tasks.get(number) !== task) return;
    }
    tasks.delete(number);
    const digest = Buffer.from(state.digest, 'hex');
    send({ type: 'result', task: number, losses: new Uint8Array(losses.buffer), digest, ms });
    counts.tasks += 1;
    counts.individuals += count;
  } catch (error) {
    if (!current(run)) return;
    tasks.delete(number);
    send({ type: 'fail', run: id, task: number, code: 'evaluation', message: String(error.message).slice(0, 500) });
    // Who knows what it left behind: the state is built anew.
    Object.assign(run, { state: null, settled: false });
  }
}

// --- 6. The connection (docs/protocol.md, "Connection") ------------------------------------------------------------------------------

const PROTOCOL = 1;
/** Refusals that no second attempt mends. Another engine is fetched. */
const FATAL = ['unauthorized', 'forbidden', 'origin', 'protocol-mismatch', 'distrusted', 'malformed'];
const BACKOFF_MS = { first: 1_000, most: 30_000 };
/** The server pings every few seconds: one that is silent for so long is gone. */
const SILENCE_MS = 30_000;
const HELP = `Usage: node worker.mjs [options] [URL]

Lends one thread to a Germline server, until it is told to stop (Ctrl-C).

  URL                 the server's address, with #TOKEN where it asks for one (default: http://127.0.0.1:4376)
  --token-file FILE   a file that holds the token
  --name NAME         what displays call this worker (default: the host's name)
  --memory BYTES      most memory that a run may take (default: 2000000000)
  --help

Examples
  node worker.mjs
  node worker.mjs http://192.168.1.20:4376/#k3J...  --name attic
  node worker.mjs https://evolve.example.org --token-file ~/.germline-token`;

const say = (text) => console.log(text);
let connection = null;
let leaving = false;

function send(message) {
  if (connection?.readyState === WebSocket.OPEN) connection.send(encode(message));
}

/** One connection, from its opening to its end. Resolves with why it ended; throws where there is no use in another. */
function connect() {
  return new Promise((resolve, reject) => {
    const url = new URL('socket', server.http.replace(/^http/, 'ws'));
    const socket = new WebSocket(url, 'germline.v1', { perMessageDeflate: false, maxPayload: 17 << 20 });
    let reason = '';
    let fatal = null;
    let silence;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), SILENCE_MS);
    };
    alive();
    const failed = (code, message) => {
      reason = `${message} (${code})`;
      if (FATAL.includes(code)) fatal = new Refusal(code, reason);
      if (code === 'engine-mismatch') engine = null;
    };
    socket.on('open', () => {
      connection = socket;
      const { name, memory } = options;
      const hello = { type: 'hello', protocol: PROTOCOL, token: server.token, role: 'worker', name, kind: 'other', engine: engine.sha256 };
      send({ ...hello, threads: 1, memory, isolated: false, evaluators: ['wasm'] });
    });
    socket.on('ping', alive);
    socket.on('message', (frame) => {
      alive();
      const message = decode(frame);
      if (message.type === 'welcome') {
        attempts = 0;
        say(`connected to ${server.http} as ${message.id}`);
      } else if (message.type === 'error') {
        if (message.fatal) failed(message.code, message.message);
        else say(`the server says: ${message.message} (${message.code})`);
      } else heard[message.type]?.(message);
      wake();
    });
    // Refused before it was a WebSocket: the reason is in the body.
    socket.on('unexpected-response', async (_request, response) => {
      try {
        const { code, message } = json(Buffer.concat(await response.toArray())).error;
        failed(code, message);
      } catch {
        reason = `HTTP ${response.statusCode}`;
      }
      socket.terminate();
    });
    socket.on('error', (error) => {
      reason ||= error.message || error.code;
    });
    socket.on('close', (code) => {
      clearTimeout(silence);
      connection = null;
      // Tasks end with their connection. States stay good: the next connection's `run` says where their runs are by then.
      tasks.clear();
      for (const run of runs.values()) Object.assign(run, { target: null, settled: false });
      if (fatal) reject(fatal);
      else resolve(reason || `closed (${code})`);
    });
  });
}

/** Gives back what it has not done, and says goodbye. */
function leave() {
  if (leaving || !connection) process.exit();
  leaving = true;
  send({ type: 'return', tasks: [...tasks.keys()] });
  send({ type: 'leave' });
  tasks.clear();
  say(`left after ${counts.individuals} individuals in ${counts.tasks} tasks`);
  connection.on('close', () => process.exit());
  connection.close(1000);
}

const text = (value) => ({ type: 'string', default: value });
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'token-file': text(''), name: text(hostname()), memory: text('2000000000'), help: { type: 'boolean' } },
});
if (flags.help) {
  say(HELP);
  process.exit();
}
const options = { name: flags.name, memory: Number(flags.memory) };
const address = new URL(positionals[0] ?? 'http://127.0.0.1:4376');
const server = {
  http: `${address.origin}${address.pathname.replace(/\/*$/, '/')}`,
  token: flags['token-file'] ? readFileSync(flags['token-file'], 'utf8').trim() : decodeURIComponent(address.hash.slice(1)) || null,
};
let engine = null;
let attempts = 0;
process.on('SIGINT', leave);
process.on('SIGTERM', leave);

void work();
for (;;) {
  try {
    if (!engine) {
      runs.clear();
      engine = await getEngine();
    }
    say(await connect());
  } catch (error) {
    if (error instanceof Refusal) {
      console.error(`the server refuses this worker: ${error.message}`);
      process.exit(1);
    }
    say(`${server.http}: ${error.message}`);
  }
  const { first, most } = BACKOFF_MS;
  await sleep(Math.min(most, first * 2 ** Math.min(attempts++, 10)) * (0.5 + Math.random() / 2));
}

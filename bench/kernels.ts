// Matrix product, dense layer and whole convolutional networks on one core, against tfjs-backend-wasm (SIMD, one thread) on the same numbers.
import { fileURLToPath } from 'node:url';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as L from '../assembly/layout.ts';
import { type EngineExports, instantiate, loadEngine } from '../core/engine.ts';
import { compileNetwork, type Network } from '../core/network.ts';
import { seedClassicMnist } from '../experiments/built-in/seed-classic-mnist.ts';
import { smallConvolutional } from '../experiments/built-in/small-convolutional.ts';
import { peak } from './peak.ts';
import { table } from './report.ts';
import { inTurns, type Row } from './row.ts';
import { tensorflow } from './tensorflow.ts';

const TARGET = 1.2;
/** Turns of some milliseconds, so that what else the machine does hits few of them; the large network's take 50. */
const ROUNDS = 101;
const LARGE_ROUNDS = 31;
/** Both engines compile what is hot while it runs. */
const WARM_ROUNDS = 5;
const BATCH = 64;
const SHAPE = [28, 28, 1];
const PACKED = 'tfjs keeps the second matrix packed from turn to turn, ours packs it every time';

interface Kernels extends EngineExports {
  gemmScratch(rows: number, terms: number): number;
  gemm(a: number, b: number, out: number, rows: number, terms: number, columns: number, scratch: number): void;
  denseScratch(features: number): number;
  dense(
    x: number,
    w: number,
    bias: number,
    out: number,
    panels: number,
    features: number,
    units: number,
    scratch: number,
    floor: number,
  ): void;
  forward(
    program: number,
    first: number,
    last: number,
    weights: number,
    zeros: number,
    x: number,
    panels: number,
    a: number,
    b: number,
    scratch: number,
  ): number;
}

/** The engine over a memory of its own, with room taken from the bottom up. */
class Room {
  readonly engine: Kernels;
  private readonly memory = new WebAssembly.Memory({ initial: 2048, maximum: 65536 });
  private end: number;

  constructor(modules: Parameters<typeof instantiate>[0]) {
    this.engine = instantiate(modules, this.memory) as Kernels;
    this.end = this.engine.heapBase();
  }

  take(bytes: number): number {
    const at = Math.ceil(this.end / 64) * 64;
    this.end = at + bytes;
    return at;
  }

  put(values: Float32Array | Uint32Array): number {
    const at = this.take(values.byteLength);
    new Uint8Array(this.memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    return at;
  }

  read(at: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count).slice();
  }
}

type TensorFlow = Awaited<ReturnType<typeof tensorflow>>;

/** Measures on the thread that calls it; some ten seconds. */
export async function kernels(): Promise<Row[]> {
  const engine = await loadEngine();
  const tf = await tensorflow();
  return [
    await product(new Room(engine), tf),
    ...(await denseLayer(new Room(engine), tf)),
    await network('mnist-cnn, 11,274 weights', smallConvolutional, new Room(engine), tf),
    await network('classic CNN, 3,274,634 weights', seedClassicMnist.network, new Room(engine), tf),
  ];
}

async function product(room: Room, tf: TensorFlow): Promise<Row> {
  const n = 512;
  const { engine } = room;
  const [a, b] = [numbers(n * n), numbers(n * n)];
  const [first, second, out] = [room.put(a), room.put(b), room.take(n * n * 4)];
  const scratch = room.take(engine.gemmScratch(n, n));
  const [x, y] = [tf.tensor(a, [n, n]) as Tensor2D, tf.tensor(b, [n, n]) as Tensor2D];
  const ours = () => {
    engine.gemm(first, second, out, n, n, n, scratch);
    return room.read(out, n * n);
  };
  const times = await turns([ours, () => tf.matMul(x, y)], ROUNDS);
  for (const tensor of [x, y]) tensor.dispose();
  return row('matrix product 512 x 512 x 512', 'GFLOP/s', 2e-9 * n ** 3, 2e-9 * n ** 3, times, PACKED);
}

async function denseLayer(room: Room, tf: TensorFlow): Promise<Row[]> {
  const [features, units] = [784, 128];
  // One pass takes less than a millisecond: several a turn.
  const passes = 10;
  const { engine } = room;
  const [samples, w] = [numbers(BATCH * features), numbers(features * units)];
  const [from, weights, bias, out] = [room.put(samples), room.put(w), room.put(numbers(units)), room.take(BATCH * units * 4)];
  const scratch = room.take(engine.denseScratch(features));
  const [x, y] = [tf.tensor(samples, [BATCH, features]) as Tensor2D, tf.tensor(w, [features, units]) as Tensor2D];
  const ours = () => {
    for (let i = 0; i < passes; ++i) {
      engine.dense(from, weights, bias, out, BATCH / 8, features, units, scratch, Number.NEGATIVE_INFINITY);
      room.read(out, BATCH * units);
    }
  };
  const packed = () => {
    for (let i = 0; i < passes; ++i) tf.matMul(x, y);
  };
  const fresh = () => {
    for (let i = 0; i < passes; ++i) {
      const child = tf.tensor(w, [features, units]) as Tensor2D;
      tf.matMul(x, child);
      child.dispose();
    }
  };
  const [own, before, anew] = await turns([ours, packed, fresh], ROUNDS);
  for (const tensor of [x, y]) tensor.dispose();
  const work = 2e-9 * passes * BATCH * features * units;
  const name = `dense layer ${BATCH} x ${features} x ${units}`;
  return [
    await row(name, 'GFLOP/s', work, work, [own, before], `ours adds a bias too; ${PACKED}`),
    {
      ...(await row(`${name}, new weights in every pass`, 'GFLOP/s', work, work, [own, anew], 'as a population has it, on both sides')),
      target: null,
    },
  ];
}

async function network(name: string, layers: unknown, room: Room, tf: TensorFlow): Promise<Row> {
  const compiled = compileNetwork({ class_name: 'Sequential', config: { layers } }, SHAPE);
  const weights = numbers(compiled.parameters).map((w) => w / 10);
  const samples = numbers(BATCH * compiled.features);
  const model = await tf.modelFromTopology(compiled.topology);
  const tensors = compiled.tensors.map(({ offset, size, shape }) => tf.tensor(weights.slice(offset, offset + size), shape));
  model.setWeights(tensors);
  const x = tf.tensor(samples, [BATCH, ...compiled.inputShape]);
  const ours = compiledForward(room, compiled, weights, samples);
  const times = await turns([ours, () => tf.forward(model, x)], compiled.parameters > 1e6 ? LARGE_ROUNDS : ROUNDS);
  model.dispose();
  for (const tensor of [x, ...tensors]) tensor.dispose();
  const note = `${((1000 * BATCH) / times[1]).toFixed(0)} by tfjs, which packed its weights before; ours packs them in every pass, as each child has its own`;
  return row(`forward pass, ${name}, batch ${BATCH}`, 'examples/s', BATCH, 1e-9 * BATCH * floatOperations(compiled), times, note);
}

async function turns(tasks: (() => unknown)[], rounds: number): Promise<number[]> {
  await inTurns(tasks, WARM_ROUNDS);
  return inTurns(tasks, rounds);
}

/** A forward pass over the batch, examples in panels as a generation's batch is. */
function compiledForward(
  room: Room,
  { program, widest, outputs, segments, features }: Network,
  weights: Float32Array,
  samples: Float32Array,
) {
  const { engine } = room;
  const panels = BATCH / 8;
  const [operations, genome, rows] = [room.put(program), room.put(weights), room.put(samples)];
  const x = room.take(BATCH * features * 4);
  engine.gather(rows, 0, features, 0, 0, BATCH, x);
  const zeros = room.put(new Float32Array(Math.max(...segments.map((s) => s.columns))));
  const [a, b] = [room.take(panels * widest * 32), room.take(panels * widest * 32)];
  const scratch = room.take(Math.max(...segments.map((s) => s.fanIn * Math.max(s.columns, 16) * 4)));
  return () => {
    const at = engine.forward(operations, 0, program.length / L.OP_WORDS, genome, zeros, x, panels, a, b, scratch);
    return room.read(at, BATCH * outputs);
  };
}

/** Multiplications and additions of one example: of a convolution only the taps inside the image. */
function floatOperations({ program }: Network): number {
  let sum = 0;
  for (let at = 0; at < program.length; at += L.OP_WORDS) {
    const op = program.subarray(at, at + L.OP_WORDS);
    if (op[L.OP_CODE] === L.OP_DENSE) sum += 2 * op[L.OP_IN] * op[L.OP_OUT];
    if (op[L.OP_CODE] !== L.OP_CONV2D) continue;
    const rows = taps(op[L.OP_OUT_HEIGHT], op[L.OP_STRIDE_Y], op[L.OP_PAD_TOP], op[L.OP_KERNEL_HEIGHT], op[L.OP_HEIGHT]);
    const columns = taps(op[L.OP_OUT_WIDTH], op[L.OP_STRIDE_X], op[L.OP_PAD_LEFT], op[L.OP_KERNEL_WIDTH], op[L.OP_WIDTH]);
    sum += 2 * rows * columns * op[L.OP_CHANNELS] * op[L.OP_FILTERS];
  }
  return sum;
}

/** Kernel positions that fall inside the image, over all outputs along one side. */
function taps(outputs: number, stride: number, before: number, kernel: number, size: number): number {
  let sum = 0;
  for (let o = 0; o < outputs; ++o) {
    const first = o * stride - before;
    sum += Math.min(first + kernel, size) - Math.max(first, 0);
  }
  return sum;
}

/** `amount`: in `unit` seconds, of one turn; `billions`: its float operations. */
async function row(name: string, unit: string, amount: number, billions: number, [ours, theirs]: number[], note: string): Promise<Row> {
  const { gflops } = await peak();
  return {
    name,
    value: (1000 * amount) / ours,
    unit,
    ratio: theirs / ours,
    target: TARGET,
    limit: { value: (gflops * amount) / billions, by: `${billions.toPrecision(3)} GFLOP a turn at ${gflops.toFixed(1)} GFLOP/s` },
    note,
  };
}

/** Between -1 and 1. */
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + count));

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(table(await kernels()));

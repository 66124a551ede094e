// Genetic operators on one core: bytes a second of crossover beside memory.copy's, time of Gaussian mutation beside memory.copy's and
// beside a loop in JavaScript. Each figure stands next to the limit that the machine sets: vector operations over what the ports
// take, or bytes over what memory.copy moves.
import { fileURLToPath } from 'node:url';
import { instantiate, loadEngine } from '../core/engine.ts';
import { table } from './report.ts';
import { inTurns, type Row } from './row.ts';

const WEIGHTS = 1 << 22;
const BYTES = WEIGHTS * 4;
/** Bytes of a memory.copy that reads and writes as much as two parents and a child. */
const ALIKE = (3 * BYTES) / 2;
const ROWS = 4096;
const ROUNDS = 61;
const SCALAR_ROUNDS = 5;
/** Hundreds of cycles that the clock is measured over: a millisecond. */
const SPINS = 30_000;
/** Weights whose noise stays in the second cache. */
const CACHED = 1 << 14;
const BASE = 65536;

// Vector operations of the inner loops (assembly/rng/tiles.ts), as x64 has them: a widening multiplication is three.
const PHILOX_TILE = 118;
const BOX_MULLER_TILE = 86;
/** Four sign flips, 28 shifts and comparisons, three operations for each of 16 selections. */
const MIX_TILE = 4 + 28 + 48;
/** Vector operations a cycle on the cores of servers and laptops today. */
const PORTS = 3;

const seed = [1, 2] as const;

/** A module with `copy(to, from, bytes)`, memory.copy, and `spin(n)`, n times 100 rotations that wait for each other: n * 100 cycles. */
function probe(memory: WebAssembly.Memory): { copy: (to: number, from: number, bytes: number) => void; spin: (n: number) => number } {
  const section = (id: number, ...content: number[]): number[] => [id, ...length(content.length), ...content];
  const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
  const text = (s: string): number[] => [s.length, ...new TextEncoder().encode(s)];
  const copy = [0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 10, 0, 0, 0x0b];
  const rotate = Array.from({ length: 100 }, () => [0x20, 1, 0x20, 0, 0x77, 0x21, 1]).flat();
  const next = [0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0];
  const spin = [1, 1, 0x7f, 0x20, 0, 0x21, 1, 0x03, 0x40, ...rotate, ...next, 0x0b, 0x20, 1, 0x0b];
  const module = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 3, 0x7f, 0x7f, 0x7f, 0, 0x60, 1, 0x7f, 1, 0x7f),
    ...section(2, 1, ...text('env'), ...text('memory'), 2, 1, 1, 0x80, 0x80, 4),
    ...section(3, 2, 0, 1),
    ...section(7, 2, ...text('copy'), 0, 0, ...text('spin'), 0, 1),
    ...section(10, 2, ...length(copy.length), ...copy, ...length(spin.length), ...spin),
  ];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module)), { env: { memory } });
  return exports as ReturnType<typeof probe>;
}

/** Box-Muller as a JavaScript programmer writes it. */
function mutateInJavaScript(w: Float32Array, sigma: number): void {
  for (let i = 0; i < w.length; i += 2) {
    const r = sigma * Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    w[i] += r * Math.cos(angle);
    w[i + 1] += r * Math.sin(angle);
  }
}

/** Measures on the thread that calls it; some seconds. */
export async function operators(): Promise<Row[]> {
  const memory = new WebAssembly.Memory({ initial: (BASE + 3 * BYTES) / 65536 + 1, maximum: 65536 });
  const engine = instantiate(await loadEngine(), memory) as unknown as Record<string, (...parameters: number[]) => number>;
  const { copy, spin } = probe(memory);
  const [a, b, out] = [BASE, BASE + BYTES, BASE + 2 * BYTES];
  const scratch = BASE - 64;
  const parents = BASE - 128;
  new Uint32Array(memory.buffer, parents, 2).set([a, b]);
  new Float32Array(memory.buffer, parents + 8, 2).set([0.5, 0.5]);
  const child = new Float32Array(memory.buffer, out, WEIGHTS);
  for (const parent of [a, b])
    new Float32Array(memory.buffer, parent, WEIGHTS).forEach((_, i, w) => {
      w[i] = Math.sin(i);
    });

  const [copied, copiedAlike, mixed, streamed, byNeuron, gaussian, sparse, lowRank, normal, cycles] = await inTurns(
    [
      () => copy(out, a, BYTES),
      // As many bytes read and written as a crossover's two parents and child: half of them copied over the other half.
      () => copy(a + ALIKE, a, ALIKE),
      () => engine.crossoverUniform(a, b, out, WEIGHTS, 128, 0, ...seed, 3, 4),
      () => engine.crossoverIntermediate(parents, 2, parents + 8, out, WEIGHTS),
      () => engine.crossoverNeuron(a, b, out, ROWS, WEIGHTS / ROWS, 0, 128, 0, ...seed, 3, 4),
      () => engine.mutateGaussian(out, WEIGHTS, 0.01, ...seed, 3, 4, scratch),
      () => engine.mutateSparse(out, WEIGHTS, 0.01, 0.01, ...seed, 3, 4, scratch),
      () => {
        engine.lowRankNoise(a, ROWS, WEIGHTS / ROWS, 1, 0, ...seed, 3, 4);
        engine.mutateLowRank(out, ROWS, WEIGHTS / ROWS, 1, 0.01, a);
      },
      () => {
        for (let i = 0; i < WEIGHTS / CACHED; i++) engine.normal(out, 0, CACHED, 1, ...seed, 3, 4, 2, scratch);
      },
      () => spin(SPINS),
    ],
    ROUNDS,
  );
  const [scalar] = await inTurns([() => mutateInJavaScript(child, 0.01)], SCALAR_ROUNDS);

  const opsPerSecond = (PORTS * SPINS * 100) / (cycles / 1000);
  const gigabytes = (milliseconds: number): number => (3 * BYTES) / milliseconds / 1e6;
  const nanoseconds = (milliseconds: number): number => (milliseconds / WEIGHTS) * 1e6;
  // Nanoseconds a weight, or a draw.
  const operations = (tile: number, weights: number): { value: number; by: string } => ({
    value: (tile / weights / opsPerSecond) * 1e9,
    by: `${tile / weights} vector operations, ${PORTS} a cycle at ${(opsPerSecond / PORTS / 1e9).toFixed(2)} GHz`,
  });
  // Two arrays read and one written is another mixture than memory.copy's: the limit is what the same streams reach without a draw.
  const bytes = { value: gigabytes(streamed), by: 'the same three streams without a draw: intermediate crossover of two' };
  const copyTime = { value: nanoseconds(copied), by: "memory.copy's time" };
  const mixing = 12 / operations(PHILOX_TILE + MIX_TILE, 64).value;
  const drawing = operations(PHILOX_TILE + BOX_MULLER_TILE, 16);
  return [
    {
      name: 'crossover, uniform, beside memory.copy of the same bytes',
      value: gigabytes(mixed),
      unit: 'GB/s',
      ratio: copiedAlike / mixed,
      target: 1,
      limit: mixing < bytes.value ? { value: mixing, by: operations(PHILOX_TILE + MIX_TILE, 64).by } : bytes,
      note: '4 Mi weights; two parents read, one child written, a random byte a weight',
    },
    {
      name: 'crossover, by neuron, beside memory.copy of the same bytes',
      value: gigabytes(byNeuron),
      unit: 'GB/s',
      ratio: copiedAlike / byNeuron,
      target: null,
      limit: bytes,
      note: '4096 x 1024 weights',
    },
    {
      name: "mutation, gaussian, beside memory.copy's time",
      value: nanoseconds(gaussian),
      unit: 'ns/weight',
      ratio: copied / gaussian,
      target: 0.1,
      limit: drawing,
      note: '4 Mi weights in place',
    },
    {
      name: 'mutation, gaussian, beside a JavaScript loop',
      value: nanoseconds(gaussian),
      unit: 'ns/weight',
      ratio: scalar / gaussian,
      target: 6,
      limit: drawing,
      note: `Box-Muller with Math.random, log, sqrt, cos, sin: ${nanoseconds(scalar).toFixed(1)} ns a weight`,
    },
    {
      name: "mutation, sparse 1 %, beside memory.copy's time",
      value: nanoseconds(sparse),
      unit: 'ns/weight',
      ratio: copied / sparse,
      target: null,
      limit: operations(PHILOX_TILE, 16),
    },
    {
      name: "mutation, low-rank 1, beside memory.copy's time",
      value: nanoseconds(lowRank),
      unit: 'ns/weight',
      ratio: copied / lowRank,
      target: null,
      limit: copyTime,
      note: 'drawing the factors included',
    },
    {
      name: 'normal draws in cache',
      value: nanoseconds(normal),
      unit: 'ns',
      ratio: null,
      target: null,
      limit: drawing,
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(table(await operators()));

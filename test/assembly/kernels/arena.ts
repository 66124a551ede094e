// The engine with a memory of its own, in which blocks lie between guard bytes and inputs are remembered: a kernel that writes anywhere
// but to its outputs is caught by `check`.
import type { EngineExports } from '../../../core/engine-exports.ts';
import { BASE, engine } from '../engine.ts';

type P = number;
type Window = [
  height: number,
  width: number,
  channels: number,
  outHeight: number,
  outWidth: number,
  poolHeight: number,
  poolWidth: number,
  strideY: number,
  strideX: number,
  padTop: number,
  padLeft: number,
];

/** What of assembly/ the host never calls itself. */
export interface Kernels extends EngineExports {
  gemmTransposed(at: P, b: P, out: P, rows: number, terms: number, columns: number, scratch: P): void;
  gemmScratch(rows: number, terms: number): number;
  gemm(a: P, b: P, out: P, rows: number, terms: number, columns: number, scratch: P): void;
  transpose(from: P, rows: number, columns: number, to: P): void;
  transposeRows(from: P, fromStride: number, rows: number, columns: number, to: P, toStride: number): void;
  denseScratch(features: number): number;
  dense(x: P, w: P, bias: P, out: P, panels: number, features: number, units: number, scratch: P, floor: number): void;
  conv2dScratch(kernelHeight: number, kernelWidth: number, channels: number, filters: number): number;
  conv2d(
    x: P,
    w: P,
    bias: P,
    out: P,
    panels: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    filters: number,
    kernelHeight: number,
    kernelWidth: number,
    strideY: number,
    strideX: number,
    padTop: number,
    padLeft: number,
    scratch: P,
    floor: number,
  ): void;
  maxPool(x: P, out: P, panels: number, ...window: Window): void;
  averagePool(x: P, out: P, panels: number, ...window: Window): void;
  relu(x: P, out: P, count: number): void;
  tanh(x: P, out: P, count: number): void;
  sigmoid(x: P, out: P, count: number): void;
  softmax(x: P, out: P, panels: number, features: number): void;
  crossEntropy(z: P, labels: P, panels: number, classes: number, temperature: number, smoothing: number, out: P): void;
  hits(z: P, labels: P, panels: number, classes: number, out: P): void;
  squaredError(z: P, targets: P, panels: number, outputs: number, out: P): void;
  squaredErrorOfClasses(z: P, labels: P, panels: number, outputs: number, out: P): void;
  losses(
    kind: number,
    z: P,
    targets: P,
    classes: number,
    panels: number,
    outputs: number,
    temperature: number,
    smoothing: number,
    out: P,
  ): void;
  forward(program: P, first: number, last: number, weights: P, zeros: P, x: P, panels: number, a: P, b: P, scratch: P): P;
  word(seedLo: number, seedHi: number, position: number, individual: number, generation: number, stream: number): number;
  permute(seedLo: number, seedHi: number, epoch: number, count: number, place: number): number;
  orderScratch(count: number): number;
  order(losses: P, count: number, seedLo: number, seedHi: number, generation: number, out: P, scratch: P): void;
}

interface Block {
  at: P;
  bytes: number;
  /** An input's content. */
  kept: Uint8Array | null;
}

const GUARD = 0xa5;
const GUARD_BYTES = 64;
const BYTES = 64 << 20;

export class Arena {
  readonly engine: Kernels;
  private readonly u8: Uint8Array;
  private end = BASE;
  private blocks: Block[] = [];

  constructor() {
    const { functions, bytes } = engine(BYTES);
    this.engine = functions as unknown as Kernels;
    this.u8 = bytes;
  }

  /** Forgets all blocks. */
  clear(): void {
    this.end = BASE;
    this.blocks = [];
  }

  /** Room for results, full of rubbish. Only `aligned` blocks begin at a multiple of 16: genomes and their layers do not. */
  room(bytes: number, aligned = false): P {
    const at = Math.ceil((this.end + GUARD_BYTES) / 16) * 16 + (aligned ? 0 : 4);
    this.end = at + bytes;
    if (this.end + GUARD_BYTES > this.u8.length) throw new RangeError(`the arena's ${this.u8.length} bytes are used up`);
    this.u8.fill(GUARD, at - GUARD_BYTES, this.end + GUARD_BYTES);
    this.blocks.push({ at, bytes, kept: null });
    return at;
  }

  scratch(bytes: number): P {
    return this.room(bytes, true);
  }

  /** Writes to a block that is not an input. */
  put(at: P, values: Float32Array | Uint32Array): void {
    this.u8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  }

  /** A copy of `values`, which no kernel may change. */
  input(values: Float32Array | Uint32Array | Int32Array | Uint8Array): P {
    const at = this.room(values.byteLength);
    const kept = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    this.u8.set(kept, at);
    (this.blocks.at(-1) as Block).kept = kept;
    return at;
  }

  floats(at: P, count: number): Float32Array {
    return new Float32Array(this.u8.slice(at >>> 0, (at >>> 0) + count * 4).buffer);
  }

  words(at: P, count: number): Uint32Array {
    return new Uint32Array(this.u8.slice(at >>> 0, (at >>> 0) + count * 4).buffer);
  }

  bytes(at: P, count: number): Uint8Array {
    return this.u8.slice(at >>> 0, (at >>> 0) + count);
  }

  /** Throws where something was written between the blocks or to an input. */
  check(): void {
    for (const { at, bytes, kept } of this.blocks) {
      for (let i = 1; i <= GUARD_BYTES; ++i) {
        if (this.u8[at - i] !== GUARD) throw new Error(`a write ${i} bytes before a block of ${bytes}`);
        if (this.u8[at + bytes + i - 1] !== GUARD) throw new Error(`a write ${i - 1} bytes behind a block of ${bytes}`);
      }
      kept?.forEach((value, i) => {
        if (this.u8[at + i] !== value) throw new Error(`a write to byte ${i} of an input of ${bytes}`);
      });
    }
  }
}

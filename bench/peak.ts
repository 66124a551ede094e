// What the machine can do at most, measured: float operations per second of one core in 128-bit multiplications and additions, and
// bytes per second of memory.copy. The limits beside the figures are reckoned from these.
import { instantiate, loadEngine } from '../core/engine.ts';
import { median } from './row.ts';

export interface Peak {
  /** 10^9 float operations a second: the register tile on operands that never leave the first-level cache. */
  gflops: number;
  /** 10^9 bytes a second, read and written, of memory.copy over 16 MiB. */
  gigabytes: number;
}

let measured: Peak | null = null;

export async function peak(): Promise<Peak> {
  if (measured) return measured;
  const memory = new WebAssembly.Memory({ initial: 1024, maximum: 65536 });
  const engine = instantiate(await loadEngine(), memory) as unknown as { dense(...args: number[]): void; heapBase(): number };
  const base = Math.ceil(engine.heapBase() / 64) * 64;
  const flops: number[] = [];
  const bytes: number[] = [];
  const view = new Uint8Array(memory.buffer);
  for (let round = 0; round < 25; ++round) {
    // 4 units of 256 features on one panel: 8 KB of samples and 4 KB of weights; packing is 1/8 of a product's loads at one panel, so take 64 of the same.
    let began = performance.now();
    for (let i = 0; i < 40; ++i)
      engine.dense(base, base + 1_000_000, base + 2_000_000, base + 3_000_000, 64, 256, 16, base + 4_000_000, Number.NEGATIVE_INFINITY);
    flops.push((40 * 2 * 64 * 8 * 256 * 16) / (performance.now() - began) / 1e6);
    began = performance.now();
    view.copyWithin(32 << 20, 0, 16 << 20);
    bytes.push((2 * (16 << 20)) / (performance.now() - began) / 1e6);
  }
  measured = { gflops: Math.max(...flops), gigabytes: median(bytes.slice(5)) };
  return measured;
}

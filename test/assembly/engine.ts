// The compiled engine with a memory of its own, for tests.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Every function of the module: numbers in (pointers in bytes, booleans as 0 or 1), a number or nothing out. */
export type EngineFunctions = Record<string, (...parameters: number[]) => number>;

export interface Engine {
  memory: WebAssembly.Memory;
  functions: EngineFunctions;
  /** The memory as bytes, 32-bit words, float32. */
  bytes: Uint8Array;
  words: Uint32Array;
  floats: Float32Array;
}

/** First address that tests use: above anything the module keeps for itself. */
export const BASE = 65536;

const PAGE = 65536;
const MAXIMUM_PAGES = 65536;
const file = fileURLToPath(new URL('../../assembly/build/engine.wasm', import.meta.url));

function compiled(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(file));
  } catch (cause) {
    throw new Error(`${file} is missing or broken: run "npm run build:wasm" first`, { cause });
  }
}

/** A fresh instance with room for `size` bytes from BASE on. */
export function engine(size = 1 << 20): Engine {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((BASE + size) / PAGE), maximum: MAXIMUM_PAGES });
  const { exports } = new WebAssembly.Instance(compiled(), { env: { memory } });
  const { buffer } = memory;
  return {
    memory,
    functions: exports as EngineFunctions,
    bytes: new Uint8Array(buffer),
    words: new Uint32Array(buffer),
    floats: new Float32Array(buffer),
  };
}

// The WebAssembly engine: its two modules, their identity, and an instance over a memory.
import type { EngineExports } from './engine-exports.ts';
import { isNode } from './ports.ts';
import { sha256 as hashOf } from './sha256.ts';

export type { EngineExports } from './engine-exports.ts';

export interface Engine {
  /** SHA-256 (hex) over both modules: what a run, a journal and a worker name the engine by. */
  sha256: string;
  /** For a memory of one's own. */
  own: WebAssembly.Module;
  /** For a memory that threads share. */
  shared: WebAssembly.Module;
  /** The modules as they are stored: a run keeps them by hash. */
  files: { name: string; bytes: Uint8Array<ArrayBuffer> }[];
}

/** The engine could not be loaded, or is not the one that a run was made with. */
export class EngineError extends Error {
  override name = 'EngineError';
}

export const ENGINE_FILES = ['engine.wasm', 'engine.shared.wasm'] as const;

/** Makes an engine of its two modules' bytes. Throws EngineError when `expected` (SHA-256, hex) is another engine's. */
export async function engineFrom(files: Engine['files'], expected?: string): Promise<Engine> {
  const ordered = ENGINE_FILES.map((name) => {
    const file = files.find((f) => f.name === name);
    if (!file) throw new EngineError(`the engine's ${name} is missing`);
    return file;
  });
  const whole = new Uint8Array(ordered.reduce((n, f) => n + f.bytes.length, 0));
  let at = 0;
  for (const { bytes } of ordered) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  const sha256 = await hashOf(whole);
  if (expected && expected !== sha256) {
    throw new EngineError(`the engine is ${sha256.slice(0, 12)}..., but ${expected.slice(0, 12)}... is asked for`);
  }
  try {
    const [own, shared] = await Promise.all(ordered.map((f) => WebAssembly.compile(f.bytes)));
    return { sha256, own, shared, files: ordered };
  } catch (error) {
    throw new EngineError(`the engine does not compile here: ${(error as Error).message} (WebAssembly with SIMD and threads is needed)`);
  }
}

/** Written out: a bundler finds files by this form alone. */
const PLACES: Record<(typeof ENGINE_FILES)[number], URL> = {
  'engine.wasm': new URL('../assembly/build/engine.wasm', import.meta.url),
  'engine.shared.wasm': new URL('../assembly/build/engine.shared.wasm', import.meta.url),
};

let loaded: Promise<Engine> | null = null;

/** The engine that this package carries (assembly/build), loaded once. */
export function loadEngine(): Promise<Engine> {
  loaded ??= (async () => {
    const read = async (name: (typeof ENGINE_FILES)[number]) => {
      const url = PLACES[name];
      if (!isNode) {
        const response = await fetch(url);
        if (!response.ok) throw new EngineError(`the engine's ${name} cannot be had (HTTP ${response.status})`);
        return new Uint8Array(await response.arrayBuffer());
      }
      const { readFile } = await import('node:fs/promises');
      try {
        return new Uint8Array(await readFile(url));
      } catch {
        throw new EngineError(`the engine is not built: ${url.pathname} is missing (in a checkout, run: npm run build:wasm)`);
      }
    };
    return engineFrom(await Promise.all(ENGINE_FILES.map(async (name) => ({ name, bytes: await read(name) }))));
  })();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

/** An instance over `memory`, which decides between the two modules. */
export function instantiate(engine: { own: WebAssembly.Module; shared: WebAssembly.Module }, memory: WebAssembly.Memory): EngineExports {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const instance = new WebAssembly.Instance(shared ? engine.shared : engine.own, { env: { memory } });
  return instance.exports as unknown as EngineExports;
}

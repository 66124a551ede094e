// The engine that this package carries, as bytes: what a worker's hello is compared with and what it can fetch. Nothing here compiles it.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const FILES = ['engine.wasm', 'engine.shared.wasm'] as const;

export interface EngineIdentity {
  /** SHA-256 (hex) over both modules, as core/engine.ts makes it. */
  sha256: string;
  files: Record<string, Buffer>;
}

export async function engineIdentity(): Promise<EngineIdentity> {
  const hash = createHash('sha256');
  const files: Record<string, Buffer> = {};
  for (const name of FILES) {
    const url = new URL(`../assembly/build/${name}`, import.meta.url);
    files[name] = await readFile(url).catch(() => {
      throw new Error(`the engine is not built: ${url.pathname} is missing (in a checkout, run: npm run build:wasm)`);
    });
    hash.update(files[name]);
  }
  return { sha256: hash.digest('hex'), files };
}

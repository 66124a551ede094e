import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Folder of the datasets that ship with the package. It lies beside this file in the repository (data/sets.ts, data/sets/); the compiled
 * file lies deeper (dist/data/sets.js), the folder doesn't.
 */
export function shippedFolder(): string {
  const beside = fileURLToPath(new URL('./sets/', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../data/sets/', import.meta.url));
}

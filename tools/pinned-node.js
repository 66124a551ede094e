// Where the pinned Node of this checkout is, or null where there is none (an installed package, an unlisted platform).
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {22 | 24} major @returns {string | null} the path of its executable */
export function pinnedNode(major) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const names =
    major === 24 ? [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`] : [`node22-${platform}-${process.arch}`];
  for (const name of names) {
    const path = fileURLToPath(new URL(`../node_modules/${name}/bin/node${platform === 'win' ? '.exe' : ''}`, import.meta.url));
    if (existsSync(path)) return path;
  }
  return null;
}

// Builds client/ and the browser's worker, and before them the engine, into client/build, which the server hands out.
//   node tools/with-node.js tools/build-client.ts [--if-stale]
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { build } from 'vite';
import { root, runNode } from './run-node.ts';

const out = `${root}client/build`;
/** What ends up in the bundles. */
const SOURCES = ['client', 'worker', 'core', 'protocol', 'experiments', 'data', 'assembly/build'];

const failed = await runNode(['tools/build-wasm.ts', '--if-stale']);
if (failed) process.exit(failed);
if (process.argv.includes('--if-stale') && !(await stale())) process.exit(0);
process.stderr.write('building the dashboard\n');
// Built beside and renamed: whoever reads it meanwhile reads a whole one.
const unfinished = `${out}.${process.pid}`;
try {
  await build({ configFile: `${root}client/vite.config.ts`, logLevel: 'warn', build: { outDir: unfinished, emptyOutDir: true } });
  await rm(out, { recursive: true, force: true });
  await rename(unfinished, out);
} finally {
  await rm(unfinished, { recursive: true, force: true });
}

/** Whether a source is newer than the build, or there is none. */
async function stale(): Promise<boolean> {
  const made = (await stat(`${out}/index.html`).catch(() => null))?.mtimeMs ?? 0;
  const files = [`${root}package-lock.json`];
  for (const folder of SOURCES) {
    const names = await readdir(`${root}${folder}`, { recursive: true });
    files.push(
      ...names
        .filter((name) => !name.startsWith('build') && /\.(tsx?|css|html|svg|wasm)$/.test(name))
        .map((name) => `${root}${folder}/${name}`),
    );
  }
  const changed = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  return Math.max(...changed) > made;
}

// Compiles assembly/ into the two modules of the engine: one for a memory of its own, one for a shared memory.
//   node tools/with-node.js tools/build-wasm.ts [--if-stale]
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}assembly/build`;

const common = {
  '--runtime': 'stub',
  // The most that a host may ask for, in pages: each run's own maximum comes from its memory plan.
  '--initialMemory': '1',
  '--maximumMemory': '65536',
  '--use': 'abort=',
  // 201 warns of what only a 64-bit memory would need; pointers here are 32 bits.
  '--disableWarning': '201',
};
const flags = ['--importMemory', '--noAssert', '-O3', '--enable', 'simd', '--enable', 'bulk-memory'];
const builds = [
  { name: 'engine', more: [] },
  { name: 'engine.shared', more: ['--enable', 'threads', '--sharedMemory'] },
];

if (process.argv.includes('--if-stale') && !(await stale())) process.exit(0);
process.stderr.write('building the WebAssembly engine\n');
await mkdir(out, { recursive: true });
for (const { name, more } of builds) {
  const target = `assembly/build/${name}.wasm`;
  // Written beside and renamed: whoever reads it meanwhile reads a whole one.
  const { error, stderr } = await asc.main([
    'assembly/index.ts',
    ...Object.entries(common).flat(),
    ...flags,
    ...more,
    '--outFile',
    `${target}.new`,
    '--baseDir',
    root,
  ]);
  process.stderr.write(stderr.toString());
  if (error) {
    process.stderr.write(`assembly/ does not compile: ${error.message}\n`);
    process.exit(1);
  }
  await rename(`${root}${target}.new`, `${root}${target}`);
}

/** Whether a source is newer than a module, or a module is missing. */
async function stale(): Promise<boolean> {
  const times = await Promise.all(builds.map(async ({ name }) => (await stat(`${out}/${name}.wasm`).catch(() => null))?.mtimeMs ?? 0));
  const sources = (await readdir(`${root}assembly`, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const changed = await Promise.all(sources.map(async (file) => (await stat(`${root}assembly/${file}`)).mtimeMs));
  return Math.max(...changed) > Math.min(...times);
}

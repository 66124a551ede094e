// Compiles assembly/ into the two modules of the engine: one for a memory of its own, one for a shared memory.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}assembly/build`;

// `maximumMemory` is the most that a host may ask for: each run's own maximum comes from its memory plan.
const common = [
  'assembly/index.ts', '--runtime', 'stub', '--enable', 'simd', '--enable', 'bulk-memory', '--noAssert',
  '-O3', '--converge', '--importMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--use', 'abort=',
  // 201 warns of what only a 64-bit memory would need; pointers here are 32 bits.
  '--disableWarning', '201',
];
const builds = [
  { name: 'engine', flags: [] },
  { name: 'engine.shared', flags: ['--enable', 'threads', '--sharedMemory'] },
];

await mkdir(out, { recursive: true });
for (const { name, flags } of builds) {
  const { error, stderr } = await asc.main(
    [...common, ...flags, '--outFile', `assembly/build/${name}.wasm`, '--textFile', `assembly/build/${name}.wat`, '--baseDir', root],
    { },
  );
  const text = stderr.toString();
  if (text) process.stderr.write(text);
  if (error) {
    process.stderr.write(`assembly/ does not compile: ${error.message}\n`);
    process.exit(1);
  }
}
const digest = createHash('sha256');
for (const { name } of builds) digest.update(await readFile(`${out}/${name}.wasm`));
await writeFile(`${out}/engine.json`, `${JSON.stringify({ sha256: digest.digest('hex') })}\n`);

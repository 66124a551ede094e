// `npm start`: builds what is missing and serves ./germline-data with a worker of this machine and, where there is no run, `mnist`.
// Arguments go to `germline serve`: npm start -- --port 4377
import { existsSync } from 'node:fs';
import { root, runNode } from './run-node.ts';

for (const build of ['tools/build-wasm.ts', 'tools/build-client.ts']) {
  if (!existsSync(`${root}${build}`)) continue;
  const code = await runNode([build, '--if-stale']);
  if (code) process.exit(code);
}
process.argv.splice(2, 0, 'serve', '--work', '--first-run', 'mnist');
await import(new URL('../bin/germline.js', import.meta.url).href);

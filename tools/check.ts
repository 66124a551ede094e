// `npm run check`: types, lint and format, that what is generated is up to date, and that the dashboard stays small.
import { readFile } from 'node:fs/promises';
import { experimentJsonSchema } from '../experiments/json-schema.ts';
import { experimentReference } from '../experiments/reference.ts';
import { clientSize, MOST_BYTES, sum } from './client-size.ts';
import { root, runNode } from './run-node.ts';

let bad = 0;
for (const [what, args] of Object.entries({
  types: ['node_modules/typescript/bin/tsc', '--noEmit'],
  'lint and format': ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
})) {
  const code = await runNode(args);
  console.log(`${what}: ${code ? 'FAILED' : 'good'}`);
  bad ||= code;
}
const reference = experimentReference(experimentJsonSchema());
const current = (await readFile(`${root}docs/experiments.md`, 'utf8')) === reference;
console.log(`docs/experiments.md: ${current ? 'good' : 'STALE; run: node tools/with-node.js tools/experiment-schema.ts'}`);
const bytes = sum((await clientSize()).own);
const small = bytes < MOST_BYTES;
console.log(
  `the dashboard: ${(bytes / 1000).toFixed(1)} of ${MOST_BYTES / 1000} kB gzipped: ${small ? 'good' : 'TOO MUCH; see tools/client-size.ts'}`,
);
process.exitCode = bad || (current && small ? 0 : 1);

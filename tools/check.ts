// `npm run check`: types, lint and format, and that what is generated is up to date.
import { readFile } from 'node:fs/promises';
import { experimentJsonSchema } from '../experiments/json-schema.ts';
import { experimentReference } from '../experiments/reference.ts';
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
process.exitCode = bad || (current ? 0 : 1);

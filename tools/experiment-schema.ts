// Writes the JSON Schema of experiments, for editors, and the reference of every field, for readers.
//   node tools/with-node.js tools/experiment-schema.ts [dist/experiment.schema.json]
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { experimentJsonSchema } from '../experiments/json-schema.ts';
import { experimentReference } from '../experiments/reference.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = resolve(root, process.argv[2] ?? 'dist/experiment.schema.json');
const schema = experimentJsonSchema();
await mkdir(dirname(output), { recursive: true });
await writeFile(output, `${JSON.stringify(schema, null, 2)}\n`);
await writeFile(`${root}docs/experiments.md`, experimentReference(schema));

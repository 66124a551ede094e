// `npm run build`: makes dist/, what is published beside bin/ and data/sets: JavaScript, types, the engine, the dashboard, the experiments' JSON Schema.
import { cp, mkdir, rm } from 'node:fs/promises';
import { root, runNode } from './run-node.ts';

const step = async (what: string, args: string[]) => {
  const code = await runNode(args);
  if (!code) return;
  console.error(`build: ${what} failed`);
  process.exit(code);
};

await rm(`${root}dist`, { recursive: true, force: true });
await step('the engine and the dashboard', ['tools/build-client.ts', '--if-stale']);
await step('TypeScript', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
await mkdir(`${root}dist/assembly/build`, { recursive: true });
for (const name of ['engine.wasm', 'engine.shared.wasm']) await cp(`${root}assembly/build/${name}`, `${root}dist/assembly/build/${name}`);
await cp(`${root}client/build`, `${root}dist/client`, { recursive: true });
await step('the JSON Schema', ['tools/experiment-schema.ts', 'dist/experiment.schema.json']);

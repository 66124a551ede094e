// `npm start`: builds what is missing and evolves `mnist` with a live display. Arguments go to `germline run`.
import { runNode } from './run-node.ts';

const built = await runNode(['tools/build-wasm.ts', '--if-stale']);
process.exit(built || (await runNode(['bin/germline.js', 'run', 'mnist', ...process.argv.slice(2)])));

// Runs a program on the Node that this repository pins (tools/node), whatever Node npm itself runs on.
//   node tools/with-node.js FILE [ARGUMENT...]
// Plain JavaScript: it has to start on any Node.
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.js';

const node = pinnedNode(24) ?? process.execPath;
const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node tools/with-node.js FILE [ARGUMENT...]');
  process.exit(2);
}
const child = spawn(node, [file, ...rest], {
  stdio: 'inherit',
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
});
// A terminal sends Ctrl-C to the whole group: the child decides when to end, and this process waits for it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(`cannot start ${node}: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 1)));

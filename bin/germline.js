#!/usr/bin/env node
// Starts Germline on a Node that can run it. Plain JavaScript in old words, so that any Node can say what it lacks.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
// 23.0 to 23.5 still asked for a flag to run TypeScript.
const sufficient = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
const checkout = existsSync(path('../cli/main.ts'));

if (sufficient) start();
else restart();

async function start() {
  hideExperimentalWarnings();
  if (checkout && !existsSync(path('../assembly/build/engine.wasm'))) buildEngine();
  const { main } = await import(checkout ? '../cli/main.ts' : '../dist/cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}

/** SQLite and TypeScript call themselves experimental at every start; whoever runs an experiment need not read it. */
function hideExperimentalWarnings() {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning') return;
    for (const listener of listeners) listener.call(process, warning);
  });
}

/** Says so itself, on stderr. */
function buildEngine() {
  const { status } = spawnSync(process.execPath, [path('../tools/build-wasm.ts')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

/** In a checkout the pinned Node takes over; elsewhere all that helps is a newer Node. */
async function restart() {
  const node = checkout ? await pinned() : null;
  if (!node) {
    console.error(`germline needs Node 22.18 or newer, and this is Node ${process.versions.node} (${process.execPath}).`);
    process.exit(2);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  let interrupted = 0;
  // A terminal sends Ctrl-C to both processes, `kill` only to this one. SIGTERM asks for the same clean stop as the first SIGINT and
  // counts for nothing where that has arrived, so that one Ctrl-C is never taken for two.
  process.on('SIGINT', () => child.kill(interrupted++ ? 'SIGKILL' : 'SIGTERM'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`germline: cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(interrupted ? 130 : code === null ? 1 : code));
}

async function pinned() {
  const { pinnedNode } = await import('../tools/pinned-node.js');
  return pinnedNode(24);
}

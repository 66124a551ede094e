// The processes that a scenario starts. Whatever becomes of the test, each is ended by its id.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, type Running, type StartOptions, start } from '../cli/command.ts';

const running = new Set<Running>();
const folders: string[] = [];

// A test process that ends without its hooks takes them with it all the same.
process.once('exit', () => {
  for (const { child } of running) child.kill('SIGKILL');
});

export function launch(words: string[], options: StartOptions = {}): Running {
  const process = start(words, options);
  running.add(process);
  const over = () => running.delete(process);
  process.ended.then(over, over);
  return process;
}

export function germline(...words: string[]): Promise<Ended> {
  return launch(words).ended;
}

export async function newFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'germline-chaos-'));
  folders.push(made);
  return made;
}

/** Kills what still runs; a frozen process too. */
export async function endProcesses(): Promise<void> {
  const left = [...running];
  for (const { child } of left) child.kill('SIGKILL');
  await Promise.allSettled(left.map(({ ended }) => ended));
}

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

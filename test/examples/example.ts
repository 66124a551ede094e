// The examples as whoever copies them runs them: in a process of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../server/fixtures/server.ts';

const WORKER = fileURLToPath(new URL('../../examples/worker.mjs', import.meta.url));

export interface Example {
  child: ChildProcess;
  /** What it printed so far, both streams. */
  readonly said: string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string | null>;
}

/** Ended after the test, whatever it does. */
export function startExample(program: string, words: string[]): Example {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<number | string | null>((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    ended,
    get said() {
      return said;
    },
  };
}

export const startWorkerExample = (url: string, ...words: string[]): Example => startExample(process.execPath, [WORKER, url, ...words]);

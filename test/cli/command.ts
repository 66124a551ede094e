// The real command in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/germline.js', import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** Resolves when so many lines have come on stdout, or the process has ended. */
  lines(count: number): Promise<void>;
  ended: Promise<Ended>;
}

export interface StartOptions {
  node?: string;
  env?: NodeJS.ProcessEnv;
  /** A program, and its arguments, that starts Node in its own place. */
  under?: string[];
}

export function start(words: string[], { node = process.execPath, env = {}, under = [] }: StartOptions = {}): Running {
  const [program, ...rest] = [...under, node, BIN, ...words];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  let look = () => {};
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    look();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
      look();
    });
  });
  const lines = (count: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (stdout.split('\n').length > count || child.exitCode !== null || child.signalCode !== null) resolve();
      };
      look();
    });
  return { child, lines, ended };
}

export function germline(...words: string[]): Promise<Ended> {
  return start(words).ended;
}

/** stdout as JSON, line by line: anything else on it is an error. */
export function objects({ stdout }: Ended): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

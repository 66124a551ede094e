// A thousand workers on one server: how much it takes in, how late its loop gets, what they cost while idle.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';
import { ended, Server } from './serve-process.ts';

const WORKERS = 1000;
const POPULATION = 100_000;
const SECONDS = 10;
const CHILD = fileURLToPath(new URL('./swarm-child.ts', import.meta.url));

/** Bytes of memory that a process holds. */
async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

export async function swarm(): Promise<Row[]> {
  const server = await Server.start();
  const crowd = spawn(process.execPath, ['--no-warnings', CHILD, server.url, String(WORKERS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: crowd.stdout })) if (line === 'ready') break;
    // Until what connecting took is collected.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const idle = await resident(server.process.pid as number);
    const run = await server.submit('xor', {
      algorithm: { name: 'ga' },
      population: POPULATION,
      generations: 1_000_000,
      validateEvery: 1000,
      'stop.loss': null,
    });
    // The first generations find out how fast everyone is.
    await server.until(run, 3);
    const before = await server.metrics('evaluations_total');
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
    const after = await server.metrics('evaluations_total', 'event_loop_lag_seconds');
    const value = (after.evaluations_total - before.evaluations_total) / ((performance.now() - from) / 1000);
    const lag = after.event_loop_lag_seconds;
    return [
      {
        name: `results of ${WORKERS} simulated workers taken in, ga, generations of 100,000`,
        value,
        unit: 'losses/s',
        ratio: value / 200_000,
        target: 1,
        limit: null,
        note: 'ratio: over 200,000 losses/s; the workers share the machine with the server',
      },
      {
        name: 'event loop of that server, 99th percentile of its lag',
        value: lag * 1000,
        unit: 'ms',
        ratio: null,
        target: 50,
        atMost: true,
        limit: null,
      },
      {
        name: `memory of a server with ${WORKERS} idle workers`,
        value: idle / 1e6,
        unit: 'MB',
        ratio: null,
        target: 300,
        atMost: true,
        limit: null,
        note: 'resident, the whole process',
      },
    ];
  } finally {
    crowd.kill('SIGKILL');
    await ended(crowd);
    await server.stop();
  }
}

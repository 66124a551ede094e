// One generation of `mnist` at a population of 1,000,000, in a process of its own so that its memory is its own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';

export async function million(): Promise<Row[]> {
  const germline = fileURLToPath(new URL('../bin/germline.js', import.meta.url));
  const peakRss = fileURLToPath(new URL('./peak-rss.js', import.meta.url));
  const began = performance.now();
  const child = spawnSync(
    process.execPath,
    ['--import', peakRss, germline, 'run', 'mnist', '--population', '1000000', '--generations', '1', '--seed', '1', '--json'],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const seconds = (performance.now() - began) / 1000;
  if (child.status !== 0) throw new Error(`germline run failed: ${child.stderr}`);
  const done = JSON.parse(child.stdout.trim().split('\n').at(-1) as string) as { evaluations: number };
  const bytes = Number(/peak RSS (\d+) bytes/.exec(child.stderr)?.[1]);
  return [
    {
      name: 'one generation of mnist, population 1,000,000: peak memory',
      value: bytes / 2 ** 30,
      unit: 'GiB',
      ratio: null,
      target: 2,
      atMost: true,
      limit: { value: (done.evaluations * 12) / 2 ** 30, by: '12 bytes an individual: its loss, its place in the order, its tie-break' },
      note: `finished in ${seconds.toFixed(1)} s, ${(done.evaluations / seconds).toFixed(0)} evaluations/s with start-up`,
    },
  ];
}

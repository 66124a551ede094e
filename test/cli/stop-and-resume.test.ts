// Stopped at random moments, by Ctrl-C or SIGKILL, and resumed: the same digest and champion every time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { germline, objects, start } from './command.ts';

const TIMES = 20;
const experiment = [
  'mnist',
  '--seed',
  '3',
  '--generations',
  '40',
  '--population',
  '128',
  '--set',
  'batch=128',
  '--set',
  'validateEvery=2',
  '--json',
];
const facts = (ended: {
  generations?: unknown;
  digest?: unknown;
  champion?: unknown;
  test?: unknown;
  validation?: unknown;
  best?: unknown;
}) => {
  const { generations, digest, champion, test: score, validation, best } = ended;
  return { generations, digest, champion, test: score, validation, best };
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'germline-stops-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(`${TIMES} times out of ${TIMES}`, { timeout: 600_000 }, async () => {
  const began = performance.now();
  const whole = await germline('run', ...experiment, '--out', join(folder, 'whole'));
  const length = performance.now() - began;
  const undisturbed = facts(objects(whole).at(-1) as object);
  expect(undisturbed.generations).toBe(40);

  let stopped = 0;
  for (let i = 0; i < TIMES; ++i) {
    const out = join(folder, `${i}`);
    // From before the first generation to about the last: wherever it falls, the end is the same.
    const after = Math.random() * length;
    const run = start(['run', ...experiment, '--threads', String(1 + (i % 3)), '--out', out]);
    const alarm = setTimeout(() => run.child.kill(i % 2 ? 'SIGKILL' : 'SIGINT'), after);
    let ended = await run.ended;
    clearTimeout(alarm);
    let last = ended.stdout.includes('"done"') ? (objects(ended).at(-1) as Record<string, unknown>) : null;
    if (last?.reason !== 'generations') {
      stopped += 1;
      const made = await germline('run', '--resume', out, '--json');
      // Stopped before there was a journal: there is nothing to resume, and it says so.
      if (made.code === 2 && !ended.stdout) ended = await germline('run', ...experiment, '--out', out);
      else ended = made;
      last = objects(ended).at(-1) as Record<string, unknown>;
    }
    expect(ended.code, `stop ${i} after ${after.toFixed(0)} ms: ${ended.stderr}`).toBe(0);
    expect(facts(last), `stop ${i} after ${after.toFixed(0)} ms`).toEqual(undisturbed);
  }
  console.log(`${stopped} of ${TIMES} runs were stopped before their end; every one ended with digest ${undisturbed.digest}`);
  expect(stopped).toBeGreaterThan(TIMES / 4);
});

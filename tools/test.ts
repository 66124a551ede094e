// `npm test`: builds the engine and the dashboard, runs every test, and closes with `N passed, N failed, N skipped` on a line of its own.
//   npm test -- test/core        only what lies there
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run-node.ts';

const built = await runNode(['tools/build-client.ts', '--if-stale']);
if (built) process.exit(built);
const folder = await mkdtemp(join(tmpdir(), 'germline-test-'));
const report = join(folder, 'report.json');
try {
  const code = await runNode([
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ]);
  const result = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'));
  const broken = (result.testResults ?? []).filter(
    (file: { status: string; assertionResults: unknown[] }) => file.status === 'failed' && !file.assertionResults.length,
  ).length;
  const failed = (result.numFailedTests ?? 0) + broken;
  console.log(
    `${result.numPassedTests ?? 0} passed, ${failed} failed, ${(result.numPendingTests ?? 0) + (result.numTodoTests ?? 0)} skipped`,
  );
  process.exitCode = code || (failed ? 1 : 0);
} finally {
  await rm(folder, { recursive: true, force: true });
}

// /join over plain HTTP from an address that is not this machine's own to the browser: no shared memory, no crypto.subtle, no Cache
// Storage. The address lives in a network namespace, so that nothing outside is touched and nothing outside can see it.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hashDataset, loadDataset } from '../../data/index.ts';
import { alone, xor } from '../server/fixtures/runs.ts';
import { skipped as noBrowser } from './chromium.ts';

const ADDRESS = '10.77.0.1';
const CHILD = fileURLToPath(new URL('./apart-child.ts', import.meta.url));
/** Anyone may have a namespace of their own where the system lets them be root in it. */
const UNSHARE = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];

/** Arguments of `unshare` that run `script` with the address: $0, $1, ... are `words`. */
const apart = (script: string, ...words: string[]) => [
  ...UNSHARE,
  'sh',
  '-c',
  `PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && ip address add ${ADDRESS}/32 dev lo && ${script}`,
  ...words,
];

function whyNot(): string | null {
  if (noBrowser) return noBrowser;
  try {
    execFileSync('unshare', apart('true'), { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no network namespace (unshare --net, ip of iproute2): ${(error as Error).message.split('\n').slice(0, 2).join(': ')}`;
  }
}

const skipped = whyNot();
if (skipped) console.log(`skipped: /join from a non-loopback origin: ${skipped}`);

describe.skipIf(skipped)('/join from a non-loopback origin', () => {
  test('one memory a thread, a hash of our own, IndexedDB: the same digest', async () => {
    const run = xor();
    const words = apart('exec "$0" "$@"', process.execPath, '--no-warnings', CHILD, ADDRESS, JSON.stringify({ ...run, start: true }));
    const { stdout } = await promisify(execFile)('unshare', words, { maxBuffer: 1 << 24, timeout: 100_000, killSignal: 'SIGKILL' });
    const told = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    expect(told.page).toMatchObject({ secure: false, isolated: false, sharedMemory: false, subtle: false, caches: false });
    expect(told.page.origin).toContain(`http://${ADDRESS}:`);
    expect(told.explained).toContain('--tls self-signed');
    // Of the headers that ask for isolation, which only help where the page may have it.
    expect(told.problems.filter((problem: string) => !/Cross-Origin-Opener-Policy|Origin-Agent-Cluster/.test(problem))).toEqual([]);
    expect(told.state).toBe('done');
    expect(told.digest).toBe((await alone(run)).digest);
    expect(told.workers).toMatchObject([{ kind: 'browser', isolated: false, individuals: 64 * 12 }]);
    expect(told.kept).toEqual([hashDataset(await loadDataset('xor'))]);
  }, 120_000);
});

// A server and a tab of it that is no secure context, in one network namespace: apart-child.ts ADDRESS RUN. Prints one line of JSON.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../server/index.ts';
import { launch } from './chromium.ts';
import { Tab } from './tab.ts';

const [host, run] = process.argv.slice(2);
const data = await mkdtemp(join(tmpdir(), 'germline-apart-'));
const server = await startServer({ host, port: 0, data });
const token = (role: string) => server.tokens.find((made) => made.role === role)?.token;
const ask = async (path: string, init: RequestInit = {}) =>
  (await fetch(new URL(path, server.url), { ...init, headers: { ...init.headers, authorization: `Bearer ${token('admin')}` } })).json();
const browser = await launch();
try {
  const tab = await Tab.open(browser, `${server.url}/join#token=${token('worker')}`);
  const page = await tab.page.evaluate(() => ({
    origin: location.origin,
    secure: isSecureContext,
    isolated: crossOriginIsolated,
    sharedMemory: typeof SharedArrayBuffer !== 'undefined',
    subtle: crypto.subtle !== undefined,
    caches: 'caches' in globalThis,
  }));
  const explained = await tab.page.getByRole('region', { name: 'Threads cannot share memory here' }).textContent();
  await tab.start({ threads: 2 });
  const { id } = await ask('/api/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: run });
  let told = await ask(`/api/runs/${id}`);
  for (; told.state === 'running'; told = await ask(`/api/runs/${id}`)) await new Promise((resolve) => setTimeout(resolve, 50));
  const { workers } = await ask('/api/workers');
  const kept = await tab.page.evaluate(async () => {
    const settled = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const opened = await settled(indexedDB.open('germline-datasets'));
    return settled(opened.transaction('datasets').objectStore('datasets').getAllKeys());
  });
  await tab.stop();
  const { problems } = tab;
  console.log(JSON.stringify({ page, explained, state: told.state, digest: told.end?.digest, workers, kept, problems }));
} finally {
  await browser.close();
  await server.close();
  await rm(data, { recursive: true, force: true });
}

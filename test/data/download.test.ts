import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type DownloadOptions, download } from '../../data/download.ts';
import { temporaryFolder } from './folder.ts';
import { mirror, sendPart, serve } from './mirror.ts';

const CONTENT = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) ^ (i >> 8));
const sha256 = createHash('sha256').update(CONTENT).digest('hex');
const other = CONTENT.map((byte) => byte ^ 1);
const patience = { failures: 3, pause: 1, silence: 5_000 };

async function options(urls: string[]): Promise<DownloadOptions> {
  return { urls, path: join(await temporaryFolder(), 'file.gz'), bytes: CONTENT.length, sha256, patience };
}

async function expectWhole(path: string): Promise<void> {
  expect(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  ).toBe(sha256);
  await expect(access(`${path}.part`)).rejects.toThrow();
}

it('downloads, and tells how far it is', async () => {
  const { url, ranges } = await mirror((response, request) => serve(response, request, CONTENT));
  const wanted = await options([url]);
  const progress: number[] = [];
  await download({ ...wanted, onProgress: (received) => progress.push(received) });
  await expectWhole(wanted.path);
  expect(ranges).toEqual(['']);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.at(-1)).toBe(CONTENT.length);
});

it('goes on where a broken connection stopped', async () => {
  const { url, ranges, cut } = await mirror((response, request, number) => {
    if (number === 0) sendPart(response, CONTENT, 70_000);
    else serve(response, request, CONTENT);
  });
  const wanted = await options([url]);
  await download({ ...wanted, onProgress: cut });
  await expectWhole(wanted.path);
  expect(ranges[0]).toBe('');
  const offset = Number(/^bytes=(\d+)-$/.exec(ranges[1])?.[1]);
  expect(offset).toBeGreaterThan(0);
  expect(offset).toBeLessThanOrEqual(70_000);
});

it('goes on where an earlier call stopped, and from another mirror', async () => {
  const broken = await mirror((response, _, number) => (number === 0 ? sendPart(response, CONTENT, 50_000) : response.destroy()));
  const whole = await mirror((response, request) => serve(response, request, CONTENT));
  const wanted = await options([broken.url]);
  await expect(download({ ...wanted, onProgress: broken.cut })).rejects.toThrow(broken.url);
  const before = (await readFile(`${wanted.path}.part`)).length;
  expect(before).toBeGreaterThan(0);
  await download({ ...wanted, urls: [broken.url, whole.url] });
  await expectWhole(wanted.path);
  expect(whole.ranges).toEqual([`bytes=${before}-`]);
});

it('starts again with a server that knows no ranges', async () => {
  const { url, cut } = await mirror((response, _, number) => {
    if (number === 0) sendPart(response, CONTENT, 70_000);
    else response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT);
  });
  const wanted = await options([url]);
  await download({ ...wanted, onProgress: cut });
  await expectWhole(wanted.path);
});

it('starts again when what lay there was something else, longer, or complete but wrong', async () => {
  const { url, ranges } = await mirror((response, request) => serve(response, request, CONTENT));
  for (const left of [other.subarray(0, 1000), other, new Uint8Array(CONTENT.length + 1)]) {
    const wanted = await options([url]);
    await writeFile(`${wanted.path}.part`, left);
    await download(wanted);
    await expectWhole(wanted.path);
    expect(ranges.at(-1)).toBe('');
  }
});

it('asks nobody when all bytes are here already', async () => {
  const wanted = await options(['http://127.0.0.1:9/']);
  await writeFile(`${wanted.path}.part`, CONTENT);
  await download(wanted);
  await expectWhole(wanted.path);
});

it('passes from a mirror that lacks the file, or has another, to the next', async () => {
  const missing = await mirror((response) => response.writeHead(404).end('not here'));
  const wrong = await mirror((response, request) => serve(response, request, other));
  const page = await mirror((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Please log in</p>'));
  const repacked = await mirror((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(CONTENT));
  const whole = await mirror((response, request) => serve(response, request, CONTENT));
  const wanted = await options([missing.url, wrong.url, page.url, repacked.url, whole.url]);
  await download(wanted);
  await expectWhole(wanted.path);
  for (const { ranges } of [missing, wrong, page, repacked, whole]) expect(ranges).toEqual(['']);
});

it("gives every mirror's reason when none has it, and leaves no wrong file behind", async () => {
  const missing = await mirror((response) => response.writeHead(404).end());
  const busy = await mirror((response) => response.writeHead(503).end());
  const wrong = await mirror((response, request) => serve(response, request, other));
  const longer = await mirror((response) => response.writeHead(200).end(Buffer.concat([CONTENT, CONTENT])));
  const wanted = await options([missing.url, busy.url, wrong.url, longer.url, 'http://127.0.0.1:9/']);
  const message = await download(wanted).then(
    () => '',
    (error) => error.message,
  );
  const wrongHash = createHash('sha256').update(other).digest('hex');
  expect(message).toContain('file.gz: no mirror gave it:');
  expect(message).toContain(`${missing.url}: HTTP 404`);
  expect(message).toContain(`${busy.url}: HTTP 503`);
  expect(message).toContain(`${wrong.url}: its 200000 bytes have SHA-256 ${wrongHash}; expected ${sha256}`);
  expect(message).toContain(`${longer.url}: it sends more than the file's 200000 bytes`);
  expect(message).toContain('http://127.0.0.1:9/: ');
  // Asking again can help with 503; never with 404 or a wrong file.
  expect([missing.ranges.length, busy.ranges.length, wrong.ranges.length]).toEqual([1, 3, 1]);
  await expect(access(wanted.path)).rejects.toThrow();
});

it('gives up on a connection that falls silent', async () => {
  const { url, ranges } = await mirror((response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.flushHeaders();
  });
  const wanted = await options([url]);
  await expect(download({ ...wanted, patience: { failures: 2, pause: 1, silence: 50 } })).rejects.toThrow('no data for 0.05 s');
  expect(ranges).toHaveLength(2);
});

it('stops when aborted, and keeps what it has', async () => {
  const stop = new AbortController();
  const { url } = await mirror((response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 60_000));
  });
  const wanted = await options([url]);
  const reason = new Error('stopped by the user');
  const stopped = download({ ...wanted, signal: stop.signal, onProgress: () => stop.abort(reason) });
  await expect(stopped).rejects.toBe(reason);
  expect((await readFile(`${wanted.path}.part`)).length).toBeGreaterThan(0);
});

import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { datasetsFolder } from '../../data/cache.ts';
import type { Descriptor, Mirrored } from '../../data/descriptor.ts';
import { type FetchProgress, fetchDescribed } from '../../data/fetch.ts';
import { encodeIdx } from '../../data/idx.ts';
import { loadSource } from '../../data/source.ts';
import { temporaryFolder } from './folder.ts';
import { type Mirror, mirror, serve } from './mirror.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const FILES: Record<string, Uint8Array> = {
  images: encodeIdx(
    [40, 3, 3],
    Uint8Array.from({ length: 360 }, (_, i) => i),
  ),
  labels: encodeIdx(
    [40],
    Uint8Array.from({ length: 40 }, (_, i) => i % 4),
  ),
};
const PACKED: Record<string, Uint8Array> = Object.fromEntries(
  Object.entries(FILES).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
);

const small: Descriptor & { origin: Mirrored } = {
  name: 'small',
  about: 'a small set',
  shape: [3, 3, 1],
  classes: 4,
  examples: { train: 28, validation: 4, test: 8 },
  source: { format: 'idx', files: { train: { images: 'images', labels: 'labels' } } },
  origin: {
    mirrors: ['http://127.0.0.1:9/'],
    downloads: Object.entries(FILES).map(([name, bytes]) => ({
      name: `${name}.gz`,
      bytes: PACKED[`${name}.gz`].length,
      sha256: sha256(PACKED[`${name}.gz`]),
      packing: 'gzip',
      holds: [{ name, bytes: bytes.length, sha256: sha256(bytes) }],
    })),
  },
};

const smallMirror = (): Promise<Mirror> => mirror((response, request) => serve(response, request, PACKED[(request.url ?? '').slice(1)]));

describe('fetchDescribed', () => {
  it('downloads, unpacks, records, and never asks again', async () => {
    const data = await temporaryFolder();
    const { url, ranges } = await smallMirror();
    const progress: FetchProgress[] = [];
    const record = await fetchDescribed(small, { data, mirrors: [url], onProgress: (step) => progress.push(step) });
    expect(record).toMatchObject({ state: 'fetched', shape: [3, 3, 1], classes: 4, examples: small.examples, bytes: 376 + 48 });
    const total = PACKED['images.gz'].length + PACKED['labels.gz'].length;
    expect(progress.at(-1)).toEqual({ file: 'labels.gz', received: total, total });
    expect((await readdir(join(datasetsFolder(data), 'small'))).sort()).toEqual(['dataset.json', 'images', 'labels']);
    expect((await loadSource('small', join(datasetsFolder(data), 'small'), record.source)).hash).toBe(record.hash);

    expect(await fetchDescribed(small, { data, mirrors: [url] })).toEqual(record);
    expect(ranges).toHaveLength(2);
  });

  it('goes on with the files that are missing or wrong', async () => {
    const data = await temporaryFolder();
    const failing = await mirror((response, request) =>
      request.url === '/labels.gz' ? response.writeHead(404).end() : serve(response, request, PACKED['images.gz']),
    );
    await expect(fetchDescribed(small, { data, mirrors: [failing.url] })).rejects.toThrow(
      /^small: labels.gz: no mirror gave it:\n.*HTTP 404\nWith the files from elsewhere in a folder: germline data fetch small --from FOLDER$/,
    );
    const folder = join(datasetsFolder(data), 'small');
    expect(await readdir(folder)).toEqual(['images']);
    const { url, ranges } = await smallMirror();
    await fetchDescribed(small, { data, mirrors: [url] });
    expect(ranges).toHaveLength(1);
  });

  it('takes packed and unpacked files from a folder, and lets no other file pass', async () => {
    const from = await temporaryFolder();
    const take = async () => fetchDescribed(small, { from, data: await temporaryFolder() });
    await expect(take()).rejects.toThrow(`${from}: holds neither images.gz nor images`);
    await writeFile(join(from, 'images'), FILES.images);
    // Another packer's file of the same content.
    await writeFile(join(from, 'labels.gz'), gzipSync(FILES.labels, { level: 1 }));
    const record = await take();
    expect(record.examples).toEqual(small.examples);

    await writeFile(join(from, 'labels.gz'), gzipSync(encodeIdx([40], new Uint8Array(40).fill(1))));
    await expect(take()).rejects.toThrow(`${join(from, 'labels.gz')}: its content (48 bytes) has SHA-256`);
    await writeFile(join(from, 'labels.gz'), gzipSync(new Uint8Array(1_000_000)));
    await expect(take()).rejects.toThrow('unpacks to more than 48 bytes');
  });

  it('refuses a dataset that does not read as pinned', async () => {
    const from = await temporaryFolder();
    for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(from, name), bytes);
    await expect(fetchDescribed({ ...small, hash: '0'.repeat(64) }, { from, data: await temporaryFolder() })).rejects.toThrow(
      /^small: its files are right, but/,
    );
  });

  it('stops when aborted', async () => {
    const data = await temporaryFolder();
    await expect(fetchDescribed(small, { data, signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
  });
});

describe('fetchDescribed of an archive', () => {
  const batch = (labels: number[]) => Uint8Array.from(labels.flatMap((label) => [label, ...new Array(3072).fill(label)]));
  const batches: Record<string, Uint8Array> = { 'data_batch_1.bin': batch([0, 1, 0, 1, 0, 1, 0, 1]), 'test_batch.bin': batch([0, 1]) };

  async function described(): Promise<{ descriptor: Descriptor & { origin: Mirrored }; archive: Uint8Array }> {
    const tar = pack();
    for (const [name, bytes] of Object.entries(batches)) tar.entry({ name: `unpacked/${name}` }, Buffer.from(bytes));
    tar.finalize();
    const archive = gzipSync(await buffer(tar));
    const holds = Object.entries(batches).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }));
    const origin: Mirrored = {
      mirrors: [],
      downloads: [{ name: 'c.tar.gz', bytes: archive.length, sha256: sha256(archive), packing: 'tar.gz', folder: 'unpacked', holds }],
    };
    const source = { format: 'cifar10', split: { validation: 2, test: 0 } } as const;
    return {
      archive,
      descriptor: { name: 'c', about: '', shape: [32, 32, 3], classes: 10, examples: { train: 6, validation: 2, test: 2 }, source, origin },
    };
  }

  it('comes to the same from a mirror, from the archive, and from its folder in a folder', async () => {
    const { descriptor, archive } = await described();
    const { url } = await mirror((response, request) => serve(response, request, archive));
    const fetched = await fetchDescribed(descriptor, { data: await temporaryFolder(), mirrors: [url] });
    expect(fetched.examples).toEqual(descriptor.examples);

    const from = await temporaryFolder();
    await writeFile(join(from, 'c.tar.gz'), archive);
    expect(await fetchDescribed(descriptor, { data: await temporaryFolder(), from })).toEqual(fetched);

    const around = await temporaryFolder();
    await mkdir(join(around, 'unpacked'));
    for (const [name, bytes] of Object.entries(batches)) await writeFile(join(around, 'unpacked', name), bytes);
    expect(await fetchDescribed(descriptor, { data: await temporaryFolder(), from: around })).toEqual(fetched);
  });
});

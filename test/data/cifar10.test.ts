import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { decodeCifar10, loadCifar10 } from '../../data/cifar10.ts';
import { temporaryFolder } from './folder.ts';

/** Records whose pixel in channel c, row r, column k of example e is (e + 100 c + 2 r + k) mod 256. */
function batch(labels: number[]): Uint8Array {
  return Uint8Array.from(
    labels.flatMap((label, e) => [
      label,
      ...Array.from({ length: 3072 }, (_, i) => e + 100 * Math.floor(i / 1024) + 2 * (Math.floor(i / 32) % 32) + (i % 32)),
    ]),
  );
}

const BATCHES = {
  'data_batch_1.bin': batch([0, 1, 2, 3]),
  'data_batch_2.bin': batch([4, 5]),
  'data_batch_10.bin': batch([9]),
  'test_batch.bin': batch([6, 7]),
};

async function tar(files: Record<string, Uint8Array>): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name: `cifar-10-batches-bin/${name}` }, Buffer.from(bytes));
  archive.entry({ name: '../../outside/readme.html' }, 'not wanted');
  archive.finalize();
  return buffer(archive);
}

describe('decodeCifar10', () => {
  it('turns planes into channels, last', () => {
    const { count, shape, inputs, targets, classes } = decodeCifar10(batch([3, 8]), 'a.bin');
    expect({ count, shape, classes, targets }).toEqual({ count: 2, shape: [32, 32, 3], classes: 10, targets: Uint16Array.of(3, 8) });
    for (const [e, r, k, c] of [
      [0, 0, 0, 0],
      [0, 0, 0, 2],
      [1, 31, 31, 1],
      [1, 7, 20, 2],
    ]) {
      expect(inputs[e * 3072 + (r * 32 + k) * 3 + c]).toBe((e + 100 * c + 2 * r + k) % 256);
    }
  });

  it('says what is wrong', () => {
    expect(() => decodeCifar10(batch([1, 2]).subarray(0, 6145), 'a.bin')).toThrow(
      'a.bin: has 6145 bytes; expected a multiple of 3073: the last record begins at byte 3073 and is cut off',
    );
    expect(() => decodeCifar10(new Uint8Array(0), 'a.bin')).toThrow('a.bin: has 0 bytes');
    expect(() => decodeCifar10(batch([1, 10]), 'a.bin')).toThrow(
      'a.bin, byte 3073: label 10 is out of range; expected a whole number from 0 to 9',
    );
  });
});

describe('loadCifar10', () => {
  it('reads a folder, the folder around it, a .tar and a .tar.gz to the same content', async () => {
    const folder = await temporaryFolder();
    const inner = join(folder, 'cifar-10-batches-bin');
    await mkdir(inner);
    for (const [name, bytes] of Object.entries(BATCHES)) await writeFile(join(inner, name), bytes);
    await writeFile(join(inner, 'batches.meta.txt'), 'airplane\n');
    const archive = await tar(BATCHES);
    await writeFile(join(folder, 'c.tar'), archive);
    await writeFile(join(folder, 'c.tar.gz'), gzipSync(archive));

    const load = (path: string) => loadCifar10('c', path, { split: { validation: 2, test: 0 } });
    const dataset = await load(inner);
    const { train, validation, test } = dataset.splits;
    expect([train.count, validation.count, test.count]).toEqual([5, 2, 2]);
    expect([...train.targets, ...validation.targets].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 9]);
    expect(test.targets).toEqual(Uint16Array.of(6, 7));
    for (const path of [folder, join(folder, 'c.tar'), join(folder, 'c.tar.gz')]) expect((await load(path)).hash, path).toBe(dataset.hash);
  });

  it('says what is wrong', async () => {
    const folder = await temporaryFolder();
    await expect(loadCifar10('c', folder)).rejects.toThrow(`${folder}: data_batch_1.bin is missing; expected CIFAR-10's binary version`);
    await expect(loadCifar10('c', join(folder, 'none'))).rejects.toThrow(`${join(folder, 'none')}: no such file`);
    const { 'test_batch.bin': _, ...training } = BATCHES;
    const file = join(folder, 'c.tar');
    await writeFile(file, await tar(training));
    await expect(loadCifar10('c', file)).rejects.toThrow(`${file}: test_batch.bin is missing`);
    const archive = await tar(BATCHES);
    for (const length of [100, 3000, 10_000, archive.length - 5000]) {
      await writeFile(file, archive.subarray(0, length));
      await expect(loadCifar10('c', file), `${length} bytes`).rejects.toThrow(file);
    }
    await writeFile(file, new Uint8Array(2048).fill(65));
    await expect(loadCifar10('c', file)).rejects.toThrow(`${file}: is not a whole tar archive`);
  });
});

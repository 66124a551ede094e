import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readContent } from '../../data/content.ts';
import { DataError } from '../../data/error.ts';
import { temporaryFolder } from './folder.ts';

it('unpacks by magic, whatever the name', async () => {
  const folder = await temporaryFolder();
  const content = new TextEncoder().encode('a,b\n1,2\n');
  await writeFile(join(folder, 'plain.gz'), content);
  await writeFile(join(folder, 'packed.csv'), gzipSync(content));
  expect(await readContent(join(folder, 'plain.gz'))).toEqual(content);
  expect(await readContent(join(folder, 'packed.csv'))).toEqual(content);
});

it('stops a decompression bomb at the limit', async () => {
  const file = join(await temporaryFolder(), 'bomb.gz');
  await writeFile(file, gzipSync(new Uint8Array(5_000_000)));
  await expect(readContent(file, 4_999_999)).rejects.toThrow(`${file}: unpacks to more than 4999999 bytes`);
  expect(await readContent(file, 5_000_000)).toHaveLength(5_000_000);
});

it('tells damage from truncation, at every length', async () => {
  const folder = await temporaryFolder();
  const packed = gzipSync(Uint8Array.from({ length: 300 }, (_, i) => (i * 7919) % 251));
  const file = join(folder, 'cut.gz');
  for (let length = 2; length < packed.length; length++) {
    await writeFile(file, packed.subarray(0, length));
    await expect(readContent(file)).rejects.toThrow(`${file}: the gzip file is truncated at byte ${length}`);
  }
  const damaged = Uint8Array.from(packed);
  damaged[packed.length - 8] ^= 1;
  await writeFile(file, damaged);
  await expect(readContent(file)).rejects.toThrow(/the gzip file is damaged \(incorrect data check\)/);
});

it('names a missing file and a folder', async () => {
  const folder = await temporaryFolder();
  await expect(readContent(join(folder, 'none'))).rejects.toThrow(new DataError(join(folder, 'none'), 'no such file'));
  await expect(readContent(folder)).rejects.toThrow(`${folder}: is a folder; expected a file`);
});

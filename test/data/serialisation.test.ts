import { expect, test } from 'vitest';
import { hashDataset, loadDataset, parseDataset, serialiseDataset } from '../../data/index.ts';

const bytesOf = async (name: string) => {
  const dataset = await loadDataset(name);
  return { dataset, bytes: new Uint8Array(Buffer.concat([...serialiseDataset(dataset)])) };
};

test.each(['xor', 'mnist-10k'])('%s comes back whole from its bytes', async (name) => {
  const { dataset, bytes } = await bytesOf(name);
  const back = await parseDataset(bytes, dataset.hash);
  const { splits: _, ...head } = dataset;
  expect(back).toMatchObject({ ...head, name: `sha256:${dataset.hash}` });
  expect(hashDataset(back)).toBe(dataset.hash);
});

test('one changed bit is told', async () => {
  const { dataset, bytes } = await bytesOf('xor');
  bytes[bytes.length - 1] ^= 1;
  await expect(parseDataset(bytes, dataset.hash)).rejects.toThrow(/another hash/);
});

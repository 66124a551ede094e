import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fetchDataset, loadDataset } from '../../data/registry.ts';
import { temporaryFolder } from './folder.ts';

// Debian's package dataset-fashion-mnist: the published files, packed again.
const FOLDER = '/usr/share/datasets/fashion-mnist';

it('reads the real Fashion-MNIST', async (context) => {
  if (!existsSync(FOLDER)) context.skip(`no ${FOLDER}: apt-get install dataset-fashion-mnist`);
  const data = await temporaryFolder();
  const info = await fetchDataset('fashion-mnist', { data, from: FOLDER });
  expect(info).toMatchObject({ state: 'fetched', bytes: 54_950_048 });
  const dataset = await loadDataset('fashion-mnist', { data });
  expect(dataset.hash).toBe(info.hash);
  for (const [split, each] of [
    ['train', 5500],
    ['validation', 500],
    ['test', 1000],
  ] as const) {
    const counts = new Array(10).fill(0);
    for (const target of dataset.splits[split].targets) counts[target]++;
    expect(counts).toEqual(new Array(10).fill(each));
  }
  // The published first test label is 9, an ankle boot; the test split keeps the published order.
  expect(dataset.splits.test.targets[0]).toBe(9);
  const { inputs } = dataset.splits.train;
  let sum = 0;
  for (const value of inputs) sum += value / 255;
  expect(sum / inputs.length).toBeCloseTo(0.286, 2);
});

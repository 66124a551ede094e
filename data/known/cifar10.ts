import type { Descriptor } from '../descriptor.ts';

const BATCH_BYTES = 10_000 * 3_073;

export const cifar10: Descriptor = {
  name: 'cifar10',
  about: 'CIFAR-10: 60,000 photographs in 10 classes, 32 x 32 colour (Krizhevsky, 2009; no licence stated, cite the report)',
  shape: [32, 32, 3],
  classes: 10,
  examples: { train: 45_000, validation: 5_000, test: 10_000 },
  source: { format: 'cifar10', split: { validation: 5_000, test: 0 } },
  origin: {
    mirrors: ['https://www.cs.toronto.edu/~kriz/'],
    downloads: [
      {
        name: 'cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        packing: 'tar.gz',
        folder: 'cifar-10-batches-bin',
        holds: [
          { name: 'data_batch_1.bin', bytes: BATCH_BYTES, sha256: 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5' },
          { name: 'data_batch_2.bin', bytes: BATCH_BYTES, sha256: 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed' },
          { name: 'data_batch_3.bin', bytes: BATCH_BYTES, sha256: 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67' },
          { name: 'data_batch_4.bin', bytes: BATCH_BYTES, sha256: '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48' },
          { name: 'data_batch_5.bin', bytes: BATCH_BYTES, sha256: '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add' },
          { name: 'test_batch.bin', bytes: BATCH_BYTES, sha256: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b' },
        ],
      },
    ],
  },
};

import type { Descriptor } from '../descriptor.ts';

export const xor: Descriptor = {
  name: 'xor',
  about: 'XOR: the four examples of exclusive or; every split holds all of them',
  shape: [2],
  classes: 2,
  examples: { train: 4, validation: 4, test: 4 },
  source: { format: 'csv', file: 'xor.csv', target: 'xor', split: 'same' },
  hash: '75305b99cf3350dc3dbcc208b45eaeeaf00d80684dc732be9d033ff618a73ec6',
  origin: { folder: 'xor' },
};

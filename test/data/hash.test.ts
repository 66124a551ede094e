import { expect, it } from 'vitest';
import { hashDataset } from '../../data/hash.ts';

const bytes = { count: 2, inputs: Uint8Array.of(1, 2, 3, 4), targets: Uint16Array.of(0, 1) };
const numbers = { count: 2, inputs: Float32Array.of(1, 2, 3, 4), targets: Float32Array.of(0.5, 1) };
const content = { shape: [2], classes: 2, outputs: 2, splits: { train: bytes, validation: bytes, test: bytes } };

it('is what the serialisation says: anyone can compute it', async () => {
  const { createHash } = await import('node:crypto');
  const split = (name: string) => `{"name":"${name}","count":2,"inputs":"u1","targets":"u2"}`;
  const hash = createHash('sha256').update(`["germline dataset 1",[2],2,2,[${split('train')},${split('validation')},${split('test')}]]\n`);
  for (let i = 0; i < 3; i++) hash.update(Uint8Array.of(1, 2, 3, 4)).update(Uint8Array.of(0, 0, 1, 0));
  expect(hashDataset(content)).toBe(hash.digest('hex'));
});

it('tells apart whatever a network could tell apart', () => {
  const train = (change: object) => ({ ...content, splits: { ...content.splits, train: { ...bytes, ...change } } });
  const variants = [
    content,
    { ...content, shape: [2, 1] },
    { ...content, classes: 3, outputs: 3 },
    train({ inputs: Uint8Array.of(1, 2, 3, 5) }),
    train({ targets: Uint16Array.of(1, 1) }),
    train({ inputs: Float32Array.of(1, 2, 3, 4) }),
    { ...content, classes: null, outputs: 1, splits: { train: numbers, validation: numbers, test: numbers } },
  ];
  expect(new Set(variants.map(hashDataset)).size).toBe(variants.length);
});

it('does not depend on how the numbers lie in memory', () => {
  const shifted = Uint8Array.of(9, 1, 2, 3, 4, 9).subarray(1, 5);
  expect(hashDataset({ ...content, splits: { ...content.splits, train: { ...bytes, inputs: shifted } } })).toBe(hashDataset(content));
});

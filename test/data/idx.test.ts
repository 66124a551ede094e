import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../data/error.ts';
import { decodeIdx, encodeIdx, loadIdx } from '../../data/idx.ts';
import { temporaryFolder } from './folder.ts';

/** Big-endian IDX bytes of a type that the encoder does not write. */
function idx(code: number, shape: number[], bytes: number[]): Uint8Array {
  return Uint8Array.from([0, 0, code, shape.length, ...shape.flatMap((size) => [0, 0, size >> 8, size & 255]), ...bytes]);
}

describe('decodeIdx', () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });
  const arrays = shapes.chain((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return fc.record({ shape: fc.constant(shape), data: fc.uint8Array({ minLength: size, maxLength: size }) });
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(arrays, ({ shape, data }) => {
        expect(decodeIdx(encodeIdx(shape, data), 'x')).toEqual({ shape, data });
      }),
    );
  });

  it('refuses a file cut short at any byte, and one with a byte too many', () => {
    fc.assert(
      fc.property(arrays, ({ shape, data }) => {
        const bytes = encodeIdx(shape, data);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodeIdx(bytes.subarray(0, length), 'cut')).toThrow(DataError);
        }
        expect(() => decodeIdx(Uint8Array.from([...bytes, 0]), 'long')).toThrow(/^long: too long/);
      }),
    );
  });

  it('reads the other types, big-endian, at any alignment', () => {
    expect(decodeIdx(idx(0x09, [2], [0xff, 1]), 'x').data).toEqual(Int8Array.of(-1, 1));
    expect(decodeIdx(idx(0x0b, [1], [0xff, 0xfe]), 'x').data).toEqual(Int16Array.of(-2));
    expect(decodeIdx(idx(0x0c, [1], [0, 1, 0, 0]), 'x').data).toEqual(Int32Array.of(65536));
    expect(decodeIdx(idx(0x0d, [1], [0x3f, 0x80, 0, 0]), 'x').data).toEqual(Float32Array.of(1));
    expect(decodeIdx(idx(0x0e, [1], [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]), 'x').data).toEqual(Float64Array.of(1));
  });

  it('copies: a view into a pool would keep the whole pool and change with it', () => {
    const pooled = Buffer.from(encodeIdx([2], Uint8Array.of(1, 2)));
    const { data } = decodeIdx(pooled, 'x');
    pooled.fill(9);
    expect(data).toEqual(Uint8Array.of(1, 2));
  });

  it('says what is wrong', () => {
    expect(() => decodeIdx(Uint8Array.of(0, 0, 8), 'a.idx')).toThrow('a.idx: ends at byte 3; expected an IDX header of at least 4 bytes');
    expect(() => decodeIdx(Uint8Array.of(0x50, 0x4b, 3, 4, 0), 'a.zip')).toThrow(/^a.zip: not an IDX file: it starts with 504b0304/);
    expect(() => decodeIdx(Uint8Array.of(0, 0, 8, 0), 'a.idx')).toThrow(/byte 3: expected at least one dimension/);
    expect(() => decodeIdx(idx(8, [2, 3], [1, 2, 3]), 'a.idx')).toThrow(
      'a.idx: truncated: [2, 3] of unsigned byte takes 18 bytes, found 15',
    );
    // Dimensions whose product is beyond every integer must not become a length.
    const huge = Uint8Array.from([0, 0, 0x0e, 4, ...new Array(16).fill(255)]);
    expect(() => decodeIdx(huge, 'a.idx')).toThrow(/truncated/);
  });
});

describe('loadIdx', () => {
  /** Ten images of 2 x 3, two classes. */
  async function files() {
    const folder = await temporaryFolder();
    const write = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    const pixels = Uint8Array.from({ length: 60 }, (_, i) => i);
    const labels = Uint8Array.from({ length: 10 }, (_, i) => i % 2);
    return {
      write,
      images: await write('images', encodeIdx([10, 2, 3], pixels)),
      labels: await write('labels', encodeIdx([10], labels)),
      pixels,
    };
  }

  it('reads images of one channel and their labels, gzipped or not, to the same content', async () => {
    const { write, images, labels, pixels } = await files();
    const plain = await loadIdx('small', { train: { images, labels } }, { split: 'same' });
    expect(plain).toMatchObject({ name: 'small', shape: [2, 3, 1], classes: 2, outputs: 2 });
    expect(plain.splits.train).toEqual({ count: 10, inputs: pixels, targets: Uint16Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0, 1) });

    const packed = await write('images.gz', gzipSync(encodeIdx([10, 2, 3], pixels)));
    const gzipped = await loadIdx('other', { train: { images: packed, labels } }, { split: 'same' });
    expect(gzipped.hash).toBe(plain.hash);
  });

  it('keeps a ready-made test split as it is and cuts validation from train', async () => {
    const { images, labels, pixels } = await files();
    const pair = { images, labels };
    const { splits } = await loadIdx('small', { train: pair, test: pair }, { split: { validation: 4, test: 0 } });
    expect(splits.test.inputs).toEqual(pixels);
    expect([splits.train.count, splits.validation.count]).toEqual([6, 4]);
    const firsts = [...rows(splits.train.inputs), ...rows(splits.validation.inputs)].sort((a, b) => a - b);
    expect(firsts).toEqual([0, 6, 12, 18, 24, 30, 36, 42, 48, 54]);
    // Row r of the inputs began with pixel 6 r, and had label r % 2.
    rows(splits.validation.inputs).forEach((pixel, i) => {
      expect(splits.validation.targets[i]).toBe((pixel / 6) % 2);
    });
  });

  const rows = (inputs: Uint8Array | Float32Array) => Array.from({ length: inputs.length / 6 }, (_, i) => inputs[i * 6]);

  it('says what is wrong', async () => {
    const { write, images, labels } = await files();
    const nine = await write('nine', encodeIdx([9], new Uint8Array(9)));
    await expect(loadIdx('x', { train: { images, labels: nine } })).rejects.toThrow(
      `${nine}: holds 9 labels, but ${images} holds 10 images`,
    );
    await expect(loadIdx('x', { train: { images: labels, labels } })).rejects.toThrow(/has 1 dimension; images have at least 2/);
    await expect(loadIdx('x', { train: { images, labels: images } })).rejects.toThrow(
      /expected one dimension of whole numbers, found \[10, 2, 3\]/,
    );

    const outside = await write('outside', encodeIdx([10], Uint8Array.of(0, 1, 2, 0, 1, 2, 0, 3, 1, 2)));
    await expect(loadIdx('x', { train: { images, labels: outside } }, { classes: 3 })).rejects.toThrow(
      `${outside}, example 7 (byte 15): label 3 is out of range; expected a whole number from 0 to 2`,
    );
    const negative = await write('negative', idx(0x09, [10], [0, 1, 0, 0xff, 0, 0, 0, 0, 0, 0]));
    await expect(loadIdx('x', { train: { images, labels: negative } })).rejects.toThrow(/example 3 \(byte 11\): label -1/);
    const alike = await write('alike', encodeIdx([10], new Uint8Array(10)));
    await expect(loadIdx('x', { train: { images, labels: alike } })).rejects.toThrow(/every example has label 0/);

    const nan = await write('nan', idx(0x0d, [2, 1], [0x3f, 0x80, 0, 0, 0x7f, 0xc0, 0, 0]));
    const two = await write('two', encodeIdx([2], Uint8Array.of(0, 1)));
    await expect(loadIdx('x', { train: { images: nan, labels: two } })).rejects.toThrow(
      `${nan}, image 1, number 0: NaN is not a finite float32 number`,
    );
    const none = await write('none', encodeIdx([0, 2, 3], new Uint8Array(0)));
    const noLabels = await write('no labels', encodeIdx([0], new Uint8Array(0)));
    await expect(loadIdx('x', { train: { images: none, labels: noLabels } })).rejects.toThrow(`${none}: holds no examples`);
    await expect(loadIdx('x', { train: { images, labels }, test: { images: nan, labels: two } })).rejects.toThrow(DataError);
    await expect(loadIdx('x', { train: { images: `${images}x`, labels } })).rejects.toThrow(`${images}x: no such file`);
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { deflateSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { NpzError, readNpz, writeNpz } from '../../core/formats/npz.ts';

// Written by NumPy 2.4: np.savez_compressed(f, f4=arange(6, '<f4').reshape(2, 3) / 4, f8=[1e300, -0.5], i4=[[7], [-8]], i8=[2**40, -1],
// u1=[0, 255], b1=[True, False], scalar=float32(2.5)).
const COMPRESSED = Buffer.from(
  'UEsDBC0AAAAIAAAAIQAKnACk//////////8GABQAZjQubnB5AQAQAJgAAAAAAAAAVgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GMGiwAxL2DAwOQNwAxAvsAVBLAwQtAAAACAAAACEAxnzZy///////////BgAUAGY4Lm5weQEAEACQAAAAAAAAAFEAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQArjmlDB02T8zrGMDgwX4AUEsDBC0AAAAIAAAAIQBtELD5//////////8GABQAaTQubnB5AQAQAIgAAAAAAAAATwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgqGmjoKtQpkAy52BgaGH////wcAUEsDBC0AAAAIAAAAIQBVtbmA//////////8GABQAaTgubnB5AQAQAJAAAAAAAAAATAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuBhBgZGD4DwUAUEsDBC0AAAAIAAAAIQCCvXKF//////////8GABQAdTEubnB5AQAQAIIAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuhv8AUEsDBC0AAAAIAAAAIQDuGbtd//////////8GABQAYjEubnB5AQAQAIIAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYAUEsDBC0AAAAIAAAAIQBkjCLD//////////8KABQAc2NhbGFyLm5weQEAEACEAAAAAAAAAEYAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkamjoKtQoUAS4GBgUHAFBLAQItAy0AAAAIAAAAIQAKnACkVgAAAJgAAAAGAAAAAAAAAAAAAACAAQAAAABmNC5ucHlQSwECLQMtAAAACAAAACEAxnzZy1EAAACQAAAABgAAAAAAAAAAAAAAgAGOAAAAZjgubnB5UEsBAi0DLQAAAAgAAAAhAG0QsPlPAAAAiAAAAAYAAAAAAAAAAAAAAIABFwEAAGk0Lm5weVBLAQItAy0AAAAIAAAAIQBVtbmATAAAAJAAAAAGAAAAAAAAAAAAAACAAZ4BAABpOC5ucHlQSwECLQMtAAAACAAAACEAgr1yhUYAAACCAAAABgAAAAAAAAAAAAAAgAEiAgAAdTEubnB5UEsBAi0DLQAAAAgAAAAhAO4Zu11GAAAAggAAAAYAAAAAAAAAAAAAAIABoAIAAGIxLm5weVBLAQItAy0AAAAIAAAAIQBkjCLDRgAAAIQAAAAKAAAAAAAAAAAAAACAAR4DAABzY2FsYXIubnB5UEsFBgAAAAAHAAcAcAEAAKADAAAAAA==',
  'base64',
);
// np.savez(f, f4=arange(6, '<f4').reshape(2, 3) / 4)
const STORED = Buffer.from(
  'UEsDBC0AAAAAAAAAIQAKnACk//////////8GABQAZjQubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAIA+AAAAPwAAQD8AAIA/AACgP1BLAQItAy0AAAAAAAAAIQAKnACkmAAAAJgAAAAGAAAAAAAAAAAAAACAAQAAAABmNC5ucHlQSwUGAAAAAAEAAQA0AAAA0AAAAAAA',
  'base64',
);
// np.savez_compressed(f, w=np.asfortranarray(np.ones((2, 3), 'f4')))
const FORTRAN = Buffer.from(
  'UEsDBC0AAAAIAAAAIQCRmfKl//////////8FABQAdy5ucHkBABAAmAAAAAAAAABLAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoKxpo6CrUK5AMuBoYGe2wYAFBLAQItAy0AAAAIAAAAIQCRmfKlSwAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB3Lm5weVBLBQYAAAAAAQABADMAAACCAAAAAAA=',
  'base64',
);

/** A member's bytes as NumPy writes them, with the header given. */
function npy(header: string, data: Uint8Array): Uint8Array {
  const text = header.padEnd(117);
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    text.length + 1,
    0,
    ...new TextEncoder().encode(`${text}\n`),
    ...data,
  ]);
}

describe('readNpz', () => {
  it('reads every dtype that NumPy writes, deflated and stored', () => {
    const arrays = readNpz(COMPRESSED);
    expect([...arrays.keys()]).toEqual(['f4', 'f8', 'i4', 'i8', 'u1', 'b1', 'scalar']);
    expect(arrays.get('f4')).toEqual({ shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) });
    expect(arrays.get('f8')).toEqual({ shape: [2], data: Float64Array.of(1e300, -0.5) });
    expect(arrays.get('i4')).toEqual({ shape: [2, 1], data: Int32Array.of(7, -8) });
    expect(arrays.get('i8')).toEqual({ shape: [2], data: BigInt64Array.of(2n ** 40n, -1n) });
    expect(arrays.get('u1')).toEqual({ shape: [2], data: Uint8Array.of(0, 255) });
    expect(arrays.get('b1')).toEqual({ shape: [2], data: Uint8Array.of(1, 0) });
    expect(arrays.get('scalar')).toEqual({ shape: [], data: Float32Array.of(2.5) });
    expect(readNpz(STORED).get('f4')).toEqual(arrays.get('f4'));
  });

  it('refuses a truncated archive, wherever it ends', () => {
    for (let length = 0; length < COMPRESSED.length; length++) {
      expect(() => readNpz(COMPRESSED.subarray(0, length)), `${length} bytes`).toThrow(NpzError);
    }
  });

  it('never gives other numbers for a damaged byte', () => {
    const whole = [...readNpz(COMPRESSED).values()];
    fc.assert(
      fc.property(fc.nat(COMPRESSED.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(COMPRESSED);
        damaged[at] ^= flip;
        try {
          // Names and dates have no checksum; every number does.
          for (const array of readNpz(damaged).values()) expect(whole).toContainEqual(array);
        } catch (error) {
          expect(error).toBeInstanceOf(NpzError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('says what is wrong', () => {
    const cases: [Uint8Array, RegExp][] = [
      [new TextEncoder().encode('not a zip archive, by far'), /expected a ZIP archive that starts with the bytes 50 4b, found 6e 6f 74 20/],
      [FORTRAN, /member 'w.npy' is in Fortran order.*ascontiguousarray/],
      [zipSync({ 'a.txt': Uint8Array.of(1) }), /member 'a.txt' is not an array/],
      [zipSync({ 'a.npy': Uint8Array.of(1, 2, 3) }), /member 'a.npy'.*magic 93 'NUMPY', found 01 02 03/],
      [zipSync({ 'a.npy': npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)) }), /dtype '>f4'.*astype/],
      [
        zipSync({ 'a.npy': npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", new Uint8Array(20)) }),
        /shape \(2, 3\) of <f4 takes 24 bytes from byte 128 on, found 20/,
      ],
      [zipSync({ 'a.npy': npy("{'descr': [('x', '<f4')], 'shape': (1,)}", new Uint8Array(4)) }), /can't read the header/],
    ];
    for (const [bytes, message] of cases) expect(() => readNpz(bytes)).toThrow(message);
  });

  it('unpacks no more than it is allowed, whatever the archive promises or holds', () => {
    expect(() => readNpz(STORED, { maxBytes: 100 })).toThrow(/unpacks to 152 bytes; at most 100/);
    const zeros = zipSync({ 'a.npy': new Uint8Array(1e6) });
    const view = new DataView(zeros.buffer);
    const entry = view.getUint32(zeros.length - 22 + 16, true);
    // A directory entry that claims 3 GiB, then one that claims 10 bytes for what is a million.
    view.setUint32(entry + 24, 3 * 2 ** 30, true);
    expect(() => readNpz(zeros)).toThrow(/unpacks to 3221225472 bytes; at most 2147483648/);
    view.setUint32(entry + 24, 10, true);
    expect(() => readNpz(zeros)).toThrow(/is damaged/);
    expect(deflateSync(new Uint8Array(1e6)).length).toBeLessThan(2000);
  });
});

describe('writeNpz', () => {
  const arrays = fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9_/]{0,12}$/),
      shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    }),
    { maxLength: 5 },
  );

  it('writes what readNpz reads', () => {
    fc.assert(
      fc.property(arrays, fc.infiniteStream(fc.float()), (described, numbers) => {
        const unique = [...new Map(described.map((array) => [array.name, array])).values()];
        const entries = unique.map(({ name, shape }) => {
          const size = shape.reduce((a, b) => a * b, 1);
          return { name, shape, data: Float32Array.from({ length: size }, () => numbers.next().value as number) };
        });
        const read = readNpz(writeNpz(entries));
        expect([...read]).toEqual(entries.map(({ name, shape, data }) => [name, { shape, data }]));
      }),
    );
  });

  it('gives the same bytes everywhere and always', () => {
    const bytes = writeNpz([
      { name: 'dense/kernel', shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 3) },
      { name: 'dense/bias', shape: [2], data: Float32Array.of(0, 1) },
    ]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe('2cb9356db400e0817953bac87fe24de2ee3b90076c4bb05fd8b4ab7ab9a11207');
  });

  it('refuses names and shapes that can not be read back', () => {
    const one = { name: 'a', shape: [1], data: Float32Array.of(1) };
    expect(() => writeNpz([one, one])).toThrow(/two arrays are called 'a'/);
    expect(() => writeNpz([{ ...one, name: '' }])).toThrow(/needs a name/);
    expect(() => writeNpz([{ ...one, shape: [2, 1] }])).toThrow(/array 'a': shape \(2, 1\) does not hold 1 numbers/);
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { writeNpz } from '../../core/formats/npz.ts';
import { DataError } from '../../data/error.ts';
import { loadNpz, parseNpz } from '../../data/npz.ts';
import { temporaryFolder } from './folder.ts';

type Numbers = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;
const DESCR = new Map<unknown, string>([
  [Uint8Array, '|u1'],
  [Int32Array, '<i4'],
  [BigInt64Array, '<i8'],
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
]);

function npz(arrays: Record<string, [number[], Numbers]>): Uint8Array {
  const members = Object.entries(arrays).map(([name, [shape, data]]) => {
    const header = `{'descr': '${DESCR.get(data.constructor)}', 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join(' ')}), }`;
    const start = [0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(`${header.padEnd(117)}\n`)];
    return [`${name}.npy`, Uint8Array.from([...start, ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])];
  });
  return zipSync(Object.fromEntries(members));
}

const x: [number[], Numbers] = [[4, 2, 2], Uint8Array.from({ length: 16 }, (_, i) => i)];
const y: [number[], Numbers] = [[4], Int32Array.of(2, 0, 1, 2)];

describe('parseNpz', () => {
  it('takes bytes as images, and whole numbers as classes', () => {
    const { train, test } = parseNpz(
      npz({ x_train: x, y_train: y, x_test: x, y_test: [[4, 1], BigInt64Array.of(0n, 0n, 1n, 3n)] }),
      'a.npz',
    );
    expect(train).toEqual({
      file: 'a.npz',
      count: 4,
      shape: [2, 2, 1],
      inputs: x[1],
      targets: Uint16Array.of(2, 0, 1, 2),
      classes: 3,
      outputs: 3,
    });
    expect(test).toMatchObject({ targets: Uint16Array.of(0, 0, 1, 3), classes: 4 });
  });

  it('takes other types as float32 inputs, and floats as regression targets', () => {
    const bytes = npz({ x: [[2, 2], Float64Array.of(0.1, 2, 3, 4)], y: [[2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)] });
    expect(parseNpz(bytes, 'a.npz').train).toMatchObject({
      shape: [2],
      inputs: Float32Array.of(0.1, 2, 3, 4),
      targets: Float32Array.of(1, 2, 3, 4, 5, 6),
      classes: null,
      outputs: 3,
    });
    expect(parseNpz(npz({ x, y }), 'a.npz', { task: 'regression' }).train).toMatchObject({
      targets: Float32Array.of(2, 0, 1, 2),
      outputs: 1,
    });
    expect(parseNpz(npz({ x, y: [[4], Float32Array.of(0, 1, 1, 0)] }), 'a.npz', { task: 'classification' }).train).toMatchObject({
      classes: 2,
    });
  });

  it('says what is wrong', () => {
    const cases: [Record<string, [number[], Numbers]>, object, string][] = [
      [{ x_train: x, y_train: y, weights: y }, {}, "a.npz: array 'weights' is not expected"],
      [{ x_train: x }, {}, "a.npz: array 'y_train' is missing; its arrays are 'x_train'"],
      [{ x_train: x, y_train: y, y_test: y }, {}, "a.npz: array 'x_test' is missing"],
      [{}, {}, "a.npz: array 'x_train' is missing; its arrays are none"],
      [{ x, y: [[3], Int32Array.of(0, 1, 2)] }, {}, "a.npz, array 'y': has shape (3), but 'x' holds 4 examples"],
      [
        { x: [[4], Uint8Array.of(1, 2, 3, 4)], y },
        {},
        "a.npz, array 'x': has shape (4); expected the number of examples, then at least one more",
      ],
      [{ x, y: [[4], Int32Array.of(0, 1, -1, 0)] }, {}, "a.npz, array 'y', example 2: label -1 is out of range"],
      [
        { x, y: [[4], BigInt64Array.of(0n, 1n, 2n ** 40n, 0n)] },
        {},
        'example 2: label 1099511627776 is out of range; expected a whole number from 0 to 65535',
      ],
      [{ x, y }, { classes: 2 }, "a.npz, array 'y', example 0: label 2 is out of range; expected a whole number from 0 to 1"],
      [{ x, y: [[4], Float64Array.of(0, 1, 1.5, 0)] }, { task: 'classification' }, 'example 2: label 1.5 is out of range'],
      [
        { x, y: [[4, 2], Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1)] },
        { task: 'classification' },
        'has 2 numbers an example; a class label is one',
      ],
      [
        { x: [[2, 2], Float64Array.of(1, 2, 3, Number.NaN)], y: [[2], Int32Array.of(0, 1)] },
        {},
        "array 'x', example 1, number 1: NaN is not a finite",
      ],
      [
        { x: [[2, 1], Float64Array.of(1, 1e300)], y: [[2], Int32Array.of(0, 1)] },
        {},
        "array 'x', example 1, number 0: 1e+300 is not a finite float32",
      ],
      [
        { x: [[2, 1], Float32Array.of(1, 2)], y: [[2], Float32Array.of(Number.POSITIVE_INFINITY, 1)] },
        {},
        "array 'y', example 0: Infinity is not",
      ],
    ];
    for (const [arrays, options, message] of cases) expect(() => parseNpz(npz(arrays), 'a.npz', options)).toThrow(message);
    expect(() => parseNpz(npz({ x, y }).subarray(0, 100), 'a.npz')).toThrow(DataError);
  });
});

describe('loadNpz', () => {
  it('gives the same dataset as the same content in other types', async () => {
    const folder = await temporaryFolder();
    const write = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    const a = await loadNpz('a', await write('a.npz', npz({ x: [[2, 1], Float64Array.of(0.5, 1)], y: [[2], Uint8Array.of(0, 1)] })), {
      split: 'same',
    });
    const b = await loadNpz(
      'b',
      await write('b.npz', npz({ x: [[2, 1], Float32Array.of(0.5, 1)], y: [[2, 1], BigInt64Array.of(0n, 1n)] })),
      { split: 'same' },
    );
    expect(a.hash).toBe(b.hash);
    expect(a).toMatchObject({ name: 'a', shape: [1], classes: 2 });
  });

  it('refuses splits that do not fit together', async () => {
    const file = join(await temporaryFolder(), 'a.npz');
    const regression = [[4], Float32Array.of(0, 1, 2, 3)] as [number[], Numbers];
    await writeFile(file, npz({ x_train: x, y_train: y, x_test: x, y_test: regression }));
    await expect(loadNpz('a', file)).rejects.toThrow('targets are 1 numbers each (regression); those of');
    await writeFile(file, npz({ x_train: x, y_train: y, x_test: [[4, 3], new Uint8Array(12)], y_test: y }));
    await expect(loadNpz('a', file)).rejects.toThrow('examples have shape [3]; those of');
  });

  it('reads what writeNpz wrote', async () => {
    const file = join(await temporaryFolder(), 'a.npz');
    await writeFile(
      file,
      writeNpz([
        { name: 'x', shape: [4, 1], data: Float32Array.of(1, 2, 3, 4) },
        { name: 'y', shape: [4, 1], data: Float32Array.of(2, 4, 6, 8) },
      ]),
    );
    const { splits } = await loadNpz('double', file, { split: { validation: 1, test: 1 } });
    for (const { inputs, targets } of Object.values(splits)) expect(targets).toEqual(Float32Array.from(inputs, (value) => 2 * value));
  });
});

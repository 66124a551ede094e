import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { gemm, transpose } from '../../reference/kernels.ts';
import { Arena } from './arena.ts';
import { numbers } from './numbers.ts';
import { sameBits } from './same-bits.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

const size = (max: number) => fc.integer({ min: 0, max });
const product = fc.record({ rows: size(21), terms: size(19), columns: size(37), seed: fc.nat(), odd: fc.constantFrom(0, 0, 0.05) });

describe('gemm', () => {
  it('has the bits of one sum in the order of the terms, for every size down to nothing', () => {
    fc.assert(
      fc.property(product, ({ rows, terms, columns, seed, odd }) => {
        arena.clear();
        const a = numbers(seed, rows * terms, odd);
        const b = numbers(seed + 1, terms * columns, odd);
        const out = arena.room(rows * columns * 4);
        engine.gemm(arena.input(a), arena.input(b), out, rows, terms, columns, arena.scratch(engine.gemmScratch(rows, terms)));
        arena.check();
        sameBits(arena.floats(out, rows * columns), gemm(a, b, rows, terms, columns));
      }),
      { numRuns: 400 },
    );
  });

  it('is the same for a transposed first matrix', () => {
    fc.assert(
      fc.property(product, ({ rows, terms, columns, seed, odd }) => {
        arena.clear();
        const a = numbers(seed, rows * terms, odd);
        const b = numbers(seed + 1, terms * columns, odd);
        const out = arena.room(rows * columns * 4);
        const at = arena.input(transpose(a, rows, terms));
        engine.gemmTransposed(at, arena.input(b), out, rows, terms, columns, arena.scratch(engine.gemmScratch(rows, terms)));
        arena.check();
        sameBits(arena.floats(out, rows * columns), gemm(a, b, rows, terms, columns));
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on how its columns are cut', () => {
    const [rows, terms, columns] = [7, 131, 29];
    const a = numbers(1, rows * terms);
    const b = numbers(2, terms * columns);
    const whole = gemm(a, b, rows, terms, columns);
    const scratch = arena.scratch(engine.gemmScratch(rows, terms));
    const from = arena.input(a);
    for (const width of [1, 3, 8, 13]) {
      const part = Float32Array.from({ length: terms * width }, (_, i) => b[Math.floor(i / width) * columns + (i % width)]);
      const out = arena.room(rows * width * 4);
      engine.gemm(from, arena.input(part), out, rows, terms, width, scratch);
      const expected = Float32Array.from({ length: rows * width }, (_, i) => whole[Math.floor(i / width) * columns + (i % width)]);
      expect(() => sameBits(arena.floats(out, rows * width), expected)).not.toThrow();
    }
  });
});

describe('transpose', () => {
  it('moves every number of every size', () => {
    fc.assert(
      fc.property(size(23), size(23), fc.nat(), (rows, columns, seed) => {
        arena.clear();
        const x = numbers(seed, rows * columns, 0.1);
        const out = arena.room(x.byteLength);
        engine.transpose(arena.input(x), rows, columns, out);
        arena.check();
        sameBits(arena.floats(out, x.length), transpose(x, rows, columns));
      }),
      { numRuns: 300 },
    );
  });

  it('leaves what lies between strided rows alone', () => {
    const [rows, columns, fromStride, toStride] = [6, 9, 11, 8];
    const x = numbers(3, rows * fromStride);
    const out = arena.room(columns * toStride * 4);
    const before = arena.floats(out, columns * toStride);
    engine.transposeRows(arena.input(x), fromStride, rows, columns, out, toStride);
    arena.check();
    const expected = before.map((old, i) => (i % toStride < rows ? x[(i % toStride) * fromStride + Math.floor(i / toStride)] : old));
    sameBits(arena.floats(out, expected.length), expected);
  });
});

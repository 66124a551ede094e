import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../data/error.ts';
import { divide } from '../../data/split.ts';

describe('divide', () => {
  const labelled = fc.array(fc.nat(4), { minLength: 30, maxLength: 400 }).map((labels) => Uint16Array.from(labels));

  it('puts every example into exactly one split, each with its share of every class', () => {
    fc.assert(
      fc.property(
        labelled,
        fc.double({ min: 0.05, max: 0.4, noNaN: true }),
        fc.double({ min: 0.05, max: 0.4, noNaN: true }),
        (labels, validation, test) => {
          const rows = divide(labels.length, labels, { validation, test }, 'x');
          const all = [...rows.train, ...rows.validation, ...rows.test];
          expect(new Set(all).size).toBe(labels.length);
          expect(all.length).toBe(labels.length);
          for (const split of [rows.validation, rows.test]) {
            for (let label = 0; label < 5; label++) {
              const share = (split.length * labels.filter((l) => l === label).length) / labels.length;
              const found = split.filter((row) => labels[row] === label).length;
              // Validation is shared out of what test leaves, so both roundings can add up.
              expect(Math.abs(found - share)).toBeLessThan(2);
            }
          }
        },
      ),
    );
  });

  it('is the same for ever', () => {
    const rows = divide(20, null, { validation: 0.1, test: 4 }, 'x');
    expect({ train: [...rows.train], validation: [...rows.validation], test: [...rows.test] }).toEqual({
      train: [13, 8, 19, 11, 6, 2, 10, 7, 4, 3, 18, 1, 14, 5],
      validation: [12, 15],
      test: [9, 16, 17, 0],
    });
  });

  it('mixes the classes of a sorted source in any prefix', () => {
    const labels = Uint16Array.from({ length: 10_000 }, (_, row) => Math.floor(row / 1000));
    const { train, validation, test } = divide(labels.length, labels, { validation: 1000, test: 2000 }, 'x');
    for (const split of [train, validation, test]) {
      const counts = new Array(10).fill(0);
      for (const row of split.subarray(0, 500)) counts[labels[row]]++;
      // 500 draws of 10 classes: 50 each, with a standard deviation of 6.7.
      for (const count of counts) expect(Math.abs(count - 50)).toBeLessThan(27);
    }
  });

  it('takes numbers of examples as well as parts, and 0 for none', () => {
    const count = (parts: { validation: number; test: number }) => {
      const { train, validation, test } = divide(60, null, parts, 'x');
      return [train.length, validation.length, test.length];
    };
    expect(count({ validation: 5, test: 0.25 })).toEqual([40, 5, 15]);
    expect(count({ validation: 0, test: 0 })).toEqual([60, 0, 0]);
  });

  it('refuses parts that leave a split empty or make no sense', () => {
    expect(() => divide(4, null, { validation: 0.1, test: 0.2 }, 'a.csv')).toThrow(
      /^a.csv: 4 examples divided .* leave none for validation;/,
    );
    expect(() => divide(10, null, { validation: 5, test: 5 }, 'a.csv')).toThrow(/leave none for train/);
    for (const validation of [-0.1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => divide(10, null, { validation, test: 0 }, 'a.csv')).toThrow(DataError);
    }
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCsv, parseCsv } from '../../data/csv.ts';
import { DataError } from '../../data/error.ts';
import { temporaryFolder } from './folder.ts';

const parse = (text: string, options = {}) => parseCsv(text, 't.csv', options);

describe('parseCsv', () => {
  // Template strings print -0 as 0.
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));

  it('gives back any table of numbers, with every line ending, header or not, quoted or not', () => {
    const tables = fc
      .integer({ min: 2, max: 5 })
      .chain((width) => fc.array(fc.array(finite, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 }));
    fc.assert(
      fc.property(
        tables,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (table, ending, header, quoted, ended) => {
          const width = table[0].length;
          const names = Array.from({ length: width }, (_, i) => `column, ${i}`);
          const lines = table.map((row) => row.map((value) => (quoted ? `"${value}"` : ` ${value} `)).join(','));
          if (header) lines.unshift(names.map((name) => `"${name}"`).join(','));
          const text = lines.join(ending) + (ended ? ending : '');
          const examples = parse(text, { task: 'regression', target: 0, header });
          expect(examples).toMatchObject({ count: table.length, shape: [width - 1], classes: null, outputs: 1 });
          // A float32 printed in full is read back to the same bits.
          expect(examples.targets).toEqual(Float32Array.from(table, (row) => row[0]));
          expect(examples.inputs).toEqual(Float32Array.from(table.flatMap((row) => row.slice(1))));
        },
      ),
    );
  });

  it('throws nothing but DataError, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom('1', '2', '.', 'e', '-', 'a', ',', '"', '\n', '\r', ' '), maxLength: 60 });
    fc.assert(
      fc.property(text, (text) => {
        try {
          const { count, inputs, targets, shape } = parse(text);
          expect(inputs.length).toBe(count * shape[0]);
          expect(targets.length).toBe(count);
          expect(inputs.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('takes the target by name, by index, from the end, or several', () => {
    const text = 'a,b,c\n1,2,3.5\n4,5,6.5\n';
    expect(parse(text)).toMatchObject({ inputs: Float32Array.of(1, 2, 4, 5), targets: Float32Array.of(3.5, 6.5), classes: null });
    expect(parse(text, { target: 'c' })).toEqual(parse(text));
    expect(parse(text, { target: 2 })).toEqual(parse(text, { target: -1 }));
    expect(parse(text, { target: ['c', 'a'] })).toMatchObject({
      inputs: Float32Array.of(2, 5),
      targets: Float32Array.of(3.5, 1, 6.5, 4),
      outputs: 2,
      classes: null,
    });
  });

  it('numbers classes in sorted order: numbers by value, text by code unit', () => {
    expect(parse('1,10\n2,9\n3,10\n4,9\n')).toMatchObject({ targets: Uint16Array.of(1, 0, 1, 0), classes: 2, outputs: 2 });
    expect(parse('1,-1\n2,+1\n3,01\n4,-1\n')).toMatchObject({ targets: Uint16Array.of(0, 1, 1, 0), classes: 2 });
    expect(parse('x,kind\n1,setosa\n2,"Virginica, old"\n3,setosa\n4,"Virginica, old"')).toMatchObject({
      targets: Uint16Array.of(1, 0, 1, 0),
    });
  });

  it('takes the first row for a header only where no cell of it is a number, or as it is told', () => {
    expect(parse('a,b\n1,2.5\n').count).toBe(1);
    expect(parse('1,2.5\n3,4.5\n').count).toBe(2);
    expect(parse('1,yes\n2,no\n3,yes\n4,no\n').count).toBe(4);
    expect(parse('0,1\n1,2.5\n', { header: true }).count).toBe(1);
    // Names that are numbers (pandas writes them by default) are told by the odd label.
    expect(() => parse('0,1,kind\n5,6,0\n7,8,1\n5,5,1\n')).toThrow(
      "t.csv, row 1, column 2: label 'kind' is not a number as most others are; if row 1 is a header, say so: header true",
    );
  });

  it('names row and column of what is wrong, rows counted from 1 with the header', () => {
    const cases: [string, object, string | RegExp][] = [
      ['a,b\n1,2\n3\n', {}, 't.csv, row 3: has 1 cells; expected 2, as row 1 has'],
      ['a,b\n1,2.5\n,4.5\n', {}, "t.csv, row 3, column 'a': is empty; expected a number"],
      ['a,b\n1,2.5\n\n3,4.5\n', {}, 't.csv, row 3: has 1 cells'],
      ['1,2.5\nNaN,4.5\n', {}, "t.csv, row 2, column 0: expected a number, found 'NaN'"],
      ['1,2.5\n0x10,4.5\n', {}, "found '0x10'"],
      ['1,2.5\n1e39,4.5\n', {}, 't.csv, row 2, column 0: 1e+39 is not a finite float32 number'],
      ['1,2.5\n2,3.5\n3,NaN\n', {}, "t.csv, row 3, column 1: label 'NaN' is not a number as most others are"],
      ['1,2.5\n2,inf\n', { task: 'regression' }, "t.csv, row 2, column 1: expected a number, found 'inf'"],
      ['1,a\n2,\n3,a\n4,a', {}, 't.csv, row 2, column 1: is empty; expected a class label'],
      ['a,b\n1,2.5\n', { target: 'c' }, "t.csv: there is no column 'c'; its columns are 'a', 'b'"],
      ['a,a\n1,2.5\n', { target: 'a' }, "t.csv: two columns are called 'a'; give the index"],
      ['1,2.5\n', { target: 2 }, 't.csv: there is no column 2: its columns are 0 to 1'],
      ['1,2.5\n', { target: 'a', header: false }, "column 'a' is asked for by name"],
      ['1,2.5\n', { target: [0, 1] }, 'every column is a target'],
      ['1,2,3\n', { target: [0, 1], task: 'classification' }, '2 target columns are a regression target'],
      ['1,7\n2,7\n3,7\n', {}, "every example has label '7'; expected at least two classes"],
      ['x,age\n1,31\n2,45\n3,27\n', {}, "t.csv, column 'age': 3 different values in 3 rows: class labels, or not?"],
      ['"a,b\n1,2\n', {}, 't.csv, row 1: the quote opened in cell 0 (character 0 of the file) is never closed'],
      ['"a"b,c\n1,2\n', {}, "t.csv, row 1: cell 0: expected ',' or the end of the row after the closing quote, found 'b'"],
      ['a,b\n', {}, 't.csv: holds no examples: only a header'],
      ['', {}, 't.csv: is empty'],
      ['1;2\n', { separator: ';;' }, 'separator ";;": expected one character'],
    ];
    for (const [text, options, message] of cases) expect(() => parse(text, options), JSON.stringify(text)).toThrow(message);
  });

  it('honours task, separator and quoted quotes', () => {
    expect(parse('1,31\n2,45\n', { task: 'regression' })).toMatchObject({ targets: Float32Array.of(31, 45), classes: null });
    expect(parse('1\t0.5\n2\t1.5\n', { separator: '\t', task: 'classification' })).toMatchObject({ classes: 2 });
    const quoted = parse('"say ""x""",y\n1,2.5\n2,0.5', { target: 'say "x"', task: 'regression' });
    expect(quoted.targets).toEqual(Float32Array.of(1, 2));
  });
});

describe('loadCsv', () => {
  it('reads a gzipped table and divides it', async () => {
    const file = join(await temporaryFolder(), 'table.csv.gz');
    const rows = Array.from({ length: 100 }, (_, i) => `${i},${i / 2},${i % 4 === 0 ? 'rare' : 'common'}`);
    await writeFile(file, gzipSync(`x,y,kind\n${rows.join('\n')}\n`));
    const dataset = await loadCsv('table', file);
    expect(dataset).toMatchObject({ shape: [2], classes: 2, outputs: 2 });
    const rare = (targets: ArrayLike<number>) => Array.from(targets).filter((target) => target === 1).length;
    const { train, validation, test } = dataset.splits;
    expect([train.count, validation.count, test.count]).toEqual([70, 10, 20]);
    expect([rare(train.targets), rare(test.targets)]).toEqual([18, 5]);
    expect(rare(validation.targets)).toBe(2);
  });

  it('refuses what is not text', async () => {
    const file = join(await temporaryFolder(), 'table.xls');
    await writeFile(file, Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0));
    await expect(loadCsv('table', file)).rejects.toThrow(`${file}: is not UTF-8 text`);
  });

  it('says so when there are too few examples to divide', async () => {
    const file = join(await temporaryFolder(), 'xor.csv');
    await writeFile(file, '0,0,0\n0,1,1\n1,0,1\n1,1,0\n');
    await expect(loadCsv('x', file)).rejects.toThrow(
      /4 examples divided into validation 0.1 and test 0.2 leave none for validation.*split 'same'/,
    );
    expect((await loadCsv('x', file, { split: 'same' })).splits.test.count).toBe(4);
  });
});

// Tables of numbers as text: one example a row, one column (or several, for regression) of which is the target. RFC 4180 quoting.
import type { Dataset } from '../core/dataset.ts';
import { assemble, type SplitRule } from './assemble.ts';
import { readContent } from './content.ts';
import { DataError } from './error.ts';
import { type Examples, finiteFloats, MAX_CLASSES } from './examples.ts';

export interface CsvOptions {
  /**
   * The target's column: by its name in the header, or by index from 0 (-1 is the last). Several columns make a regression target of that
   * width. Default: the last column. All other columns are inputs, in the file's order.
   */
  target?: string | number | readonly (string | number)[];
  /**
   * Default: decided by the target. One column of whole numbers (written without a decimal point) or of text is a class label; anything
   * else is regression. Where that would make a class of almost every row, loading stops and asks for this option.
   */
  task?: 'classification' | 'regression';
  /** Whether the first row holds names. Default: yes if a target is given by name or no cell of the first row is a number. */
  header?: boolean;
  /** One character. Default: a comma. */
  separator?: string;
  split?: SplitRule;
}

/**
 * A dataset from a CSV file (gzipped or not). Inputs are float32, taken as they are. Class labels are the target's distinct values in
 * sorted order: numbers by value, text by code unit; the first is class 0.
 * Throws DataError, which names the file, the row (counted from 1, the header included) and the column: for cells that are empty, not a
 * number or not finite, rows of another length, unknown columns.
 */
export async function loadCsv(name: string, file: string, options: CsvOptions = {}): Promise<Dataset> {
  const bytes = await readContent(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DataError(file, 'is not UTF-8 text: expected a CSV file', { cause: error });
  }
  return assemble(name, { train: parseCsv(text, file, options) }, options.split);
}

/** Examples in CSV text; `file` is for messages. See `loadCsv`. */
export function parseCsv(text: string, file: string, options: CsvOptions = {}): Examples {
  const rows = cells(text, file, options.separator ?? ',');
  if (rows.length === 0) throw new DataError(file, 'is empty');
  const targets = [options.target ?? -1].flat();
  const width = rows[0].length;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged >= 0) throw new DataError(`${file}, row ${ragged + 1}`, `has ${rows[ragged].length} cells; expected ${width}, as row 1 has`);

  const hasHeader = options.header ?? (targets.some((target) => typeof target === 'string') || !rows[0].some(isNumber));
  const names = hasHeader ? rows[0] : null;
  const table: Table = { file, names, rows: hasHeader ? rows.slice(1) : rows, firstRow: hasHeader ? 2 : 1 };
  if (table.rows.length === 0) throw new DataError(file, 'holds no examples: only a header');

  const targetColumns = targets.map((target) => column(target, table, width));
  if (new Set(targetColumns).size !== targetColumns.length) throw new DataError(file, 'a target column is named twice');
  const inputColumns = Array.from({ length: width }, (_, i) => i).filter((i) => !targetColumns.includes(i));
  if (inputColumns.length === 0) throw new DataError(file, 'every column is a target; expected at least one column of inputs');
  const shared = { file, count: table.rows.length, shape: [inputColumns.length], inputs: numbers(table, inputColumns) };

  if (isClassification(table, targetColumns, options.task))
    return { ...shared, ...classes(table, targetColumns[0], options.task !== undefined) };
  return { ...shared, targets: numbers(table, targetColumns), classes: null, outputs: targetColumns.length };
}

interface Table {
  file: string;
  names: string[] | null;
  /** Examples only. */
  rows: string[][];
  /** Row number, counted from 1, of `rows[0]` in the file. */
  firstRow: number;
}

/** Decimal notation, with a point and an exponent or without; no hex, no digit groups, no spaces within. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INTEGER = /^[+-]?\d+$/;

function isNumber(cell: string): boolean {
  return NUMBER.test(cell);
}

function column(target: string | number, { file, names }: Table, width: number): number {
  if (typeof target === 'number') {
    const index = target < 0 ? width + target : target;
    if (Number.isInteger(index) && index >= 0 && index < width) return index;
    throw new DataError(file, `there is no column ${target}: its columns are 0 to ${width - 1} (-1 is the last)`);
  }
  if (!names) throw new DataError(file, `column '${target}' is asked for by name, but the file is said to have no header; give its index`);
  const index = names.indexOf(target);
  if (index < 0)
    throw new DataError(file, `there is no column '${target}'; its columns are ${names.map((name) => `'${name}'`).join(', ')}`);
  if (names.includes(target, index + 1)) throw new DataError(file, `two columns are called '${target}'; give the index`);
  return index;
}

function place({ file, names, firstRow }: Table, row: number, column: number): string {
  return `${file}, row ${firstRow + row}, column ${names ? `'${names[column]}'` : column}`;
}

/** [rows, columns] float32. */
function numbers(table: Table, columns: number[]): Float32Array {
  const values = new Float64Array(table.rows.length * columns.length);
  const where = (i: number) => place(table, Math.floor(i / columns.length), columns[i % columns.length]);
  for (let i = 0; i < values.length; i++) {
    const cell = table.rows[Math.floor(i / columns.length)][columns[i % columns.length]];
    if (cell === '') throw new DataError(where(i), 'is empty; expected a number');
    if (!isNumber(cell)) {
      const hint = i < columns.length && !table.names ? ' (if row 1 is a header, say so: header true)' : '';
      throw new DataError(where(i), `expected a number, found '${cell}'${hint}`);
    }
    values[i] = Number(cell);
  }
  return finiteFloats(values, where);
}

function isClassification(table: Table, columns: number[], task: CsvOptions['task']): boolean {
  if (task === 'regression') return false;
  if (columns.length > 1) {
    if (task) throw new DataError(table.file, `${columns.length} target columns are a regression target; classification takes one`);
    return false;
  }
  if (task === 'classification') return true;
  const cells = table.rows.map((row) => row[columns[0]]);
  return !cells.every(isNumber) || cells.every((cell) => INTEGER.test(cell));
}

function classes(table: Table, column: number, certain: boolean): Pick<Examples, 'targets' | 'classes' | 'outputs'> {
  const cells = table.rows.map((row) => row[column]);
  const empty = cells.indexOf('');
  if (empty >= 0) throw new DataError(place(table, empty, column), 'is empty; expected a class label');
  const numeric = cells.filter(isNumber).length;
  // A word or two among numbers is a header, or a value that is missing (n/a, NaN): not a class.
  if (numeric < cells.length && numeric > cells.length / 2) {
    const odd = cells.findIndex((cell) => !isNumber(cell));
    const hint = odd === 0 && !table.names ? '; if row 1 is a header, say so: header true' : '';
    throw new DataError(place(table, odd, column), `label '${cells[odd]}' is not a number as most others are${hint}`);
  }
  // 7, +7 and 007 are one class.
  const labels = cells.map((cell) => (INTEGER.test(cell) ? String(BigInt(cell)) : cell));
  const distinct = [...new Set(labels)].sort();
  if (distinct.length > MAX_CLASSES)
    throw new DataError(table.file, `has ${distinct.length} class labels; at most ${MAX_CLASSES} are accepted`);
  if (distinct.length < 2) throw new DataError(table.file, `every example has label '${distinct[0]}'; expected at least two classes`);
  if (!certain && distinct.length * 2 > labels.length) {
    throw new DataError(
      `${table.file}, column ${table.names ? `'${table.names[column]}'` : column}`,
      `${distinct.length} different values in ${labels.length} rows: class labels, or not? Say task classification or regression, or give another target`,
    );
  }
  if (numeric === cells.length) distinct.sort((a, b) => Number(a) - Number(b));
  const numberOf = new Map(distinct.map((label, i) => [label, i]));
  return {
    targets: Uint16Array.from(labels, (label) => numberOf.get(label) as number),
    classes: distinct.length,
    outputs: distinct.length,
  };
}

/**
 * Rows of cells. Unquoted cells lose the spaces around them; a quoted cell keeps all between its quotes, and "" in it is one quote. The
 * last line may end without a line break, and empty lines at the end don't count.
 */
function cells(text: string, file: string, separator: string): string[][] {
  if (separator.length !== 1 || /["\r\n]/.test(separator)) {
    throw new DataError(file, `separator ${JSON.stringify(separator)}: expected one character, not a quote or a line break`);
  }
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const here = () => `${file}, row ${rows.length + 1}`;
  while (at < text.length) {
    if (text[at] === '"') {
      let cell = '';
      const opened = at;
      for (at++; ; at++) {
        const close = text.indexOf('"', at);
        if (close < 0)
          throw new DataError(here(), `the quote opened in cell ${row.length} (character ${opened} of the file) is never closed`);
        cell += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
      if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') {
        throw new DataError(
          here(),
          `cell ${row.length}: expected '${separator}' or the end of the row after the closing quote, found '${text[at]}'`,
        );
      }
      row.push(cell);
    } else {
      const start = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
      row.push(text.slice(start, at).trim());
    }
    if (text[at] === separator) {
      at++;
      if (at < text.length) continue;
      row.push('');
    } else if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else at++;
    rows.push(row);
    row = [];
  }
  while (rows.length > 0 && rows[rows.length - 1].length === 1 && rows[rows.length - 1][0] === '') rows.pop();
  return rows;
}

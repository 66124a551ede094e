// A file of numbers by generation, one row of a fixed size each, beside a run's journal. It is for people alone: never synced, and whatever of
// it is damaged or missing is as if it had never been noted.
//
//     header   "gltrack1", u32 numbers of a row, u32 CRC-32 of the 12 bytes before
//     row      u32 CRC-32 of the rest, u32 generation, float32 numbers; generations ascend, not all have to be there
//
// All little-endian.
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('gltrack1');
const HEADER = 16;
/** Bytes of a row before its numbers. */
const PREFIX = 8;

export interface Row {
  generation: number;
  /** float32, little-endian. */
  numbers: Buffer;
}

export const rowBytes = (numbers: number): number => PREFIX + numbers * 4;

function headerOf(numbers: number): Buffer {
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  header.writeUInt32LE(numbers, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** A file that is open: its rows, by their places. */
class Rows {
  readonly file: number;
  readonly numbers: number;
  count: number;

  private constructor(file: number, numbers: number) {
    this.file = file;
    this.numbers = numbers;
    this.count = Math.floor((fstatSync(file).size - HEADER) / rowBytes(numbers));
  }

  /** Null where the file is none of these. */
  static of(file: number): Rows | null {
    const header = Buffer.alloc(HEADER);
    if (readSync(file, header, 0, HEADER, 0) < HEADER) return null;
    const numbers = header.readUInt32LE(8);
    return header.equals(headerOf(numbers)) ? new Rows(file, numbers) : null;
  }

  position(index: number): number {
    return HEADER + index * rowBytes(this.numbers);
  }

  /** Rows from a place on; null in the place of a damaged one. */
  read(index: number, count: number): (Row | null)[] {
    const size = rowBytes(this.numbers);
    const bytes = Buffer.alloc(Math.max(0, Math.min(count, this.count - index)) * size);
    const whole = Math.floor(readSync(this.file, bytes, 0, bytes.length, this.position(index)) / size);
    return Array.from({ length: whole }, (_, i) => {
      const row = bytes.subarray(i * size, (i + 1) * size);
      const sound = row.readUInt32LE(0) === crc32(row.subarray(4));
      return sound ? { generation: row.readUInt32LE(4), numbers: row.subarray(PREFIX) } : null;
    });
  }

  /** The place of the first row of a generation, or of a later one. */
  find(generation: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      let at = middle;
      let row = this.read(at, 1)[0];
      while (!row && at > low) row = this.read(--at, 1)[0];
      if (!row || row.generation < generation) low = middle + 1;
      else high = at;
    }
    return low;
  }
}

/** Writes a run's rows. Whatever keeps it from doing so is no trouble of the run's: the rows are not noted then. */
export class RowWriter {
  #rows: Rows | null = null;

  /** Goes on before a generation: what the file holds of it and later ones is dropped, and so is a file with other rows. */
  constructor(path: string, numbers: number, generation: number) {
    try {
      const file = openSync(path, 'a+');
      closeSync(file);
      this.#open(openSync(path, 'r+'), numbers, generation);
    } catch {
      this.close();
    }
  }

  #open(file: number, numbers: number, generation: number): void {
    try {
      const found = Rows.of(file);
      if (found?.numbers !== numbers) {
        ftruncateSync(file, 0);
        writeSync(file, headerOf(numbers), 0, HEADER, 0);
      }
      this.#rows = Rows.of(file);
      if (!this.#rows) throw new Error('the header was not written whole');
      this.#rows.count = this.#rows.find(generation);
      ftruncateSync(file, this.#rows.position(this.#rows.count));
    } catch (error) {
      if (!this.#rows) closeSync(file);
      throw error;
    }
  }

  /** `numbers`: as many as the rows have; NaN stands for none. */
  append(generation: number, numbers: ArrayLike<number>): void {
    if (!this.#rows) return;
    const row = Buffer.alloc(rowBytes(this.#rows.numbers));
    row.writeUInt32LE(generation, 4);
    for (let i = 0; i < numbers.length; ++i) row.writeFloatLE(numbers[i], PREFIX + i * 4);
    row.writeUInt32LE(crc32(row.subarray(4)), 0);
    try {
      if (writeSync(this.#rows.file, row, 0, row.length, this.#rows.position(this.#rows.count)) === row.length) this.#rows.count++;
    } catch {
      // No room. A piece of it, where one was written, is overwritten by the next, or dropped when the file is opened again.
    }
  }

  close(): void {
    if (this.#rows) closeSync(this.#rows.file);
    this.#rows = null;
  }
}

/**
 * Rows of generations `from` to before `until`, ascending, out of `most` in the file; none where there is no such file. `next`: the generation
 * to go on at.
 */
export function readRows(
  path: string,
  { from, until, most }: { from: number; until: number; most: number },
): { rows: Row[]; next: number } {
  const rows: Row[] = [];
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const all = Rows.of(file);
    if (!all) return { rows, next: until };
    const first = all.find(from);
    let next = from;
    for (const row of all.read(first, most)) {
      if (!row || row.generation < next) continue;
      if (row.generation >= until) return { rows, next: until };
      rows.push(row);
      next = row.generation + 1;
    }
    return { rows, next: next > from && first + most < all.count ? next : until };
  } catch {
    return { rows, next: until };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

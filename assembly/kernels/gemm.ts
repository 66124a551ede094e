// A plain matrix product on the same tile: out[rows][columns] = a[rows][terms] * b[terms][columns], all row-major, with `a` given
// transposed ([terms][rows]), as the strategies have it. Each number is one sum in the order of the terms.
import { packColumns } from './pack';
import { LANE_BYTES, PANEL, tile1, tile2, tile4 } from './tile';

/** Bytes of `scratch` that `gemmTransposed` takes: `a` packed, one panel of `b`, one tile row of results, a zero bias. */
export function gemmScratch(rows: u32, terms: u32): usize {
  return ((<usize>rows * terms * 4 + 15) & ~15) + <usize>terms * LANE_BYTES + 4 * LANE_BYTES + 16;
}

/** `at`: [terms][rows]; `b`: [terms][columns]; `out`: [rows][columns]. `scratch`: gemmScratch bytes, 16-aligned. */
export function gemmTransposed(at: usize, b: usize, out: usize, rows: u32, terms: u32, columns: u32, scratch: usize): void {
  packColumns(at, terms, rows, 0, rows, scratch);
  product(b, out, rows, terms, columns, scratch);
}

/** The same with `a` as [rows][terms]. */
export function gemm(a: usize, b: usize, out: usize, rows: u32, terms: u32, columns: u32, scratch: usize): void {
  packRows(a, rows, terms, scratch);
  product(b, out, rows, terms, columns, scratch);
}

/** What packColumns makes of the transposed matrix. */
function packRows(a: usize, rows: u32, terms: u32, out: usize): void {
  const row = <usize>terms << 2;
  let left = rows;
  while (left) {
    const group: u32 = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    transposeRows(a, terms, group, terms, out, group);
    a += group * row;
    out += group * row;
    left -= group;
  }
}

/** `scratch` begins with the packed first matrix. */
function product(b: usize, out: usize, rows: u32, terms: u32, columns: u32, scratch: usize): void {
  const packed = scratch;
  const panel = packed + ((<usize>rows * terms * 4 + 15) & ~15);
  const tile = panel + <usize>terms * LANE_BYTES;
  const zero = tile + 4 * LANE_BYTES;
  memory.fill(zero, 0, 16);
  const outRow = <usize>columns << 2;
  for (let c: u32 = 0; c < columns; c += PANEL) {
    const width = min(columns - c, PANEL);
    packPanel(b + (<usize>c << 2), terms, outRow, width, panel);
    const direct = width == PANEL;
    let r: u32 = 0;
    let from = packed;
    for (; r + 4 <= rows; r += 4) {
      const to = out + r * outRow + (<usize>c << 2);
      if (direct) tile4(panel, 0, from, 0, 1, terms, zero, to, outRow, -Infinity);
      else {
        tile4(panel, 0, from, 0, 1, terms, zero, tile, LANE_BYTES, -Infinity);
        for (let i: u32 = 0; i < 4; ++i) memory.copy(to + i * outRow, tile + i * LANE_BYTES, width << 2);
      }
      from += <usize>terms << 4;
    }
    if (r + 2 <= rows) {
      const to = out + r * outRow + (<usize>c << 2);
      tile2(panel, 0, from, 0, 1, terms, zero, tile, LANE_BYTES, -Infinity);
      for (let i: u32 = 0; i < 2; ++i) memory.copy(to + i * outRow, tile + i * LANE_BYTES, width << 2);
      from += <usize>terms << 3;
      r += 2;
    }
    if (r < rows) {
      tile1(panel, 0, from, 0, 1, terms, zero, tile, -Infinity);
      memory.copy(out + r * outRow + (<usize>c << 2), tile, width << 2);
    }
  }
}


/** [rows][columns] to [columns][rows]. */
export function transpose(from: usize, rows: u32, columns: u32, to: usize): void {
  transposeRows(from, columns, rows, columns, to, rows);
}

/** The same where the rows of `from` and of `to` lie `fromStride` and `toStride` numbers apart. */
export function transposeRows(from: usize, fromStride: u32, rows: u32, columns: u32, to: usize, toStride: u32): void {
  const fromRow = <usize>fromStride << 2;
  const toRow = <usize>toStride << 2;
  let r: u32 = 0;
  for (; r + 4 <= rows; r += 4) {
    let c: u32 = 0;
    for (; c + 4 <= columns; c += 4) {
      const f = from + r * fromRow + (<usize>c << 2);
      const a = v128.load(f);
      const b = v128.load(f + fromRow);
      const d = v128.load(f + 2 * fromRow);
      const e = v128.load(f + 3 * fromRow);
      const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
      const de0 = v128.shuffle<i32>(d, e, 0, 4, 1, 5);
      const de1 = v128.shuffle<i32>(d, e, 2, 6, 3, 7);
      const t = to + c * toRow + (<usize>r << 2);
      v128.store(t, v128.shuffle<i64>(ab0, de0, 0, 2));
      v128.store(t + toRow, v128.shuffle<i64>(ab0, de0, 1, 3));
      v128.store(t + 2 * toRow, v128.shuffle<i64>(ab1, de1, 0, 2));
      v128.store(t + 3 * toRow, v128.shuffle<i64>(ab1, de1, 1, 3));
    }
    for (; c < columns; ++c) for (let i: u32 = 0; i < 4; ++i) move(from, fromRow, to, toRow, r + i, c);
  }
  for (; r < rows; ++r) for (let c: u32 = 0; c < columns; ++c) move(from, fromRow, to, toRow, r, c);
}

function move(from: usize, fromRow: usize, to: usize, toRow: usize, r: u32, c: u32): void {
  store<f32>(to + c * toRow + (<usize>r << 2), load<f32>(from + r * fromRow + (<usize>c << 2)));
}

/** 8 (or `width`, the rest zeros) columns of a row-major matrix as a panel [term][8]. */
function packPanel(b: usize, terms: u32, row: usize, width: u32, panel: usize): void {
  if (width == PANEL) {
    for (let k: u32 = 0; k < terms; ++k) {
      v128.store(panel, v128.load(b));
      v128.store(panel, v128.load(b, 16), 16);
      b += row;
      panel += LANE_BYTES;
    }
    return;
  }
  memory.fill(panel, 0, <usize>terms * LANE_BYTES);
  for (let k: u32 = 0; k < terms; ++k) {
    memory.copy(panel, b, width << 2);
    b += row;
    panel += LANE_BYTES;
  }
}

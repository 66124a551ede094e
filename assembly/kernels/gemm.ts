// A plain matrix product on the same tile: out[rows][columns] = a[rows][terms] * b[terms][columns], all row-major, with `a` given
// transposed ([terms][rows]), as the strategies have it. Each number is one sum in the order of the terms.
import { packColumns } from './pack';
import { LANE_BYTES, PANEL, tile1, tile2, tile4 } from './tile';

/** Bytes of `scratch` that `gemmTransposed` takes: `a` packed, two panels of `b`, one tile row of results, a zero bias. */
export function gemmScratch(rows: u32, terms: u32): usize {
  return ((<usize>rows * terms * 4 + 15) & ~15) + 2 * <usize>terms * LANE_BYTES + 4 * LANE_BYTES + 16;
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

/** `scratch` begins with the packed first matrix. Two panels at a time: a tile of rows is then fetched half as often. */
function product(b: usize, out: usize, rows: u32, terms: u32, columns: u32, scratch: usize): void {
  const packed = scratch;
  const panelBytes = <usize>terms * LANE_BYTES;
  const panel = packed + ((<usize>rows * terms * 4 + 15) & ~15);
  const tile = panel + 2 * panelBytes;
  const zero = tile + 4 * LANE_BYTES;
  memory.fill(zero, 0, 16);
  const outRow = <usize>columns << 2;
  for (let c: u32 = 0; c < columns; c += 2 * PANEL) {
    const width = min(columns - c, PANEL);
    const second = columns - c > PANEL ? min(columns - c - PANEL, PANEL) : 0;
    const from = b + (<usize>c << 2);
    if (second == PANEL) packPanels(from, terms, outRow, panel);
    else {
      packPanel(from, terms, outRow, width, panel);
      if (second) packPanel(from + LANE_BYTES, terms, outRow, second, panel + panelBytes);
    }
    let left = rows;
    let a = packed;
    let to = out + (<usize>c << 2);
    while (left) {
      const group: u32 = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      tileOf(group, panel, a, terms, width, zero, to, outRow, tile);
      if (second) tileOf(group, panel + panelBytes, a, terms, second, zero, to + LANE_BYTES, outRow, tile);
      a += (<usize>terms * group) << 2;
      to += group * outRow;
      left -= group;
    }
  }
}

/** `group` rows on a panel of `width` columns; a narrow one goes through `tile`. */
function tileOf(group: u32, panel: usize, a: usize, terms: u32, width: u32, zero: usize, out: usize, outRow: usize, tile: usize): void {
  const direct = width == PANEL;
  const to = direct ? out : tile;
  const stride = direct ? outRow : LANE_BYTES;
  if (group == 4) tile4(panel, 0, a, 0, 1, terms, zero, to, stride, -Infinity);
  else if (group == 2) tile2(panel, 0, a, 0, 1, terms, zero, to, stride, -Infinity);
  else tile1(panel, 0, a, 0, 1, terms, zero, to, -Infinity);
  if (direct) return;
  for (let i: u32 = 0; i < group; ++i) memory.copy(out + i * outRow, tile + i * LANE_BYTES, width << 2);
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

/** 16 columns of a row-major matrix as two panels [term][8]: a row's cache line is read once. */
function packPanels(b: usize, terms: u32, row: usize, panel: usize): void {
  const bytes = <usize>terms * LANE_BYTES;
  for (const end = panel + bytes; panel < end; panel += LANE_BYTES) {
    const other = panel + bytes;
    v128.store(panel, v128.load(b));
    v128.store(panel, v128.load(b, 16), 16);
    v128.store(other, v128.load(b, 32));
    v128.store(other, v128.load(b, 48), 16);
    b += row;
  }
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

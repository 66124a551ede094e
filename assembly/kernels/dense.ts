// A dense layer over panels: out[panel][unit][8] = x[panel][feature][8] * w[feature][unit] + bias[unit].
import { packColumns } from './pack';
import { LANE_BYTES, tile1, tile2, tile4 } from './tile';

/** Columns packed at a time: a cache line of a row. */
const COLUMNS = 16;

/** Bytes of `scratch` that `dense` takes. */
export function denseScratch(features: u32): usize {
  return <usize>features * COLUMNS * 4;
}

/**
 * `x`: [panels][features][8]; `w`: [features][units] row-major; `bias`: [units]; `out`: [panels][units][8]. Results below `floor`
 * become `floor`. `scratch`: denseScratch bytes, 16-aligned. No two of them overlap.
 */
export function dense(
  x: usize, w: usize, bias: usize, out: usize, panels: u32, features: u32, units: u32, scratch: usize, floor: f32,
): void {
  const xPanel = <usize>features * LANE_BYTES;
  const outPanel = <usize>units * LANE_BYTES;
  for (let first: u32 = 0; first < units; first += COLUMNS) {
    const last = min(first + COLUMNS, units);
    packColumns(w, features, units, first, last, scratch);
    // A group of columns stays in the first-level cache while all panels pass by.
    let packed = scratch;
    let c = first;
    while (c < last) {
      const left = last - c;
      const group: u32 = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      const b = bias + (<usize>c << 2);
      let samples = x;
      let to = out + <usize>c * LANE_BYTES;
      for (let p: u32 = 0; p < panels; ++p) {
        if (group == 4) tile4(samples, 0, packed, 0, 1, features, b, to, LANE_BYTES, floor);
        else if (group == 2) tile2(samples, 0, packed, 0, 1, features, b, to, LANE_BYTES, floor);
        else tile1(samples, 0, packed, 0, 1, features, b, to, floor);
        samples += xPanel;
        to += outPanel;
      }
      packed += (<usize>features * group) << 2;
      c += group;
    }
  }
}

// A dense layer over panels: out[panel][unit][8] = x[panel][feature][8] * w[feature][unit] + bias[unit].
import { packColumns } from './pack';
import { LANE_BYTES, tile1, tile2, tile4 } from './tile';

/** Columns packed at a time: they stay in the second-level cache while all panels pass by. */
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
    for (let p: u32 = 0; p < panels; ++p) {
      const samples = x + p * xPanel;
      let to = out + p * outPanel + <usize>first * LANE_BYTES;
      let packed = scratch;
      let b = bias + (<usize>first << 2);
      let c = first;
      for (; c + 4 <= last; c += 4) {
        tile4(samples, 0, packed, 0, 1, features, b, to, LANE_BYTES, floor);
        packed += <usize>features << 4;
        to += 4 * LANE_BYTES;
        b += 16;
      }
      if (c + 2 <= last) {
        tile2(samples, 0, packed, 0, 1, features, b, to, LANE_BYTES, floor);
        packed += <usize>features << 3;
        to += 2 * LANE_BYTES;
        b += 8;
        c += 2;
      }
      if (c < last) tile1(samples, 0, packed, 0, 1, features, b, to, floor);
    }
  }
}

// Collects examples of a dataset into panels of 8: [panel][feature][8] float32. Lanes past the last example are zeros.
import { LANE_BYTES, PANEL } from './tile';

/**
 * `rows`: the split's examples, row-major, `features` bytes (value / 255) or float32 each; `indices`: u32 row numbers by example, or 0
 * for row = example. Examples `first` to `last` (exclusive) go to `out`; `first` is a multiple of 8.
 */
export function gather(rows: usize, bytes: bool, features: u32, indices: usize, first: u32, last: u32, out: usize): void {
  const panelBytes = <usize>features * LANE_BYTES;
  for (let start = first; start < last; start += PANEL) {
    const lanes = min(last - start, PANEL);
    if (lanes < PANEL) memory.fill(out, 0, panelBytes);
    for (let lane: u32 = 0; lane < lanes; ++lane) {
      const row = indices ? load<u32>(indices + (<usize>(start + lane) << 2)) : start + lane;
      let to = out + (<usize>lane << 2);
      if (bytes) {
        let from = rows + <usize>row * features;
        for (let j: u32 = 0; j < features; ++j) {
          store<f32>(to, <f32>load<u8>(from) / 255);
          ++from;
          to += LANE_BYTES;
        }
      } else {
        let from = rows + ((<usize>row * features) << 2);
        for (let j: u32 = 0; j < features; ++j) {
          store<f32>(to, load<f32>(from));
          from += 4;
          to += LANE_BYTES;
        }
      }
    }
    out += panelBytes;
  }
}

/** The same for classes: `rows`: [examples] i32, `out`: [panels][8] i32; lanes past the last example are 0. */
export function gatherClasses(rows: usize, indices: usize, first: u32, last: u32, out: usize): void {
  for (let start = first; start < last; start += PANEL) {
    for (let lane: u32 = 0; lane < PANEL; ++lane) {
      const at = start + lane;
      const row = indices ? load<u32>(indices + (<usize>min(at, last - 1) << 2)) : at;
      store<i32>(out + (<usize>lane << 2), at < last ? load<i32>(rows + (<usize>row << 2)) : 0);
    }
    out += LANE_BYTES;
  }
}

// Max and average pooling over panels, channels last. As in Keras, padding takes no part: a window at the edge is the smaller for it.
import { LANE_BYTES } from './tile';

/** `x`: [panels][height][width][channels][8]; `out`: [panels][outHeight][outWidth][channels][8]. A NaN in a window makes its maximum NaN. */
export function maxPool(
  x: usize, out: usize, panels: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  poolHeight: i32, poolWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel = <usize>channels * LANE_BYTES;
  const row = <usize>width * pixel;
  for (let p: u32 = 0; p < panels; ++p) {
    for (let oy = 0; oy < outHeight; ++oy) {
      const top = oy * strideY - padTop;
      const y0 = max(0, top);
      const y1 = min(height, top + poolHeight);
      for (let ox = 0; ox < outWidth; ++ox) {
        const edge = ox * strideX - padLeft;
        const x0 = max(0, edge);
        const x1 = min(width, edge + poolWidth);
        for (let c: usize = 0; c < pixel; c += LANE_BYTES) {
          let a = f32x4.splat(-Infinity);
          let b = a;
          for (let y = y0; y < y1; ++y) {
            let from = x + <usize>y * row + <usize>x0 * pixel + c;
            for (let i = x0; i < x1; ++i) {
              a = f32x4.max(a, v128.load(from));
              b = f32x4.max(b, v128.load(from, 16));
              from += pixel;
            }
          }
          v128.store(out, a);
          v128.store(out, b, 16);
          out += LANE_BYTES;
        }
      }
    }
    x += <usize>height * row;
  }
}

/** The same for the mean of a window: summed row by row, then divided by the number of values. */
export function averagePool(
  x: usize, out: usize, panels: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  poolHeight: i32, poolWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel = <usize>channels * LANE_BYTES;
  const row = <usize>width * pixel;
  for (let p: u32 = 0; p < panels; ++p) {
    for (let oy = 0; oy < outHeight; ++oy) {
      const top = oy * strideY - padTop;
      const y0 = max(0, top);
      const y1 = min(height, top + poolHeight);
      for (let ox = 0; ox < outWidth; ++ox) {
        const edge = ox * strideX - padLeft;
        const x0 = max(0, edge);
        const x1 = min(width, edge + poolWidth);
        const count = f32x4.splat(<f32>((y1 - y0) * (x1 - x0)));
        for (let c: usize = 0; c < pixel; c += LANE_BYTES) {
          let a = f32x4.splat(0);
          let b = a;
          for (let y = y0; y < y1; ++y) {
            let from = x + <usize>y * row + <usize>x0 * pixel + c;
            for (let i = x0; i < x1; ++i) {
              a = f32x4.add(a, v128.load(from));
              b = f32x4.add(b, v128.load(from, 16));
              from += pixel;
            }
          }
          v128.store(out, f32x4.div(a, count));
          v128.store(out, f32x4.div(b, count), 16);
          out += LANE_BYTES;
        }
      }
    }
    x += <usize>height * row;
  }
}

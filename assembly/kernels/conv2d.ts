// Two-dimensional convolution over panels, channels last, any kernel size and stride, `same` or `valid` padding.
// Direct: a kernel row over an image row is one contiguous run of kernelWidth * channels terms, so nothing is copied out (no im2col).
// Padding adds no terms: rows and columns outside the image are left out of the sum.
import { packColumns } from './pack';
import { LANE_BYTES, tile1, tile2, tile4 } from './tile';

/** Bytes of `scratch` that `conv2d` takes: the packed kernel. */
export function conv2dScratch(kernelHeight: u32, kernelWidth: u32, channels: u32, filters: u32): usize {
  return <usize>kernelHeight * kernelWidth * channels * filters * 4;
}

/**
 * `x`: [panels][height][width][channels][8]; `w`: [kernelHeight][kernelWidth][channels][filters]; `bias`: [filters];
 * `out`: [panels][outHeight][outWidth][filters][8]. `padTop`, `padLeft`: rows and columns of the kernel's first position that lie
 * outside the image. Results below `floor` become `floor`. `scratch`: conv2dScratch bytes, 16-aligned.
 */
export function conv2d(
  x: usize, w: usize, bias: usize, out: usize, panels: u32, height: i32, width: i32, channels: u32,
  outHeight: i32, outWidth: i32, filters: u32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  padTop: i32, padLeft: i32, scratch: usize, floor: f32,
): void {
  const terms: u32 = <u32>(kernelHeight * kernelWidth) * channels;
  packColumns(w, terms, filters, 0, filters, scratch);
  const pixel = <usize>channels * LANE_BYTES;
  const xRow = <usize>width * pixel;
  const xPanel = <usize>height * xRow;
  const outPixel = <usize>filters * LANE_BYTES;
  const outPanel = <usize>(outHeight * outWidth) * outPixel;
  const tap = <usize>channels << 2; // bytes of one kernel position per packed column
  for (let p: u32 = 0; p < panels; ++p) {
    const image = x + p * xPanel;
    const result = out + p * outPanel;
    // A group of filters stays in the first-level cache while the window slides over the image.
    for (let f: u32 = 0; f < filters; ) {
      const left = filters - f;
      const group: u32 = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      const packed = scratch + ((<usize>f * terms) << 2);
      const b = bias + (<usize>f << 2);
      const wTap = tap * group;
      const wRow = wTap * kernelWidth;
      let to = result + <usize>f * LANE_BYTES;
      for (let oy = 0; oy < outHeight; ++oy) {
        const top = oy * strideY - padTop;
        const ky0 = max(0, -top);
        const ky1 = min(kernelHeight, height - top);
        const runs: u32 = ky1 > ky0 ? ky1 - ky0 : 0;
        for (let ox = 0; ox < outWidth; ++ox) {
          const edge = ox * strideX - padLeft;
          const kx0 = max(0, -edge);
          const kx1 = min(kernelWidth, width - edge);
          const length: u32 = kx1 > kx0 ? <u32>(kx1 - kx0) * channels : 0;
          const from = image + <usize>(top + ky0) * xRow + <usize>(edge + kx0) * pixel;
          const taps = packed + <usize>ky0 * wRow + <usize>kx0 * wTap;
          if (group == 4) tile4(from, xRow, taps, wRow, runs, length, b, to, LANE_BYTES, floor);
          else if (group == 2) tile2(from, xRow, taps, wRow, runs, length, b, to, LANE_BYTES, floor);
          else tile1(from, xRow, taps, wRow, runs, length, b, to, floor);
          to += outPixel;
        }
      }
      f += group;
    }
  }
}

// The register tile under every matrix product: 4 (or 2, or 1) outputs x 8 samples, held in v128 accumulators.
//
// Activations lie in panels of 8 samples: [panel][feature][8] float32, so that a lane is a sample, no operation crosses lanes, and
// a width that is no multiple of 4 wastes nothing. An output is
//     bias + ... : acc = 0; for k in order: acc = acc + x[k] * w[k]; acc = acc + bias
// one float32 multiplication and one addition per term, in the order of k, whatever the tile: the result does not depend on how
// the work was cut. A convolution's terms come in `runs` (one per kernel row), each contiguous in x and in w.

/** Samples in a panel. */
export const PANEL: u32 = 8;
/** Bytes of one feature of a panel. */
export const LANE_BYTES: usize = 32;

/**
 * 4 outputs. `x`: first run's samples; `xStride`, `wStride`: bytes from run to run; `length`: terms in a run; `w`: packed [term][4];
 * `bias`: 4 numbers; `out`: 4 outputs of 8 samples, `outStride` bytes apart; results below `floor` become `floor` (relu: 0, none: -Infinity).
 */
export function tile4(
  x: usize, xStride: usize, w: usize, wStride: usize, runs: u32, length: u32, bias: usize, out: usize, outStride: usize, floor: f32,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (; runs > 0; --runs) {
    let px = x;
    let pw = w;
    const end = px + (<usize>length << 5);
    while (px < end) {
      const x0 = v128.load(px);
      const x1 = v128.load(px, 16);
      let s = v128.load32_splat(pw);
      a0 = f32x4.add(a0, f32x4.mul(x0, s));
      a1 = f32x4.add(a1, f32x4.mul(x1, s));
      s = v128.load32_splat(pw, 4);
      b0 = f32x4.add(b0, f32x4.mul(x0, s));
      b1 = f32x4.add(b1, f32x4.mul(x1, s));
      s = v128.load32_splat(pw, 8);
      c0 = f32x4.add(c0, f32x4.mul(x0, s));
      c1 = f32x4.add(c1, f32x4.mul(x1, s));
      s = v128.load32_splat(pw, 12);
      d0 = f32x4.add(d0, f32x4.mul(x0, s));
      d1 = f32x4.add(d1, f32x4.mul(x1, s));
      px += 32;
      pw += 16;
    }
    x += xStride;
    w += wStride;
  }
  const least = f32x4.splat(floor);
  let s = v128.load32_splat(bias);
  v128.store(out, f32x4.pmax(f32x4.add(a0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(a1, s), least), 16);
  out += outStride;
  s = v128.load32_splat(bias, 4);
  v128.store(out, f32x4.pmax(f32x4.add(b0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(b1, s), least), 16);
  out += outStride;
  s = v128.load32_splat(bias, 8);
  v128.store(out, f32x4.pmax(f32x4.add(c0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(c1, s), least), 16);
  out += outStride;
  s = v128.load32_splat(bias, 12);
  v128.store(out, f32x4.pmax(f32x4.add(d0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(d1, s), least), 16);
}

/** 2 outputs; `w` packed [term][2]. */
export function tile2(
  x: usize, xStride: usize, w: usize, wStride: usize, runs: u32, length: u32, bias: usize, out: usize, outStride: usize, floor: f32,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0;
  for (; runs > 0; --runs) {
    let px = x;
    let pw = w;
    const end = px + (<usize>length << 5);
    while (px < end) {
      const x0 = v128.load(px);
      const x1 = v128.load(px, 16);
      let s = v128.load32_splat(pw);
      a0 = f32x4.add(a0, f32x4.mul(x0, s));
      a1 = f32x4.add(a1, f32x4.mul(x1, s));
      s = v128.load32_splat(pw, 4);
      b0 = f32x4.add(b0, f32x4.mul(x0, s));
      b1 = f32x4.add(b1, f32x4.mul(x1, s));
      px += 32;
      pw += 8;
    }
    x += xStride;
    w += wStride;
  }
  const least = f32x4.splat(floor);
  let s = v128.load32_splat(bias);
  v128.store(out, f32x4.pmax(f32x4.add(a0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(a1, s), least), 16);
  out += outStride;
  s = v128.load32_splat(bias, 4);
  v128.store(out, f32x4.pmax(f32x4.add(b0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(b1, s), least), 16);
}

/** 1 output; `w` packed [term]. */
export function tile1(
  x: usize, xStride: usize, w: usize, wStride: usize, runs: u32, length: u32, bias: usize, out: usize, floor: f32,
): void {
  let a0 = f32x4.splat(0), a1 = a0;
  for (; runs > 0; --runs) {
    let px = x;
    let pw = w;
    const end = px + (<usize>length << 5);
    while (px < end) {
      const s = v128.load32_splat(pw);
      a0 = f32x4.add(a0, f32x4.mul(v128.load(px), s));
      a1 = f32x4.add(a1, f32x4.mul(v128.load(px, 16), s));
      px += 32;
      pw += 4;
    }
    x += xStride;
    w += wStride;
  }
  const least = f32x4.splat(floor);
  const s = v128.load32_splat(bias);
  v128.store(out, f32x4.pmax(f32x4.add(a0, s), least));
  v128.store(out, f32x4.pmax(f32x4.add(a1, s), least), 16);
}

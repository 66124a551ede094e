// The kernels once more, as plainly as they can be written: [sample][...] layout, float32 steps in the engine's order, no vectors.
const f = Math.fround;

/** [rows][terms] times [terms][columns]. */
export function gemm(a: Float32Array, b: Float32Array, rows: number, terms: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; ++r) {
    for (let c = 0; c < columns; ++c) {
      let sum = 0;
      for (let k = 0; k < terms; ++k) sum = f(sum + f(a[r * terms + k] * b[k * columns + c]));
      out[r * columns + c] = sum;
    }
  }
  return out;
}

/** Results below `floor` become `floor`; a NaN stays. */
// biome-ignore lint/complexity/useMathMinMax: Math.max would make 0 of -0.
const raised = (x: number, floor: number): number => (x < floor ? floor : x);

/** `x`: [samples][features]; `w`: [features][units]. The bias is added last. */
export function dense(x: Float32Array, w: Float32Array, bias: Float32Array, features: number, units: number, floor: number): Float32Array {
  const out = gemm(x, w, x.length / features, features, units);
  return out.map((sum, i) => raised(f(sum + bias[i % units]), floor));
}

/** A window that slides over an image, channels last. */
export interface Sliding {
  height: number;
  width: number;
  channels: number;
  outHeight: number;
  outWidth: number;
  kernelHeight: number;
  kernelWidth: number;
  strideY: number;
  strideX: number;
  /** Rows and columns of the first window that lie outside the image. */
  padTop: number;
  padLeft: number;
}

/** Output size and padding before, as Keras has it for `same`. */
export function same(size: number, kernel: number, stride: number): { out: number; before: number } {
  const out = Math.ceil(size / stride);
  const missing = Math.max((out - 1) * stride + kernel - size, 0);
  return { out, before: Math.floor(missing / 2) };
}

export function valid(size: number, kernel: number, stride: number): { out: number; before: number } {
  return { out: Math.ceil((size - kernel + 1) / stride), before: 0 };
}

/** Indices into the image of one sample that the window at (oy, ox) covers, row by row, with their place in the window. */
function* covered(s: Sliding, oy: number, ox: number): Generator<{ pixel: number; tap: number }> {
  for (let ky = 0; ky < s.kernelHeight; ++ky) {
    for (let kx = 0; kx < s.kernelWidth; ++kx) {
      const y = oy * s.strideY - s.padTop + ky;
      const x = ox * s.strideX - s.padLeft + kx;
      if (y < 0 || y >= s.height || x < 0 || x >= s.width) continue;
      yield { pixel: y * s.width + x, tap: ky * s.kernelWidth + kx };
    }
  }
}

/** `x`: [samples][height][width][channels]; `w`: [kernelHeight][kernelWidth][channels][filters]. */
export function conv2d(
  x: Float32Array,
  w: Float32Array,
  bias: Float32Array,
  samples: number,
  s: Sliding,
  filters: number,
  floor: number,
): Float32Array {
  return slide(x, samples, s, filters, (image, taps, filter) => {
    let sum = 0;
    for (const { pixel, tap } of taps) {
      for (let c = 0; c < s.channels; ++c) {
        sum = f(sum + f(image[pixel * s.channels + c] * w[(tap * s.channels + c) * filters + filter]));
      }
    }
    return raised(f(sum + bias[filter]), floor);
  });
}

export function maxPool(x: Float32Array, samples: number, s: Sliding): Float32Array {
  return slide(x, samples, s, s.channels, (image, taps, c) => Math.max(...taps.map(({ pixel }) => image[pixel * s.channels + c])));
}

/** The mean of what lies inside the image. */
export function averagePool(x: Float32Array, samples: number, s: Sliding): Float32Array {
  return slide(x, samples, s, s.channels, (image, taps, c) => {
    const sum = taps.reduce((before, { pixel }) => f(before + image[pixel * s.channels + c]), 0);
    return f(sum / taps.length);
  });
}

function slide(
  x: Float32Array,
  samples: number,
  s: Sliding,
  depth: number,
  value: (image: Float32Array, taps: { pixel: number; tap: number }[], d: number) => number,
): Float32Array {
  const size = s.height * s.width * s.channels;
  const out = new Float32Array(samples * s.outHeight * s.outWidth * depth);
  let at = 0;
  for (let i = 0; i < samples; ++i) {
    const image = x.subarray(i * size, (i + 1) * size);
    for (let oy = 0; oy < s.outHeight; ++oy) {
      for (let ox = 0; ox < s.outWidth; ++ox) {
        const taps = [...covered(s, oy, ox)];
        for (let d = 0; d < depth; ++d) out[at++] = value(image, taps, d);
      }
    }
  }
  return out;
}

export const relu = (x: Float32Array): Float32Array => x.map((v) => raised(v, 0));

export function transpose(x: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
}

/** Rows `indices` of a split as [example][feature]; bytes stand for value / 255. */
export function gather(rows: Uint8Array | Float32Array, features: number, indices: readonly number[]): Float32Array {
  const scale = rows instanceof Uint8Array ? 255 : 1;
  return Float32Array.from(
    indices.flatMap((row) => Array.from(rows.subarray(row * features, (row + 1) * features), (v) => f(f(v) / scale))),
  );
}

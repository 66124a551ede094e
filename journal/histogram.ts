// What remains of an old generation's losses: how they were spread. Statistics for people; nothing of it reaches a run's state.

export const HISTOGRAM_BINS = 64;

/** Equal bins between `minimum` and `maximum`, or bins of equal ratio where the losses span decades. */
export interface LossHistogram {
  scale: 'linear' | 'log';
  /** Of the finite losses; NaN-free, 0 where there are none. */
  minimum: number;
  maximum: number;
  mean: number;
  /** Individuals in all. */
  count: number;
  /** Individuals whose loss was not finite: in no bin. */
  infinite: number;
  /** [HISTOGRAM_BINS] */
  bins: Uint32Array;
}

/** Bins have equal ratios where the largest loss is more than this many times the smallest, and that one is positive. */
const LOG_ABOVE_RATIO = 100;

export function shrinkLosses(losses: Float32Array): LossHistogram {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let finite = 0;
  for (const loss of losses) {
    if (!Number.isFinite(loss)) continue;
    if (loss < minimum) minimum = loss;
    if (loss > maximum) maximum = loss;
    sum += loss;
    finite++;
  }
  const bins = new Uint32Array(HISTOGRAM_BINS);
  const shape = { count: losses.length, infinite: losses.length - finite, bins };
  if (finite === 0) return { scale: 'linear', minimum: 0, maximum: 0, mean: 0, ...shape };
  const scale = minimum > 0 && maximum / minimum > LOG_ABOVE_RATIO ? 'log' : 'linear';
  const place = scale === 'log' ? Math.log : (loss: number) => loss;
  const low = place(minimum);
  const width = place(maximum) - low;
  for (const loss of losses) {
    if (!Number.isFinite(loss)) continue;
    const bin = width > 0 ? Math.floor(((place(loss) - low) / width) * HISTOGRAM_BINS) : 0;
    bins[Math.min(bin, HISTOGRAM_BINS - 1)]++;
  }
  return { scale, minimum: minimum + 0, maximum: maximum + 0, mean: sum / finite + 0, ...shape };
}

/** The lower and upper edge of bin `bin`. */
export function binEdges(histogram: LossHistogram, bin: number): [number, number] {
  const edge = (at: number): number =>
    histogram.scale === 'log'
      ? histogram.minimum * (histogram.maximum / histogram.minimum) ** at
      : histogram.minimum + (histogram.maximum - histogram.minimum) * at;
  return [edge(bin / HISTOGRAM_BINS), edge((bin + 1) / HISTOGRAM_BINS)];
}

const VERSION = 1;
const HEAD_BYTES = 36;
export const HISTOGRAM_BYTES = HEAD_BYTES + 4 * HISTOGRAM_BINS;

/**
 * Little-endian: u8 version, u8 scale (0 linear, 1 log), u16 bins, float64 minimum, maximum, mean, u32 count, u32 infinite, then u32 a bin.
 */
export function encodeHistogram(histogram: LossHistogram): Uint8Array {
  const bytes = new Uint8Array(HISTOGRAM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, histogram.scale === 'log' ? 1 : 0);
  view.setUint16(2, HISTOGRAM_BINS, true);
  view.setFloat64(4, histogram.minimum, true);
  view.setFloat64(12, histogram.maximum, true);
  view.setFloat64(20, histogram.mean, true);
  view.setUint32(28, histogram.count, true);
  view.setUint32(32, histogram.infinite, true);
  histogram.bins.forEach((count, bin) => {
    view.setUint32(HEAD_BYTES + 4 * bin, count, true);
  });
  return bytes;
}

/** Undefined where the bytes are no histogram. */
export function decodeHistogram(bytes: Uint8Array): LossHistogram | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length !== HISTOGRAM_BYTES || view.getUint8(0) !== VERSION || view.getUint16(2, true) !== HISTOGRAM_BINS) return undefined;
  return {
    scale: view.getUint8(1) === 1 ? 'log' : 'linear',
    minimum: view.getFloat64(4, true),
    maximum: view.getFloat64(12, true),
    mean: view.getFloat64(20, true),
    count: view.getUint32(28, true),
    infinite: view.getUint32(32, true),
    bins: Uint32Array.from({ length: HISTOGRAM_BINS }, (_, bin) => view.getUint32(HEAD_BYTES + 4 * bin, true)),
  };
}

// Losses of single examples, [example][output]. Those without exp and log in float32, in the engine's order; the others in float64.
const f = Math.fround;

/** Mean over outputs of the squared difference. */
export function squaredError(z: Float32Array, targets: Float32Array, outputs: number): Float32Array {
  return examples(z, outputs, (row, example) => {
    let sum = 0;
    row.forEach((v, j) => {
      const d = f(v - targets[example * outputs + j]);
      sum = f(sum + f(d * d));
    });
    return sum / outputs;
  });
}

/** Targets of classes: one-hot, or the class number itself where there is one output. */
export function oneHot(labels: Int32Array, outputs: number): Float32Array {
  if (outputs === 1) return Float32Array.from(labels, (label) => (label === 1 ? 1 : 0));
  return Float32Array.from({ length: labels.length * outputs }, (_, i) => (labels[Math.floor(i / outputs)] === i % outputs ? 1 : 0));
}

/** 1 where the first largest output is the label's and none is NaN; one output: above 0.5 is class 1. */
export function hits(z: Float32Array, labels: Int32Array, outputs: number): Float32Array {
  return examples(z, outputs, (row, example) => {
    if (row.some(Number.isNaN)) return 0;
    const guess = outputs === 1 ? Number(row[0] > 0.5) : row.indexOf(Math.max(...row));
    return guess === labels[example] ? 1 : 0;
  });
}

/** Float64: log sum exp(z / T) minus the expectation of z / T under the smoothed label. */
export function crossEntropy(z: Float32Array, labels: Int32Array, outputs: number, temperature: number, smoothing: number): Float64Array {
  const rows = Float64Array.from({ length: labels.length });
  labels.forEach((label, example) => {
    const v = Array.from(z.subarray(example * outputs, (example + 1) * outputs), (x) => x / temperature);
    const most = Math.max(...v);
    const sum = v.reduce((s, x) => s + Math.exp(x - most), 0);
    // Shifted by the largest: at 1e6 the unshifted sum would lose the digits that are compared.
    const expected = v.reduce((s, x, j) => s + (x - most) * ((j === label ? 1 - smoothing : 0) + smoothing / outputs), 0);
    rows[example] = Math.log(sum) - expected;
  });
  return rows;
}

/** Float64. */
export function softmax(z: Float32Array, outputs: number): Float64Array {
  const out = new Float64Array(z.length);
  for (let at = 0; at < z.length; at += outputs) {
    const row = z.subarray(at, at + outputs);
    const most = Math.max(...row);
    const sum = row.reduce((s, x) => s + Math.exp(x - most), 0);
    row.forEach((x, j) => {
      out[at + j] = Math.exp(x - most) / sum;
    });
  }
  return out;
}

/** Float64 sum from the first to the last; what is not finite is +Infinity. */
export function mean(values: Float32Array): number {
  const result = f(values.reduce((sum, v) => sum + v, 0) / values.length);
  return Number.isFinite(result) ? result : Number.POSITIVE_INFINITY;
}

function examples(z: Float32Array, outputs: number, value: (row: Float32Array, example: number) => number): Float32Array {
  return Float32Array.from({ length: z.length / outputs }, (_, i) => value(z.subarray(i * outputs, (i + 1) * outputs), i));
}

// Z-score fitness shaping: (mean - loss) / standard deviation, clipped.

/**
 * `losses`: [n] float32; `out`: [n] float32 utilities within +-`clip`. Infinities (and what is not a number) first become the worst
 * finite loss. All are 0 without a finite loss or without a difference. Sums are float64, in the order of the index.
 */
export function shapeZScore(losses: usize, n: u32, clip: f32, out: usize): void {
  const bytes = usize(n) << 2;
  let worst: f32 = -Infinity;
  for (let i: usize = 0; i < bytes; i += 4) {
    const loss = load<f32>(losses + i);
    if (isFinite<f32>(loss) && loss > worst) worst = loss;
  }
  let sum: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const loss = load<f32>(losses + i);
    sum += f64(isFinite<f32>(loss) ? loss : worst);
  }
  const mean = sum / f64(n);
  let squares: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const loss = load<f32>(losses + i);
    const from = f64(isFinite<f32>(loss) ? loss : worst) - mean;
    squares += from * from;
  }
  const deviation = sqrt<f64>(squares / f64(n));
  if (!(deviation > 0 && worst > -Infinity)) {
    memory.fill(out, 0, bytes);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 4) {
    const loss = load<f32>(losses + i);
    const z = (mean - f64(isFinite<f32>(loss) ? loss : worst)) / deviation;
    store<f32>(out + i, f32(max<f64>(min<f64>(z, f64(clip)), -f64(clip))));
  }
}

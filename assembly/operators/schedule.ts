// How mutation strength (or any other number) changes over a run.
import { SIGMA } from '../rng/streams';
import { word } from '../rng/philox';

/** Always `value`. */
export function scheduleConstant(value: f32): f32 {
  return value;
}

/** From `from` to `to` geometrically over `horizon` generations, then `to`. Both of one sign; if `from` is 0, it stays 0 until the end. */
export function scheduleExponential(from: f32, to: f32, generation: u32, horizon: u32): f32 {
  if (generation >= horizon) return to;
  if (generation == 0 || from == 0) return from;
  return f32(f64(from) * NativeMath.pow(f64(to) / f64(from), f64(generation) / f64(horizon)));
}

/**
 * Adaptive to convergence: `sigma` times `rate` (above 1) while the population's spread, (mean - best) / |mean| of its losses, is below
 * `spread`, divided by it otherwise; kept within `minimum` and `maximum`. Where best or mean is not finite, sigma stays.
 */
export function scheduleAdaptive(sigma: f32, best: f32, mean: f32, spread: f32, rate: f32, minimum: f32, maximum: f32): f32 {
  if (isFinite<f32>(best) && isFinite<f32>(mean)) {
    // By a product, so that a mean of 0 divides nothing: without any difference the spread counts as small.
    const converged = f64(mean) - f64(best) < f64(spread) * abs<f64>(f64(mean)) || mean == best;
    sigma = converged ? sigma * rate : sigma / rate;
  }
  return max<f32>(min<f32>(sigma, maximum), minimum);
}

/**
 * Self-adaptive (SAMR: Clune et al., "Natural selection fails to optimize mutation rates", 2008; the step of Schwefel's ES): the
 * parent's times `factor` to the power of U(-1, 1), kept within `minimum` and `maximum`.
 */
export function selfAdaptiveSigma(
  parent: f32, factor: f32, minimum: f32, maximum: f32, seedLo: u32, seedHi: u32, individual: u32, generation: u32,
): f32 {
  const u = f64(word(seedLo, seedHi, 0, individual, generation, SIGMA)) / 2147483648.0 - 1;
  const sigma = f32(f64(parent) * NativeMath.pow(f64(factor), u));
  return max<f32>(min<f32>(sigma, maximum), minimum);
}

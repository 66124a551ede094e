// The numbers that follow a schedule: mutation strength and learning rate of a generation.
import { HORIZON, RATE, RATE_A, RATE_B, SIGMA, SIGMA_A, SIGMA_B, SIGMA_EXPONENTIAL } from '../layout';
import { scheduleExponential } from '../operators/schedule';
import { getF, getU } from './record';

/** Sigma of `generation` by schedule; the adaptive ones' first value. */
export function scheduledSigma(config: usize, generation: u32): f32 {
  if (getU(config, SIGMA) != SIGMA_EXPONENTIAL) return getF(config, SIGMA_A);
  return scheduleExponential(getF(config, SIGMA_A), getF(config, SIGMA_B), generation, getU(config, HORIZON));
}

export function learningRate(config: usize, generation: u32): f32 {
  if (getU(config, RATE) != SIGMA_EXPONENTIAL) return getF(config, RATE_A);
  return scheduleExponential(getF(config, RATE_A), getF(config, RATE_B), generation, getU(config, HORIZON));
}

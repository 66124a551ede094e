// Generation 0.
import { CAPACITY, ES, ALGORITHM, BETA1_POWER, BETA2_POWER, FOUNDERS, GENERATION, PARENTS, POOL, RANKS, STATE_SIGMA } from '../layout';
import { getU, setF, setU } from './record';
import { scheduledSigma } from './schedule';
import { inheritedOf, ranksOf, sigmasOf, stateBytes } from './state';

/** Fills `state` for generation 0; the weights of its FOUNDERS parents are the host's to draw (`founder`) or to give. */
export function start(config: usize, state: usize): void {
  const capacity = getU(config, CAPACITY);
  memory.fill(state, 0, stateBytes(capacity, getU(config, POOL)));
  const sigma = scheduledSigma(config, 0);
  const count: u32 = getU(config, ALGORITHM) == ES ? 1 : getU(config, FOUNDERS);
  setU(state, GENERATION, 0);
  setU(state, PARENTS, count);
  setU(state, RANKS, count);
  setF(state, STATE_SIGMA, sigma);
  setF(state, BETA1_POWER, 1);
  setF(state, BETA2_POWER, 1);
  for (let i: u32 = 0; i < count; ++i) {
    setU(ranksOf(state), i, i);
    setF(sigmasOf(state, capacity), i, sigma);
    setF(inheritedOf(state, capacity), i, Infinity); // nothing to inherit from a founder
  }
}

// First genomes. Glorot and Bengio 2010; He et al. 2015, both in their normal form.
import {
  INIT, INIT_GLOROT, INIT_HE, INIT_NORMAL, INIT_SCALE, INIT_UNIFORM, PARAMETERS, SEED_HI, SEED_LO, SEGMENTS, SEGMENT_BIASED, SEGMENT_COLUMNS,
  SEGMENT_COUNT, SEGMENT_FAN_IN, SEGMENT_FAN_OUT, SEGMENT_OFFSET, SEGMENT_ROWS, SEGMENT_WORDS,
} from '../layout';
import { normal } from '../rng/normal';
import { INIT as STREAM } from '../rng/streams';
import { uniform } from '../rng/uniform';
import { getF, getU } from './record';

/** Draws the genome of founder `individual` of `generation` to `out`. Weight j takes draw j. `scratch`: 64 bytes. */
export function founder(config: usize, individual: u32, generation: u32, out: usize, scratch: usize): void {
  const kind = getU(config, INIT);
  const scale = getF(config, INIT_SCALE);
  const count = getU(config, PARAMETERS);
  const seedLo = getU(config, SEED_LO);
  const seedHi = getU(config, SEED_HI);
  if (kind == INIT_NORMAL) {
    normal(out, 0, count, scale, seedLo, seedHi, individual, generation, STREAM, scratch);
    return;
  }
  if (kind == INIT_UNIFORM) {
    uniform(out, 0, count, seedLo, seedHi, individual, generation, STREAM);
    for (const end = out + (<usize>count << 2); out < end; out += 4) store<f32>(out, (load<f32>(out) * 2 - 1) * scale);
    return;
  }
  memory.fill(out, 0, <usize>count << 2);
  if (kind != INIT_GLOROT && kind != INIT_HE) return;
  const segments = getU(config, SEGMENTS);
  for (let i: u32 = 0; i < getU(config, SEGMENT_COUNT); ++i) {
    const segment = segments + <usize>i * (SEGMENT_WORDS * 4);
    const fanIn = getU(segment, SEGMENT_FAN_IN);
    const fan = kind == INIT_HE ? fanIn : fanIn + getU(segment, SEGMENT_FAN_OUT);
    const kernel = (getU(segment, SEGMENT_ROWS) - getU(segment, SEGMENT_BIASED)) * getU(segment, SEGMENT_COLUMNS);
    const offset = getU(segment, SEGMENT_OFFSET);
    normal(out + (<usize>offset << 2), offset, kernel, sqrt<f32>(2 / <f32>fan) * scale, seedLo, seedHi, individual, generation, STREAM, scratch);
  }
}

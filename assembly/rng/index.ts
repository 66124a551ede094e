// What the module exports of assembly/rng.
export { below, philox4x32, word } from './philox';
export { normal } from './normal';
export { uniform, uniformAt } from './uniform';

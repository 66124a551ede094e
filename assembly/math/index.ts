// What the module exports of assembly/math.
export { expArray, logArray, sigmoidArray, tanhArray } from './arrays';

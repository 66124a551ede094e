// A dataset as the engine takes it: examples in rows, split once and for all. Reading one from files is data/'s work.

/** Examples of one split. Row r of `inputs` is example r; its target is entry (or row) r of `targets`. */
export interface Split {
  /** How many examples. */
  count: number;
  /** [count, features], row-major. Bytes stand for value / 255; float32 is taken as it is. */
  inputs: Uint8Array | Float32Array;
  /** Classification: [count] class numbers. Regression: [count, outputs] float32, row-major. */
  targets: Uint16Array | Float32Array;
}

export const SPLITS = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof SPLITS)[number];

export interface Dataset {
  name: string;
  /** SHA-256 (hex) of the content: what journals and servers call it by. */
  hash: string;
  /** Shape of one example without the batch, channels last: [28, 28, 1] or [2]. */
  shape: number[];
  /** Classification: the number of classes. Regression: null. */
  classes: number | null;
  /** Numbers that a network puts out for an example: the classes, or the width of a regression target. */
  outputs: number;
  splits: Record<SplitName, Split>;
}

// What the host may call. No heap, no strings, no mutable statics below this line: every function takes its pointers.
export * from './evolution/batch';
export * from './evolution/digest';
export * from './evolution/digest-state';
export * from './evolution/es';
export * from './evolution/evaluate';
export * from './evolution/express';
export * from './evolution/fast';
export * from './evolution/ga';
export * from './evolution/init';
export * from './evolution/lineage';
export * from './evolution/mates';
export * from './evolution/order';
export * from './evolution/start';
export * from './evolution/state';
export * from './kernels/activation';
export * from './kernels/conv2d';
export * from './kernels/dense';
export * from './kernels/gather';
export * from './kernels/gemm';
export * from './kernels/loss';
export * from './kernels/pool';
export * from './math/index';
export * from './network/forward';
export * from './operators/index';
export * from './rng/index';

/** The first byte that the host may use: the engine's constants lie below it. */
export function heapBase(): usize {
  return __heap_base;
}

// tfjs-backend-wasm on one thread with SIMD: what the kernels are compared with.
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

let ready: Promise<void> | null = null;

async function start(): Promise<void> {
  const backend = await import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  backend.setWasmPaths(`${folder}${sep}`);
  backend.setThreadsCount(1);
  // Its multithreaded binary is out: one core against one core.
  core.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await core.setBackend('wasm');
  await core.ready();
  if (!core.env().get('WASM_HAS_SIMD_SUPPORT')) throw new Error('tfjs-backend-wasm runs without SIMD here');
}

export async function tensorflow() {
  ready ??= start();
  await ready;
  return {
    tensor: (values: Float32Array, shape: number[]) => core.tensor(values, shape),
    matMul(a: core.Tensor2D, b: core.Tensor2D): void {
      const c = core.matMul(a, b);
      c.dataSync();
      c.dispose();
    },
    modelFromTopology: async (topology: unknown): Promise<layers.LayersModel> =>
      layers.models.modelFromJSON({ modelTopology: topology } as never),
    /** One forward pass of the whole batch (`predict` would cut it into 32s), result read. */
    forward(model: layers.LayersModel, x: core.Tensor): void {
      core.tidy(() => (model.predictOnBatch(x) as core.Tensor).dataSync());
    },
  };
}

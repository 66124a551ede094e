// A network in the engine, for looking at what it says: examples in, outputs out. The engine's own kernels, over a memory of its own.
import * as L from '../../assembly/layout.ts';
import type { Dataset, Split } from '../../core/dataset.ts';
import type { Engine } from '../../core/engine.ts';
import { Evolution } from '../../core/evolution.ts';
import { type Ground, prepareGround } from '../../core/ground.ts';
import type { Network } from '../../core/network.ts';
import { SCORE_PANELS } from '../../core/plan.ts';
import type { WeightsSettings } from '../../core/settings.ts';

/** Examples that go through together. */
const MOST = SCORE_PANELS * 8;

export class Forward {
  readonly network: Network;
  readonly #evolution: Evolution;
  readonly #ground: Ground;
  /** Of the softmax that is left to a cross-entropy; null: the network's outputs are the last word. */
  readonly #temperature: number | null;

  /** `dataset`: for the shape of its examples. Throws NetworkError, SettingsError or MemoryError. */
  constructor(engine: Pick<Engine, 'own' | 'shared'>, settings: WeightsSettings, dataset: Pick<Dataset, 'shape' | 'classes' | 'outputs'>) {
    this.#ground = prepareGround({
      engine,
      // Nothing evolves here: as small a run as there can be.
      settings: { ...settings, algorithm: { name: 'random' }, population: 2, batch: [{ generation: 0, size: 1 }], path: 'general' },
      dataset: { ...dataset, name: '', hash: '', splits: { train: one(dataset), validation: one(dataset), test: one(dataset) } },
      seed: 0n,
      threads: 0,
      shared: false,
      started: false,
    });
    this.#evolution = new Evolution(this.#ground);
    this.network = this.#ground.config.network;
    // A cross-entropy's network ends before its softmax, if it has one at all.
    this.#temperature = settings.loss.name === 'cross-entropy' ? settings.loss.temperature : null;
  }

  /** The network's weights from now on, [parameters]. */
  load(genome: Float32Array): void {
    this.#evolution.candidate(0, genome);
  }

  /** Outputs [count, outputs] of examples [count, features], bytes standing for value / 255. Probabilities where the loss is a cross-entropy. */
  run(inputs: Split['inputs'], count: number): Float32Array {
    const { features, outputs } = this.network;
    const out = new Float32Array(count * outputs);
    for (let first = 0; first < count; first += MOST) {
      const some = Math.min(MOST, count - first);
      this.#forward(inputs.subarray(first * features, (first + some) * features), some, out.subarray(first * outputs));
    }
    return out;
  }

  #forward(inputs: Split['inputs'], count: number, out: Float32Array): void {
    const { plan, config, memory } = this.#ground;
    const { features, outputs } = this.network;
    const own = plan.threads[0];
    const { engine } = this.#evolution;
    const numbers = new Float32Array(memory.buffer);
    const whole = inputs instanceof Uint8Array ? 255 : 1;
    // Panels: eight examples side by side, number by number.
    const panels = Math.ceil(count / 8);
    const x = own.panels >>> 2;
    numbers.fill(0, x, x + panels * features * 8);
    for (let i = 0; i < count; ++i) {
      const at = x + (i >> 3) * features * 8 + (i & 7);
      for (let f = 0; f < features; ++f) numbers[at + f * 8] = inputs[i * features + f] / whole;
    }
    engine.exampleLosses(plan.config, 0, own.weights, own.panels, own.targets, panels, plan.scores, 0, own.buffers, own.packing);
    // Operations write the two buffers in turn.
    const odd = config.words[L.PROGRAM_LENGTH] & 1;
    const result = (odd ? own.buffers : own.buffers + ((engine.bufferBytes(plan.config) >>> 0) >>> 1)) >>> 2;
    for (let i = 0; i < count; ++i) {
      const at = result + (i >> 3) * outputs * 8 + (i & 7);
      const row = out.subarray(i * outputs, (i + 1) * outputs);
      for (let o = 0; o < outputs; ++o) row[o] = numbers[at + o * 8];
      if (this.#temperature !== null) softmax(row, this.#temperature);
    }
  }
}

/** A split with one example, all zeros: the engine is given its examples directly. */
function one({ shape, classes, outputs }: Pick<Dataset, 'shape' | 'classes' | 'outputs'>): Split {
  const features = shape.reduce((a, b) => a * b, 1);
  return { count: 1, inputs: new Float32Array(features), targets: classes === null ? new Float32Array(outputs) : new Uint16Array(1) };
}

function softmax(row: Float32Array, temperature: number): void {
  const most = Math.max(...row);
  let sum = 0;
  for (let i = 0; i < row.length; ++i) {
    row[i] = Math.exp((row[i] - most) / temperature);
    sum += row[i];
  }
  for (let i = 0; i < row.length; ++i) row[i] /= sum;
}

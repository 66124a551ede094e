// The general path from a genome to its loss: network, losses of single examples, mean.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as L from '../../../assembly/layout.ts';
import { compileNetwork } from '../../../core/network.ts';
import { crossEntropy, hits, mean, oneHot, squaredError } from '../../reference/losses.ts';
import { type Layer, network } from '../../reference/network.ts';
import { Arena } from '../kernels/arena.ts';
import { numbers, wholes } from '../kernels/numbers.ts';
import { fromPanels, toPanels } from '../kernels/panels.ts';
import { sameBits } from '../kernels/same-bits.ts';

const arena = new Arena();
const { engine } = arena;
const SHAPE = [6, 5, 2];
const CLASSES = 4;
const layers: Layer[] = [
  { class_name: 'Conv2D', config: { filters: 3, kernel_size: 3, padding: 'same', activation: 'relu' } },
  { class_name: 'MaxPooling2D', config: {} },
  { class_name: 'Flatten', config: {} },
  { class_name: 'Dense', config: { units: 9, activation: 'relu', use_bias: false } },
  { class_name: 'Dense', config: { units: CLASSES } },
];
const compiled = compileNetwork({ class_name: 'Sequential', config: { layers } }, SHAPE);
const weights = numbers(1, compiled.parameters);

interface Case {
  examples: number;
  chunk: number;
  loss: number;
  targets: Int32Array | Float32Array;
  x: Float32Array;
}

/** The mean loss, and the losses and hits of the single examples. */
function evaluated({ examples, chunk, loss, targets, x }: Case) {
  arena.clear();
  const classes = targets instanceof Int32Array;
  const panels = Math.ceil(examples / 8);
  const config = new Uint32Array(L.CONFIG_WORDS);
  const floats = new Float32Array(config.buffer);
  config[L.OUTPUTS] = CLASSES;
  config[L.FEATURES] = compiled.features;
  config[L.WIDEST] = compiled.widest;
  config[L.CHUNK] = chunk;
  config[L.LOSS] = loss;
  config[L.CLASSES] = classes ? 1 : 0;
  floats[L.TEMPERATURE] = 1;
  config[L.PROGRAM] = arena.input(compiled.program);
  config[L.PROGRAM_LENGTH] = compiled.program.length / L.OP_WORDS;
  config[L.ZEROS] = arena.input(new Float32Array(16));
  const at = arena.input(config);
  expect(engine.targetPanelBytes(at)).toBe(classes ? 32 : CLASSES * 32);
  // Lanes past the last example hold what is no number: they must not count.
  const padded = toPanels(x, examples, compiled.features);
  const rest = examples % 8;
  if (rest) for (let i = (panels - 1) * compiled.features * 8; i < padded.length; ++i) if (i % 8 >= rest) padded[i] = Number.NaN;
  const given = new (classes ? Int32Array : Float32Array)(panels * 8 * (classes ? 1 : CLASSES));
  given.set(classes ? targets : toPanels(targets, examples, CLASSES));
  const [genome, from, to] = [arena.input(weights), arena.input(padded), arena.input(given)];
  const [perExample, correct] = [arena.room(panels * 32), arena.room(panels * 32)];
  const buffers = arena.room(engine.bufferBytes(at));
  const scratch = arena.scratch(Math.max(...compiled.segments.map((s) => s.fanIn * Math.max(s.columns, 16) * 4)));
  const result = engine.evaluate(at, genome, from, to, examples, perExample, buffers, scratch);
  const losses = fromPanels(arena.floats(perExample, panels * 8), examples, 1);
  if (panels <= chunk) engine.exampleLosses(at, 0, genome, from, to, panels, perExample, correct, buffers, scratch);
  arena.check();
  return { result, losses, correct: panels <= chunk ? fromPanels(arena.floats(correct, panels * 8), examples, 1) : null };
}

const sizes = { examples: fc.integer({ min: 1, max: 45 }), chunk: fc.integer({ min: 1, max: 8 }), seed: fc.nat() };
const inputs = (seed: number, examples: number) => numbers(seed, examples * compiled.features);

describe('evaluate', () => {
  it('has the bits of the scalar squared error, however its panels are chunked', () => {
    fc.assert(
      fc.property(fc.record(sizes), fc.boolean(), ({ examples, chunk, seed }, classes) => {
        const x = inputs(seed, examples);
        const targets = classes ? wholes(seed + 1, examples, CLASSES) : numbers(seed + 1, examples * CLASSES);
        const z = network(layers, weights, x, SHAPE);
        const expected = squaredError(z, targets instanceof Int32Array ? oneHot(targets, CLASSES) : targets, CLASSES);
        const { result, losses } = evaluated({ examples, chunk, loss: L.LOSS_SQUARED_ERROR, targets, x });
        sameBits(losses, expected);
        expect(result).toBe(mean(expected));
      }),
    );
  });

  it('counts the examples that are not guessed', () => {
    fc.assert(
      fc.property(fc.record(sizes), ({ examples, chunk, seed }) => {
        const x = inputs(seed, examples);
        const targets = wholes(seed + 1, examples, CLASSES);
        const guessed = hits(network(layers, weights, x, SHAPE), targets, CLASSES);
        const { result, correct } = evaluated({ examples, chunk, loss: L.LOSS_ERROR_RATE, targets, x });
        expect(result).toBe(mean(guessed.map((hit) => 1 - hit)));
        if (correct) sameBits(correct, guessed);
      }),
    );
  });

  it('gives an example the same cross-entropy alone, in any place and in any chunk', () => {
    const examples = 21;
    const x = inputs(7, examples);
    const targets = wholes(8, examples, CLASSES);
    const whole = evaluated({ examples, chunk: 8, loss: L.LOSS_CROSS_ENTROPY, targets, x }).losses;
    const expected = crossEntropy(network(layers, weights, x, SHAPE), targets, CLASSES, 1, 0);
    for (const chunk of [1, 2, 3]) sameBits(evaluated({ examples, chunk, loss: L.LOSS_CROSS_ENTROPY, targets, x }).losses, whole);
    for (let i = 0; i < examples; ++i) {
      expect(Math.abs(whole[i] - expected[i])).toBeLessThan(2e-6 * Math.max(1, expected[i]));
      const one = x.slice(i * compiled.features, (i + 1) * compiled.features);
      const alone = evaluated({ examples: 1, chunk: 1, loss: L.LOSS_CROSS_ENTROPY, targets: targets.slice(i, i + 1), x: one });
      expect(alone.result).toBe(whole[i]);
    }
  });

  it('makes +Infinity of one example that has no loss', () => {
    const x = inputs(9, 10);
    x[3 * compiled.features] = Number.NaN;
    const targets = wholes(8, 10, CLASSES);
    for (const loss of [L.LOSS_CROSS_ENTROPY, L.LOSS_SQUARED_ERROR]) {
      expect(evaluated({ examples: 10, chunk: 2, loss, targets, x }).result).toBe(Number.POSITIVE_INFINITY);
    }
    expect(evaluated({ examples: 10, chunk: 2, loss: L.LOSS_ERROR_RATE, targets, x }).result).toBeLessThanOrEqual(1);
  });
});

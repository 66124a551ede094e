// Compiled programs, bit for bit against the same layers in scalar TypeScript.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../core/network.ts';
import { type Layer, network } from '../../reference/network.ts';
import { Arena } from '../kernels/arena.ts';
import { numbers } from '../kernels/numbers.ts';
import { sameBits } from '../kernels/same-bits.ts';
import { forwarded } from './forwarded.ts';

const arena = new Arena();

const upTo = (max: number) => fc.integer({ min: 1, max });
const window = { strides: fc.tuple(upTo(3), upTo(3)), padding: fc.constantFrom('same', 'valid') };
const exact = fc.constantFrom('linear', 'relu');
const layerOf = (class_name: string, config: fc.Arbitrary<Record<string, unknown>>) =>
  config.map((c): Layer => ({ class_name, config: c }));
const imageLayer: fc.Arbitrary<Layer> = fc.oneof(
  layerOf(
    'Conv2D',
    fc.record({ ...window, filters: upTo(9), kernel_size: fc.tuple(upTo(4), upTo(4)), use_bias: fc.boolean(), activation: exact }),
  ),
  layerOf('MaxPooling2D', fc.record({ ...window, pool_size: upTo(3) })),
  layerOf('AveragePooling2D', fc.record({ ...window, pool_size: fc.tuple(upTo(3), upTo(3)) })),
  layerOf('ReLU', fc.constant({})),
  layerOf('Dropout', fc.constant({ rate: 0.5 })),
);
const flatLayer: fc.Arbitrary<Layer> = fc.oneof(
  layerOf('Dense', fc.record({ units: upTo(20), use_bias: fc.boolean(), activation: exact })),
  layerOf('Activation', fc.record({ activation: exact })),
);
const topology = fc.record({
  shape: fc.tuple(upTo(12), upTo(12), upTo(4)),
  images: fc.array(imageLayer, { maxLength: 4 }),
  flat: fc.array(flatLayer, { maxLength: 3 }),
  outputs: upTo(11),
});

describe('forward', () => {
  it('has the bits of the scalar network, whatever its layers', () => {
    let compiledOnes = 0;
    fc.assert(
      fc.property(topology, fc.integer({ min: 0, max: 20 }), fc.nat(), ({ shape, images, flat, outputs }, samples, seed) => {
        const layers = [
          ...images,
          { class_name: 'Flatten', config: {} },
          ...flat,
          { class_name: 'Dense', config: { units: outputs, activation: 'linear' } },
        ];
        let compiled: ReturnType<typeof compileNetwork>;
        try {
          compiled = compileNetwork({ class_name: 'Sequential', config: { layers } }, shape);
        } catch (error) {
          // The one thing that this generator can get wrong.
          expect((error as Error).message).toMatch(/its window of \d is larger than what comes in/);
          return fc.pre(false);
        }
        compiledOnes += 1;
        const weights = numbers(seed, compiled.parameters);
        const x = numbers(seed + 1, samples * compiled.features);
        sameBits(forwarded(arena, compiled, weights, x), network(layers, weights, x, shape));
      }),
      { numRuns: 300, maxSkipsPerRun: 20 },
    );
    expect(compiledOnes).toBe(300);
  });

  it('is close to float64 activations where there are exponentials', () => {
    const layers: Layer[] = [
      { class_name: 'Conv2D', config: { filters: 5, kernel_size: 3, padding: 'same', activation: 'tanh' } },
      { class_name: 'AveragePooling2D', config: {} },
      { class_name: 'Activation', config: { activation: 'sigmoid' } },
      { class_name: 'Reshape', config: { target_shape: [80] } },
      { class_name: 'Dense', config: { units: 9, activation: 'sigmoid' } },
      { class_name: 'Dense', config: { units: 6, use_bias: false } },
      { class_name: 'Softmax', config: {} },
    ];
    const compiled = compileNetwork(sequential(layers), [8, 8, 2]);
    const weights = numbers(1, compiled.parameters).map((w) => w / 2);
    const x = numbers(2, 11 * 128);
    const expected = network(layers, weights, x, [8, 8, 2]);
    forwarded(arena, compiled, weights, x).forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(2e-6);
    });
  });

  it('gives back the input where there is nothing to do', () => {
    const x = numbers(1, 24);
    const at = arena.input(x);
    expect(arena.engine.forward(0, 0, 0, 0, 0, at, 1, 0, 0, 0)).toBe(at);
  });

  it('takes the weights of a layer without a bias from right behind the one before', () => {
    const layers: Layer[] = [
      { class_name: 'Dense', config: { units: 3, use_bias: false, activation: 'relu' } },
      { class_name: 'Dense', config: { units: 2, use_bias: true } },
    ];
    const compiled = compileNetwork(sequential(layers), [4]);
    expect(compiled.tensors.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 12],
      [12, 6],
      [18, 2],
    ]);
    const weights = numbers(3, 20);
    const x = numbers(4, 4 * 9);
    sameBits(forwarded(arena, compiled, weights, x), network(layers, weights, x, [4]));
  });
});

function sequential(layers: Layer[]): unknown {
  return { class_name: 'Sequential', config: { layers } };
}

import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../core/formats/error.ts';
import { genomeFrom } from '../../../core/formats/genome.ts';
import { readSafetensors, writeSafetensors } from '../../../core/formats/safetensors.ts';
import { readTfjs, writeTfjs } from '../../../core/formats/tfjs.ts';
import { compileNetwork, type Network } from '../../../core/network.ts';
import { forward } from './forward.ts';

const layer = (class_name: string, config: Record<string, unknown> = {}) => ({ class_name, config });
const sequential = (...layers: object[]) => ({ class_name: 'Sequential', config: { name: 'net', layers } });

const networks: [string, Network][] = [
  [
    'dense',
    compileNetwork(sequential(layer('Dense', { units: 5, activation: 'tanh' }), layer('Dense', { units: 3, activation: 'softmax' })), [4]),
  ],
  [
    'dense without bias',
    compileNetwork(sequential(layer('Dense', { units: 2, use_bias: false }), layer('Activation', { activation: 'sigmoid' })), [3]),
  ],
  [
    'convolutional',
    compileNetwork(
      sequential(
        layer('Conv2D', { filters: 3, kernel_size: [3, 3], padding: 'same', activation: 'relu' }),
        layer('MaxPooling2D', { pool_size: [2, 2], strides: [2, 2] }),
        layer('Conv2D', { filters: 4, kernel_size: [2, 2], strides: [1, 1], padding: 'valid', activation: 'tanh' }),
        layer('AveragePooling2D', { pool_size: [2, 2], strides: [1, 1], padding: 'same' }),
        layer('Flatten'),
        layer('Dropout', { rate: 0.5 }),
        layer('Dense', { units: 4, activation: 'softmax' }),
      ),
      [6, 8, 2],
    ),
  ],
];

/** Numbers between -1 and 1, the same at every test. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 78.233 + i * 12.9898) * Math.cos(i * 4.1414));
}

const shardOf = (files: Record<string, Uint8Array>) => (path: string) => files[path];
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe.each(networks)('a %s network', (_, network) => {
  const genome = numbers(network.parameters, 1);

  test('written for tfjs loads there and predicts the same', async () => {
    const files = writeTfjs(network, genome);
    const artifacts = JSON.parse(new TextDecoder().decode(files['model.json']));
    const model = await loadLayersModel({
      load: async () => ({
        modelTopology: artifacts.modelTopology,
        format: artifacts.format,
        generatedBy: artifacts.generatedBy,
        weightSpecs: artifacts.weightsManifest[0].weights,
        weightData: files['weights.bin'].slice().buffer,
      }),
    });
    const size = network.inputShape.reduce((a, b) => a * b);
    const examples = Array.from({ length: 5 }, (_, i) => [...numbers(size, i + 2)]);
    const input = tf.tensor(examples.flat(), [5, ...network.inputShape]);
    const predicted = (model.predict(input) as tf.Tensor).arraySync() as number[][];
    predicted.forEach((outputs, i) => {
      const wanted = forward(network, genome, examples[i]);
      expect(outputs.length).toBe(network.outputs);
      outputs.forEach((output, k) => {
        expect(output).toBeCloseTo(wanted[k], 5);
      });
    });
  });

  test('comes back from tfjs files with the same bits', async () => {
    const files = writeTfjs(network, genome);
    const { topology, tensors } = await readTfjs(files['model.json'], shardOf(files));
    expect(genomeFrom(network, tensors)).toEqual(genome);
    expect(compileNetwork(topology).tensors).toEqual(network.tensors);
  });

  test('comes back from safetensors with the same bits', () => {
    const bytes = writeSafetensors(network, genome, { run: 'sample' });
    const { metadata, tensors } = readSafetensors(bytes);
    expect(metadata).toEqual({ run: 'sample' });
    expect([...tensors.keys()]).toEqual(network.tensors.map(({ name }) => name));
    expect(genomeFrom(network, tensors)).toEqual(genome);
    expect((8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))) % 8).toBe(0);
  });

  test('refuses a genome of another length', () => {
    expect(() => writeTfjs(network, genome.subarray(1))).toThrow(FormatError);
    expect(() => writeSafetensors(network, genome.subarray(1))).toThrow(`the network ${network.parameters}`);
  });
});

const [, dense] = networks[0];
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const anyGenome = fc.array(float, { minLength: dense.parameters, maxLength: dense.parameters }).map((values) => Float32Array.from(values));

describe('round trips', () => {
  test('any genome through both formats', async () => {
    await fc.assert(
      fc.asyncProperty(anyGenome, fc.dictionary(fc.string(), fc.string()), async (genome, metadata) => {
        const files = writeTfjs(dense, genome);
        expect(genomeFrom(dense, (await readTfjs(files['model.json'], shardOf(files))).tensors)).toEqual(genome);
        const read = readSafetensors(writeSafetensors(dense, genome, metadata));
        expect(genomeFrom(dense, read.tensors)).toEqual(genome);
        expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
      }),
    );
  });

  test('a model that tfjs saved itself, in shards of any size', async () => {
    await fc.assert(
      fc.asyncProperty(anyGenome, fc.array(fc.nat(4 * dense.parameters), { maxLength: 4 }), async (genome, cuts) => {
        const files = writeTfjs(dense, genome);
        const model = JSON.parse(new TextDecoder().decode(files['model.json']));
        const ends = [...cuts.sort((a, b) => a - b), 4 * dense.parameters];
        const shards: Record<string, Uint8Array> = {};
        ends.forEach((end, i) => {
          shards[`group1-shard${i + 1}of${ends.length}.bin`] = files['weights.bin'].subarray(ends[i - 1] ?? 0, end);
        });
        model.weightsManifest[0].paths = Object.keys(shards);
        model.modelTopology = { keras_version: '2', backend: 'tensor_flow.js', model_config: model.modelTopology };
        const { topology, tensors } = await readTfjs(text(model), shardOf(shards));
        expect(genomeFrom(compileNetwork(topology), tensors)).toEqual(genome);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a tfjs model is refused', () => {
  const files = writeTfjs(dense, numbers(dense.parameters, 1));
  const change = (edit: (model: ReturnType<typeof JSON.parse>) => void): Uint8Array => {
    const model = JSON.parse(new TextDecoder().decode(files['model.json']));
    edit(model);
    return text(model);
  };
  const group = (model: ReturnType<typeof JSON.parse>) => model.weightsManifest[0];

  test.each<[string, (model: ReturnType<typeof JSON.parse>) => void, RegExp]>([
    [
      'quantised',
      (m) => Object.assign(group(m).weights[1], { quantization: { dtype: 'uint8', scale: 1, min: 0 } }),
      /dense_1\/bias" is quantised/,
    ],
    ['of integers', (m) => Object.assign(group(m).weights[0], { dtype: 'int32' }), /dense_1\/kernel" has dtype "int32"/],
    ['a graph model', (m) => Object.assign(m, { format: 'graph-model' }), /"graph-model" cannot be read/],
    ['without topology', (m) => delete m.modelTopology, /no "modelTopology"/],
    ['without weights', (m) => delete m.weightsManifest, /no "weightsManifest"/],
    ['with a path out of its folder', (m) => group(m).paths.unshift('../secret'), /"..\/secret" is not the name of a file/],
    ['with an address', (m) => group(m).paths.unshift('http://host/x.bin'), /is not the name of a file/],
    [
      'with too few bytes',
      (m) => Object.assign(group(m).weights[3], { shape: [4] }),
      /weights.bin: weight "dense_2\/bias" of shape \[4\] ends at byte/,
    ],
    ['with too many bytes', (m) => group(m).weights.pop(), /the manifest tells of/],
    ['with two of a name', (m) => group(m).weights.push(group(m).weights[0]), /two weights are named/],
    ['with a shape that is none', (m) => Object.assign(group(m).weights[0], { shape: [4, -5] }), /shape must be a list/],
    ['with a shape beyond counting', (m) => Object.assign(group(m).weights[0], { shape: [2 ** 40, 2 ** 40] }), /too large/],
  ])('%s', async (_, edit, message) => {
    const attempt = readTfjs(change(edit), shardOf(files));
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('cut or altered anywhere, or reads as something else, but never crashes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const bytes = files['model.json'].slice();
        const json = cut ? bytes.subarray(0, at % bytes.length) : bytes;
        if (!cut) bytes[at % bytes.length] = byte;
        await readTfjs(json, () => files['weights.bin']).catch((error) => expect(error).toBeInstanceOf(FormatError));
      }),
      { numRuns: 1000 },
    );
  });
});

/** A file with that header and so many bytes of data. */
function safetensors(header: unknown, data: Uint8Array | number): Uint8Array {
  const json = text(header);
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + tail.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(tail, 8 + json.length);
  return bytes;
}

describe('a safetensors file', () => {
  const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

  test('of other floats is converted', () => {
    const view = new DataView(new ArrayBuffer(28));
    view.setFloat64(0, 0.1, true);
    // 1.5, the largest, the smallest, -0 and -infinity as binary16.
    [0x3e00, 0x7bff, 0x0001, 0x8000, 0xfc00].forEach((bits, i) => {
      view.setUint16(8 + 2 * i, bits, true);
    });
    [0x3fc0, 0xc2f7].forEach((bits, i) => {
      view.setUint16(18 + 2 * i, bits, true);
    });
    view.setFloat32(22, 3.25, true);
    const header = {
      half: { dtype: 'F16', shape: [5], data_offsets: [8, 18] },
      double: { dtype: 'F64', shape: [], data_offsets: [0, 8] },
      brain: { dtype: 'BF16', shape: [2, 1], data_offsets: [18, 22] },
      single: f32([1], 22, 26),
      empty: f32([0, 3], 26, 26),
    };
    const { tensors } = readSafetensors(safetensors(header, new Uint8Array(view.buffer, 0, 26)));
    expect([...tensors.keys()]).toEqual(['double', 'half', 'brain', 'single', 'empty']);
    expect(tensors.get('double')).toEqual({ shape: [], data: Float32Array.of(0.1) });
    expect(tensors.get('half')?.data).toEqual(Float32Array.of(1.5, 65504, 2 ** -24, -0, Number.NEGATIVE_INFINITY));
    expect(tensors.get('brain')).toEqual({ shape: [2, 1], data: Float32Array.of(1.5, -123.5) });
    expect(tensors.get('empty')).toEqual({ shape: [0, 3], data: new Float32Array(0) });
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /0 bytes/],
    ['cut in its header', safetensors({ a: f32([1], 0, 4) }, 4).subarray(0, 20), /cut short/],
    ['with an enormous header', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 0x7b), /its header would take/],
    ['whose header is no object', safetensors([1], 0), /begins with \{/],
    ['whose header is no JSON', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b), /is not JSON/],
    ['of integers', safetensors({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8), /"a" has dtype "I64"/],
    [
      'of a type named like a method',
      safetensors({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 8] } }, 8),
      /has dtype "toString"/,
    ],
    ['cut in its data', safetensors({ a: f32([2], 0, 8) }, 7), /bytes 0 to 8 are not within the 7/],
    ['with bytes left over', safetensors({ a: f32([1], 0, 4) }, 5), /bytes 4 to 5 .* belong to no tensor/],
    ['with a gap', safetensors({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /bytes 4 to 8 of the data, before tensor "b"/],
    ['with an overlap', safetensors({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /"b" begins at byte 4 of the data, inside/],
    ['of the wrong size', safetensors({ a: f32([3], 0, 8) }, 8), /\[3\] of F32 takes 12 bytes, but it has 8/],
    ['with offsets backwards', safetensors({ a: f32([1], 4, 0) }, 4), /bytes 4 to 0/],
    ['with offsets that are none', safetensors({ a: { ...f32([1], 0, 4), data_offsets: [0] } }, 4), /must be two whole numbers/],
    ['with metadata that are no strings', safetensors({ __metadata__: { a: 1 } }, 0), /must map names to strings/],
    ['with a tensor that is null', safetensors({ a: null }, 0), /must give its dtype/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('cut or altered anywhere is refused or reads as something else, but never crashes', () => {
    const whole = writeSafetensors(dense, numbers(dense.parameters, 1), { a: 'b' });
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = whole.slice();
        // Most of the file is data: aim at the header.
        if (!cut) bytes[at % 480] = byte;
        try {
          readSafetensors(cut ? bytes.subarray(0, at % bytes.length) : bytes);
          expect(cut).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readSafetensors(bytes)).toThrow(FormatError);
      }),
    );
  });
});

describe('tensors of a file', () => {
  const genome = numbers(dense.parameters, 5);
  const tensors = (): [string, { shape: number[]; data: Float32Array }][] => [...readSafetensors(writeSafetensors(dense, genome)).tensors];
  const matched = (entries: ReturnType<typeof tensors>): Float32Array => genomeFrom(dense, new Map(entries));

  test('are matched by name, in any order', () => {
    expect(matched(tensors().reverse())).toEqual(genome);
    expect(
      matched(
        tensors()
          .reverse()
          .map(([name, tensor]) => [`sequential/${name}:0`, tensor]),
      ),
    ).toEqual(genome);
  });

  test('are matched in order where names are of another kind', () => {
    expect(matched(tensors().map(([, tensor], i) => [`layers.${i}`, tensor]))).toEqual(genome);
  });

  test.each<[string, (entries: ReturnType<typeof tensors>) => ReturnType<typeof tensors>, RegExp]>([
    [
      'of PyTorch are not transposed by guess',
      (t) => t.map(([, { shape, data }], i) => [`fc${i}`, { shape: [...shape].reverse(), data }]),
      /"fc0" has shape \[5,4\], but "dense_1\/kernel" of the network has \[4,5\].*transpose/,
    ],
    [
      'of another width',
      (t) => t.map(([name, { data }]) => [name, { shape: [data.length], data }]),
      /"dense_1\/kernel" has shape \[20\], but .* \[4,5\]$/,
    ],
    ['too few', (t) => t.slice(0, 3), /no tensor for "dense_2\/bias" of shape \[3\]: the file holds 3, the network needs 4/],
    [
      'too many',
      (t) => [...t, ['dense_3/bias', { shape: [1], data: new Float32Array(1) }]],
      /no place for tensor "dense_3\/bias" of shape \[1\]/,
    ],
    ['too many of other names', (t) => [...t, t[0]].map(([, tensor], i) => [`w${i}`, tensor]), /no place for tensor "w4"/],
    [
      'not finite',
      (t) =>
        t.map(([name, { shape, data }], i) => [name, { shape, data: i === 2 ? data.map((w, k) => (k === 7 ? Number.NaN : w)) : data }]),
      /"dense_2\/kernel".*number 7 is NaN/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => matched(change(tensors()))).toThrow(FormatError);
    expect(() => matched(change(tensors()))).toThrow(message);
  });

  test('some of whose names are known are not put elsewhere by their order', () => {
    const square = compileNetwork(
      sequential(layer('Dense', { units: 3, use_bias: false }), layer('Dense', { units: 3, use_bias: false })),
      [3],
    );
    const tensor = { shape: [3, 3], data: new Float32Array(9) };
    const swapped = new Map([
      ['dense_2/kernel', tensor],
      ['other', tensor],
    ]);
    expect(() => genomeFrom(square, swapped)).toThrow('not all names fit');
  });
});

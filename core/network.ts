// Keras / tfjs Sequential topology JSON, compiled to a flat program for assembly/network.
import * as L from '../assembly/layout.ts';
import { layerReader, NetworkError, product, type Shape } from './layers.ts';

export { NetworkError, product } from './layers.ts';

/** A weight tensor of the network inside a genome. */
export interface WeightTensor {
  /** As Keras names it: `dense_1/kernel`. */
  name: string;
  /** Dense kernels [in, out]; convolution kernels [height, width, in, out]; biases [out]. */
  shape: number[];
  /** Index of the tensor's first number in the genome; row-major from there. */
  offset: number;
  size: number;
}

/** One layer's weights as the operators see them: [rows][columns], the last row being the bias where there is one. */
export interface Segment {
  offset: number;
  rows: number;
  columns: number;
  biased: boolean;
  fanIn: number;
  fanOut: number;
  /** The layer's first unit, counted over the network. */
  neuron: number;
}

export interface Network {
  /** Without the batch. */
  inputShape: number[];
  /** Numbers of one example. */
  features: number;
  outputs: number;
  /** Length of a genome. */
  parameters: number;
  /** In genome order: each layer's kernel, then its bias. */
  tensors: WeightTensor[];
  segments: Segment[];
  /** [operations][OP_WORDS] (assembly/layout.ts). */
  program: Uint32Array;
  /** Numbers per example of the widest buffer between two operations. */
  widest: number;
  /** Multiplications and additions of one example, two per weight use. */
  operations: number;
  /** Whether the last operation is a softmax that a cross-entropy takes over. */
  endsInSoftmax: boolean;
  /** The topology as tf.loadLayersModel takes it: `{class_name: 'Sequential', config: {name, layers: [...]}}`, every name and the input shape filled in. */
  topology: { class_name: 'Sequential'; config: { name: string; layers: { class_name: string; config: Record<string, unknown> }[] } };
}

/** The longest genome: its bytes still fit a 32-bit count. */
const MAX_PARAMETERS = 2 ** 28;

/**
 * Compiles a topology. Throws NetworkError, which names the layer and says why. `input` is the dataset's example shape, used where the
 * topology names none, and otherwise compared with what it names.
 */
export function compileNetwork(topology: unknown, input?: readonly number[]): Network {
  const { name, layers } = sequentialLayers(topology);
  let shape: Shape | null = null;
  const tensors: WeightTensor[] = [];
  const segments: Segment[] = [];
  const operations: Uint32Array[] = [];
  const out: Network['topology']['config']['layers'] = [];
  const counts = new Map<string, number>();
  const names = new Set<string>();
  let parameters = 0;
  let neurons = 0;
  let work = 0;
  let widest = 1;

  layers.forEach((layer, index) => {
    const read = layerReader(layer, index, counts);
    if (names.has(read.name)) throw new NetworkError(`network: two layers are named "${read.name}"`);
    names.add(read.name);
    const stated = read.inputShape();
    if (index === 0) {
      shape = [...(stated ?? input ?? read.fail('the first layer names no input shape (batch_input_shape), and no dataset gives one'))];
      if (stated && input && product(stated) !== product(input)) {
        read.fail(`takes examples of shape [${stated}], but the dataset's are [${input}]`);
      }
    }
    const before = shape as unknown as Shape;
    const compiled = read.compile(before);
    for (const part of compiled.weights) {
      const rows = product(part.kernel.slice(0, -1));
      const columns = part.kernel.at(-1) as number;
      const offset = parameters;
      tensors.push({ name: `${read.name}/kernel`, shape: part.kernel, offset, size: rows * columns });
      parameters += rows * columns;
      if (part.biased) {
        tensors.push({ name: `${read.name}/bias`, shape: [columns], offset: parameters, size: columns });
        parameters += columns;
      }
      segments.push({
        offset,
        rows: rows + (part.biased ? 1 : 0),
        columns,
        biased: part.biased,
        fanIn: rows,
        fanOut: product(part.kernel) / (part.kernel.at(-2) as number),
        neuron: neurons,
      });
      neurons += columns;
      work += 2 * rows * columns * part.uses;
      if (parameters > MAX_PARAMETERS) read.fail(`brings the network to ${parameters} weights; at most ${MAX_PARAMETERS} fit`);
    }
    const segment = compiled.weights.length ? segments.at(-1) : undefined;
    for (const words of compiled.operations) {
      if (segment && (words[L.OP_CODE] === L.OP_DENSE || words[L.OP_CODE] === L.OP_CONV2D)) {
        words[L.OP_KERNEL] = segment.offset;
        words[L.OP_BIAS] = segment.biased ? segment.offset + segment.fanIn * segment.columns : L.NO_BIAS;
      }
      widest = Math.max(widest, words[L.OP_OUT]);
      operations.push(words);
    }
    shape = compiled.shape;
    out.push({
      class_name: read.className,
      config: { ...read.config, name: read.name, ...(index === 0 ? { batch_input_shape: [null, ...before] } : {}) },
    });
  });

  fuseRelu(operations);
  if (!segments.length) throw new NetworkError('network: has no layer with weights, so there is nothing to evolve');
  const final = shape as unknown as Shape;
  if (final.length !== 1) throw new NetworkError(`network: ends in shape [${final}]; end it in a dense layer, or a flatten before one`);
  const inputShape = (out[0].config.batch_input_shape as (number | null)[]).slice(1) as number[];
  const program = new Uint32Array(operations.length * L.OP_WORDS);
  operations.forEach((words, i) => {
    program.set(words, i * L.OP_WORDS);
  });
  return {
    inputShape,
    features: product(inputShape),
    outputs: final[0],
    parameters,
    tensors,
    segments,
    program,
    widest,
    operations: work,
    endsInSoftmax: operations.at(-1)?.[L.OP_CODE] === L.OP_SOFTMAX,
    topology: { class_name: 'Sequential', config: { name, layers: out } },
  };
}

/** A relu right behind a dense or convolution layer becomes part of it. */
function fuseRelu(operations: Uint32Array[]): void {
  for (let i = operations.length - 1; i > 0; --i) {
    const before = operations[i - 1];
    if (operations[i][L.OP_CODE] !== L.OP_RELU_PASS) continue;
    if (before[L.OP_CODE] !== L.OP_DENSE && before[L.OP_CODE] !== L.OP_CONV2D) continue;
    before[L.OP_RELU] = 1;
    operations.splice(i, 1);
  }
}

/** The layer list of any of the forms in which Keras and tfjs write a Sequential model. */
function sequentialLayers(topology: unknown): { name: string; layers: unknown[] } {
  let at = topology as Record<string, unknown> | null;
  for (const wrapper of ['modelTopology', 'model_config']) {
    if (at && typeof at === 'object' && at[wrapper] && typeof at[wrapper] === 'object') at = at[wrapper] as Record<string, unknown>;
  }
  if (!at || typeof at !== 'object')
    throw new NetworkError(
      'network: expected the JSON of a Keras Sequential model, {"class_name": "Sequential", "config": {"layers": [...]}}',
    );
  const className = at.class_name ?? at.className;
  if (className !== undefined && className !== 'Sequential') {
    throw new NetworkError(`network: is a ${String(className)} model; only Sequential ones can be compiled`);
  }
  const config = (at.config ?? at) as Record<string, unknown> | unknown[];
  const layers = Array.isArray(config) ? config : config.layers;
  if (!Array.isArray(layers) || layers.length === 0) throw new NetworkError('network: has no "layers"');
  const name = !Array.isArray(config) && typeof config.name === 'string' ? config.name : 'sequential';
  return { name, layers };
}

// TensorFlow.js' layers model: model.json, with the topology and a manifest of the weights, and the weights in one or more shards.
// Format: https://www.tensorflow.org/js/guide/save_load
import type { Network } from '../network.ts';
import { FormatError } from './error.ts';
import { checkGenome } from './genome.ts';
import { floatBytes, isObject, parseObject, sizeOf, type Tensor, viewOf } from './tensor.ts';

export const TFJS_WEIGHTS_FILE = 'weights.bin';

/**
 * A genome as a model that `tf.loadLayersModel` loads: its files by name. Throws FormatError where the genome has another length than the
 * network has weights.
 */
export function writeTfjs(
  network: Pick<Network, 'parameters' | 'tensors' | 'topology'>,
  genome: Float32Array,
): { 'model.json': Uint8Array; [TFJS_WEIGHTS_FILE]: Uint8Array } {
  checkGenome(network, genome);
  const weights = network.tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const values = new Float32Array(network.tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { offset, size } of network.tensors) {
    values.set(genome.subarray(offset, offset + size), at);
    at += size;
  }
  const model = {
    format: 'layers-model',
    generatedBy: 'germline',
    convertedBy: null,
    modelTopology: network.topology,
    weightsManifest: [{ paths: [TFJS_WEIGHTS_FILE], weights }],
  };
  return { 'model.json': new TextEncoder().encode(JSON.stringify(model)), [TFJS_WEIGHTS_FILE]: floatBytes(values) };
}

export interface TfjsModel {
  /** As `compileNetwork` takes it. */
  topology: unknown;
  /** In the manifest's order. */
  tensors: Map<string, Tensor>;
}

/**
 * Reads a model whose weights are float32. `getShard` gives the bytes of a file beside model.json, named by a plain relative path.
 * Throws FormatError for damage, quantised or other weights, and for graph models; what `getShard` throws passes.
 */
export async function readTfjs(modelJson: Uint8Array, getShard: (path: string) => Uint8Array | Promise<Uint8Array>): Promise<TfjsModel> {
  const model = parseObject(modelJson, 'model.json');
  if (model.format !== undefined && model.format !== 'layers-model') {
    throw new FormatError(`model.json: format ${JSON.stringify(model.format)} cannot be read; a layers model ("layers-model") can`);
  }
  const { modelTopology, weightsManifest } = model;
  if (!isObject(modelTopology)) throw new FormatError('model.json has no "modelTopology"');
  if (!Array.isArray(weightsManifest)) throw new FormatError('model.json has no "weightsManifest"');
  const tensors = new Map<string, Tensor>();
  for (const [i, group] of weightsManifest.entries()) {
    const { paths, weights } = checkGroup(group, i);
    const shards: Uint8Array[] = [];
    for (const path of paths) shards.push(await getShard(path));
    const bytes = joined(shards);
    const view = viewOf(bytes);
    let at = 0;
    for (const { name, shape, size } of weights) {
      if (tensors.has(name)) throw new FormatError(`model.json: two weights are named "${name}"`);
      if (at + 4 * size > bytes.length) {
        throw new FormatError(
          `${paths.join(', ')}: weight "${name}" of shape [${shape}] ends at byte ${at + 4 * size}, but there are only ${bytes.length} bytes`,
        );
      }
      const data = new Float32Array(size);
      for (let k = 0; k < size; k++) data[k] = view.getFloat32(at + 4 * k, true);
      tensors.set(name, { shape, data });
      at += 4 * size;
    }
    if (at !== bytes.length) throw new FormatError(`${paths.join(', ')}: ${bytes.length} bytes, but the manifest tells of ${at}`);
  }
  return { topology: 'model_config' in modelTopology ? modelTopology.model_config : modelTopology, tensors };
}

interface Group {
  paths: string[];
  weights: { name: string; shape: number[]; size: number }[];
}

function checkGroup(group: unknown, index: number): Group {
  const where = `model.json: group ${index + 1} of "weightsManifest"`;
  if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
    throw new FormatError(`${where} needs lists "paths" and "weights"`);
  for (const path of group.paths) {
    const plain = typeof path === 'string' && path !== '' && !/^[/\\]|[:\\]|(^|\/)\.\.?(\/|$)/.test(path);
    if (!plain) throw new FormatError(`${where}: ${JSON.stringify(path)} is not the name of a file beside model.json`);
  }
  const weights = group.weights.map((weight: unknown) => {
    if (!isObject(weight) || typeof weight.name !== 'string') throw new FormatError(`${where}: every weight needs a name`);
    const what = `model.json: weight "${weight.name}"`;
    if (weight.quantization !== undefined) throw new FormatError(`${what} is quantised; export the model without quantisation`);
    if (weight.dtype !== 'float32') throw new FormatError(`${what} has dtype ${JSON.stringify(weight.dtype)}; only "float32" can be read`);
    const size = sizeOf(weight.shape, what);
    return { name: weight.name, shape: [...(weight.shape as number[])], size };
  });
  return { paths: group.paths, weights };
}

function joined(shards: Uint8Array[]): Uint8Array {
  if (shards.length === 1) return shards[0];
  const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
  let at = 0;
  for (const shard of shards) {
    bytes.set(shard, at);
    at += shard.length;
  }
  return bytes;
}

// Tensors of a file, put in a network's order: a genome to start from.
import type { Network, WeightTensor } from '../network.ts';
import { FormatError } from './error.ts';
import type { Tensor } from './tensor.ts';

/** Throws FormatError where a genome is not the network's. */
export function checkGenome(network: Pick<Network, 'parameters'>, genome: Float32Array): void {
  if (genome.length !== network.parameters)
    throw new FormatError(`the genome has ${genome.length} weights, and the network ${network.parameters}`);
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((extent, i) => extent === b[i]);

/** As Keras and tfjs call a weight, whatever model or version it comes from: `sequential/dense_1/kernel:0` is `dense_1/kernel`. */
const plainName = (name: string): string => name.replace(/:\d+$/, '').split('/').slice(-2).join('/');

/**
 * The genome [parameters] of a network whose weights are `tensors`: matched by name; where the names are of another kind, in their order.
 * Shapes must be equal: a kernel [out, in] as PyTorch keeps them is an error, never transposed by guess.
 * Throws FormatError, naming the tensor and both shapes.
 */
export function genomeFrom(network: Pick<Network, 'parameters' | 'tensors'>, tensors: ReadonlyMap<string, Tensor>): Float32Array {
  const byName = new Map<string, [string, Tensor]>();
  for (const entry of tensors) byName.set(plainName(entry[0]), entry);
  // Two layers of the same name in different models: only their full names tell them apart.
  if (byName.size < tensors.size) byName.clear();
  for (const entry of tensors) byName.set(entry[0], entry);
  const named = network.tensors.map(({ name }) => byName.get(name));
  const chosen = named.every((entry) => entry !== undefined)
    ? byNames(network.tensors, named as [string, Tensor][], tensors)
    : inOrder(network.tensors, named, tensors);
  const genome = new Float32Array(network.parameters);
  network.tensors.forEach(({ name, offset }, i) => {
    const [own, { data }] = chosen[i];
    const wrong = data.findIndex((weight) => !Number.isFinite(weight));
    if (wrong >= 0)
      throw new FormatError(`tensor "${own}" for "${name}": its number ${wrong} is ${data[wrong]}, and weights must be finite`);
    genome.set(data, offset);
  });
  return genome;
}

function checkShape(wanted: WeightTensor, name: string, { shape }: Tensor): void {
  if (sameShape(wanted.shape, shape)) return;
  const turned = shape.length > 1 && sameShape([...wanted.shape].sort(), [...shape].sort());
  const advice = turned
    ? ". The same numbers in another order of axes: transpose it to the network's before (kernels are [in, out] and [height, width, in, out])"
    : '';
  throw new FormatError(`tensor "${name}" has shape [${shape}], but "${wanted.name}" of the network has [${wanted.shape}]${advice}`);
}

function byNames(wanted: WeightTensor[], named: [string, Tensor][], tensors: ReadonlyMap<string, Tensor>): [string, Tensor][] {
  wanted.forEach((tensor, i) => {
    checkShape(tensor, ...named[i]);
  });
  const used = new Set(named.map(([name]) => name));
  for (const name of tensors.keys())
    if (!used.has(name)) throw new FormatError(`the network has no place for tensor "${name}" of shape [${tensors.get(name)?.shape}]`);
  return named;
}

function inOrder(
  wanted: WeightTensor[],
  named: ([string, Tensor] | undefined)[],
  tensors: ReadonlyMap<string, Tensor>,
): [string, Tensor][] {
  const list = [...tensors];
  wanted.forEach((tensor, i) => {
    const own = list[i];
    if (!own)
      throw new FormatError(
        `there is no tensor for "${tensor.name}" of shape [${tensor.shape}]: the file holds ${list.length}, the network needs ${wanted.length}`,
      );
    checkShape(tensor, ...own);
    // A name that is known must not be used for another weight because it stands elsewhere.
    if (named[i] && named[i][0] !== own[0])
      throw new FormatError(`tensor "${own[0]}" stands where "${tensor.name}" is due, and not all names fit the network's`);
  });
  if (list.length > wanted.length) {
    const [name, { shape }] = list[wanted.length];
    throw new FormatError(`the network has no place for tensor "${name}" of shape [${shape}]`);
  }
  return list;
}

// `--init`: a genome from a model file, or from the folder of another run.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { genomeFrom } from '../core/formats/genome.ts';
import { readNpz } from '../core/formats/npz.ts';
import { readSafetensors } from '../core/formats/safetensors.ts';
import type { Tensor } from '../core/formats/tensor.ts';
import { readTfjs } from '../core/formats/tfjs.ts';
import type { Network } from '../core/network.ts';
import { CHAMPION_FILE } from '../journal/champion-file.ts';
import { UsageError } from './mistake.ts';

/**
 * The model's weights in the order of the network's genome, [parameters] float32.
 * Throws UsageError, naming the file, for one that cannot be read and for a model of another network.
 */
export async function readModel(path: string, network: Network): Promise<Float32Array> {
  const file = modelFile(path);
  try {
    return genomeFrom(network, await readTensors(file));
  } catch (error) {
    // FormatError and NpzError say what is wrong inside the file, the system what is wrong with it.
    throw new UsageError(`--init ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function modelFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`--init ${path}: there is no such file`);
  if (!stat.isDirectory()) return path;
  const name = [CHAMPION_FILE, 'model.json'].find((candidate) => statSync(join(path, candidate), { throwIfNoEntry: false }));
  if (!name) throw new UsageError(`--init ${path}: is a folder without ${CHAMPION_FILE} (a run's) or model.json (a tfjs model's)`);
  return join(path, name);
}

async function readTensors(file: string): Promise<ReadonlyMap<string, Tensor>> {
  const bytes = await readFile(file);
  if (file.endsWith('.npz')) {
    return new Map([...readNpz(bytes)].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data, Number) }]));
  }
  if (file.endsWith('.safetensors')) return readSafetensors(bytes).tensors;
  if (file.endsWith('.json')) return (await readTfjs(bytes, (shard) => readFile(join(dirname(file), shard)))).tensors;
  throw new UsageError('must be the model.json of a tfjs model, a .safetensors or .npz file, or the folder of a run');
}

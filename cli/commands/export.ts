// `germline export`: a run's champion as a model that other programs read.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeNpz } from '../../core/formats/npz.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { writeTfjs } from '../../core/formats/tfjs.ts';
import { type KeptChampion, metadataOf } from '../../journal/champion-file.ts';
import { Journal } from '../../journal/index.ts';
import { championOf } from '../champion.ts';
import { Note } from '../display/note.ts';
import { bytes, counted } from '../display/numbers.ts';

export interface ExportFlags {
  format: 'tfjs' | 'safetensors' | 'npz';
  to?: string;
}

export async function exportChampion(folder: string, { format, to }: ExportFlags): Promise<number> {
  const note = new Note(process.stderr);
  const journal = Journal.read(folder);
  try {
    const progress = (generation: number) => note.show(`replaying generation ${counted(generation)} of ${counted(journal.count)}`);
    const kept = await championOf(journal, progress);
    note.close();
    const { path, files } = MODELS[format](kept, to ?? join(folder, DEFAULT_PATHS[format]));
    for (const [name, content] of Object.entries(files)) await write(join(path, name), content);
    return 0;
  } finally {
    note.close();
    journal.close();
  }
}

async function write(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  process.stdout.write(`${path} (${bytes(content.length)})\n`);
}

const DEFAULT_PATHS = { tfjs: 'tfjs', safetensors: 'model.safetensors', npz: 'model.npz' };

/** A model's files by name, and the folder that they belong in. */
interface Model {
  path: string;
  files: Record<string, Uint8Array>;
}

const MODELS: Record<ExportFlags['format'], (kept: KeptChampion, to: string) => Model> = {
  tfjs: ({ network, weights }, to) => ({ path: to, files: writeTfjs(network, weights) }),
  safetensors: (kept, to) => ({ path: '', files: { [to]: writeSafetensors(kept.network, kept.weights, metadataOf(kept)) } }),
  npz: ({ network, weights }, to) => {
    const arrays = network.tensors.map(({ name, shape, offset, size }) => ({ name, shape, data: weights.subarray(offset, offset + size) }));
    return { path: '', files: { [to]: writeNpz(arrays) } };
  },
};

// `germline data`: datasets on this machine.
import { type AddedFiles, addDataset, type DatasetInfo, type FetchProgress, fetchDataset, listDatasets } from '../../data/index.ts';
import { DownloadBar } from '../display/download.ts';
import { bytes, counted } from '../display/numbers.ts';
import { UsageError } from '../mistake.ts';
import { Stop } from '../stop.ts';

export async function list({ json }: { json?: boolean }): Promise<number> {
  const infos = await listDatasets();
  if (json) for (const info of infos) process.stdout.write(`${JSON.stringify(info)}\n`);
  else process.stdout.write(table(infos, process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY));
  return 0;
}

export async function fetch(name: string, { from }: { from?: string }): Promise<number> {
  const stop = new Stop();
  const bar = process.stderr.isTTY ? new DownloadBar(name, process.stderr) : null;
  const onProgress = (progress: FetchProgress) => bar?.show(progress);
  try {
    const info = await fetchDataset(name, { from, onProgress, signal: stop.signal });
    bar?.close();
    process.stdout.write(`${described(info)}\n`);
    return 0;
  } catch (error) {
    bar?.close();
    if (!stop.signal.aborted) throw error;
    process.stderr.write('Stopped. The same command goes on where this one was.\n');
    return stop.exitCode;
  } finally {
    stop.close();
  }
}

export interface AddFlags {
  images?: string;
  labels?: string;
  testImages?: string;
  testLabels?: string;
  csv?: string;
  target?: string;
  npz?: string;
  replace?: boolean;
}

export async function add(name: string, flags: AddFlags): Promise<number> {
  const info = await addDataset(name, filesOf(flags), { replace: flags.replace });
  process.stdout.write(`${described(info)}\n`);
  return 0;
}

function filesOf({ images, labels, testImages, testLabels, csv, target, npz }: AddFlags): AddedFiles {
  const ways = [csv, npz, images ?? labels ?? testImages ?? testLabels].filter((way) => way !== undefined).length;
  if (ways !== 1) throw new UsageError('data add: give either --images F --labels F, or --csv F --target COLUMN, or --npz F');
  if (target !== undefined && csv === undefined) throw new UsageError('data add: --target belongs to --csv');
  if (csv !== undefined) {
    if (target === undefined) throw new UsageError('data add: --csv needs --target COLUMN, the column to predict');
    return { csv, target };
  }
  if (npz !== undefined) return { npz };
  if (images === undefined || labels === undefined) throw new UsageError('data add: --images and --labels go together');
  return { images, labels, testImages, testLabels };
}

function described({ name, examples, shape, classes, hash }: DatasetInfo): string {
  const { train, validation, test } = examples;
  const parts = [`${counted(train)} train, ${counted(validation)} validation, ${counted(test)} test examples`, `shape ${shape.join('x')}`];
  if (classes !== null) parts.push(`${classes} classes`);
  return `${name}: ${parts.join(', ')}${hash ? `\n  sha256:${hash}` : ''}`;
}

function table(infos: DatasetInfo[], columns: number): string {
  const head = ['name', 'state', 'train/validation/test', 'shape', 'classes', 'size', ''];
  const rows = infos.map(({ name, state, examples, shape, classes, bytes: size, about }) => [
    name,
    state,
    [examples.train, examples.validation, examples.test].map(counted).join('/'),
    shape.join('x'),
    classes === null ? '-' : String(classes),
    bytes(size),
    about ?? '',
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd()
      .slice(0, columns);
  return `${[head, ...rows].map(line).join('\n')}\n`;
}

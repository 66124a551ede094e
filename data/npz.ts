// Datasets in NumPy's .npz: arrays x_train, y_train and so on, as keras.datasets saves them, or x and y.
import type { Dataset, SplitName } from '../core/dataset.ts';
import { type NpyArray, NpzError, readNpz } from '../core/formats/npz.ts';
import { assemble, type SplitRule } from './assemble.ts';
import { MAX_CONTENT_BYTES, readContent } from './content.ts';
import { DataError } from './error.ts';
import { classLabels, type Examples, exampleShape, finiteFloats } from './examples.ts';

export interface NpzOptions {
  /** Default: classification where y is of a whole-number type and one number an example, else regression. */
  task?: 'classification' | 'regression';
  /** Number of classes; by default the largest label plus one. */
  classes?: number;
  split?: SplitRule;
}

/**
 * A dataset from an .npz file with x_train and y_train, with or without x_validation, y_validation and x_test, y_test; or with x and y
 * alone. x: [examples, ...]; u1 stays bytes (value / 255 to a network), other types become float32; [examples, height, width] are images
 * of one channel. y: [examples] or [examples, 1] class numbers from 0, or [examples, outputs] regression targets.
 * Throws DataError, which names the file, the array and the example.
 */
export async function loadNpz(name: string, file: string, options: NpzOptions = {}): Promise<Dataset> {
  return assemble(name, parseNpz(await readContent(file), file, options), options.split);
}

/** Examples in the bytes of an .npz file, by split; `file` is for messages. See `loadNpz`. */
export function parseNpz(
  bytes: Uint8Array,
  file: string,
  options: Omit<NpzOptions, 'split'> = {},
): { train: Examples } & Partial<Record<SplitName, Examples>> {
  let arrays: Map<string, NpyArray>;
  try {
    arrays = readNpz(bytes, { maxBytes: MAX_CONTENT_BYTES });
  } catch (error) {
    if (error instanceof NpzError) throw new DataError(file, error.message, { cause: error });
    throw error;
  }
  const names = [...arrays.keys()];
  const expected = arrays.has('x') ? ['x', 'y'] : SPLIT_SUFFIXES.flatMap((suffix) => [`x_${suffix}`, `y_${suffix}`]);
  const unknown = names.find((name) => !expected.includes(name));
  if (unknown !== undefined) {
    throw new DataError(
      file,
      `array '${unknown}' is not expected; a dataset is x and y, or x_train, y_train, x_validation, y_validation, x_test, y_test`,
    );
  }
  if (arrays.has('x')) return { train: examples(arrays, 'x', 'y', file, options) };
  const part = (suffix: SplitName) =>
    arrays.has(`x_${suffix}`) || arrays.has(`y_${suffix}`)
      ? { [suffix]: examples(arrays, `x_${suffix}`, `y_${suffix}`, file, options) }
      : {};
  return { train: examples(arrays, 'x_train', 'y_train', file, options), ...part('validation'), ...part('test') };
}

const SPLIT_SUFFIXES: SplitName[] = ['train', 'validation', 'test'];

function examples(arrays: Map<string, NpyArray>, xName: string, yName: string, file: string, options: Omit<NpzOptions, 'split'>): Examples {
  const x = arrays.get(xName);
  const y = arrays.get(yName);
  if (!x || !y) {
    const found = [...arrays.keys()].map((name) => `'${name}'`).join(', ') || 'none';
    throw new DataError(file, `array '${x ? yName : xName}' is missing; its arrays are ${found}`);
  }
  const place = `${file}, array`;
  if (x.shape.length < 2) {
    throw new DataError(
      `${place} '${xName}'`,
      `has shape (${x.shape.join(', ')}); expected the number of examples, then at least one more`,
    );
  }
  const count = x.shape[0];
  if (y.shape[0] !== count) {
    throw new DataError(`${place} '${yName}'`, `has shape (${y.shape.join(', ')}), but '${xName}' holds ${count} examples`);
  }
  if (y.shape.length > 2) throw new DataError(`${place} '${yName}'`, `has shape (${y.shape.join(', ')}); expected one or two dimensions`);
  const width = x.data.length / count;
  const inputs =
    x.data instanceof Uint8Array
      ? x.data
      : finiteFloats(x.data, (i) => `${place} '${xName}', example ${Math.floor(i / width)}, number ${i % width}`);
  const shared = { file, count, shape: exampleShape(x.shape), inputs };

  const outputs = y.shape[1] ?? 1;
  const whole = !(y.data instanceof Float32Array || y.data instanceof Float64Array);
  const where = (i: number) => `${place} '${yName}', example ${Math.floor(i / outputs)}`;
  if ((options.task ?? (whole && outputs === 1 ? 'classification' : 'regression')) === 'regression') {
    return { ...shared, targets: finiteFloats(y.data, where), classes: null, outputs };
  }
  if (outputs !== 1) throw new DataError(`${place} '${yName}'`, `has ${outputs} numbers an example; a class label is one`);
  const labels = classLabels(y.data, where, options.classes ?? null);
  return { ...shared, ...labels, outputs: labels.classes };
}

// From examples to a Dataset: division into splits, checks across splits, hash.
import { type Dataset, SPLITS, type Split, type SplitName } from '../core/dataset.ts';
import { DataError } from './error.ts';
import { type Examples, take } from './examples.ts';
import { hashDataset } from './hash.ts';
import { DEFAULT_PARTS, divide, type Parts } from './split.ts';

/**
 * How a source's examples are divided.
 * - parts: see `divide`. Where the source has a test split of its own, `test` is not read, and likewise `validation`.
 * - 'same': every example is in every split. For a handful of examples that define a function, such as XOR's four.
 * - counts in order: the source is already shuffled; the first go to train, then validation, then test.
 */
export type SplitRule = Parts | 'same' | { train: number; validation: number; test: number };

/** Ready-made splits keep their examples and their order. */
export type Source = { train: Examples } & Partial<Record<SplitName, Examples>>;

/** Throws DataError when parts disagree on shape or kind of target, when a class has no example to tell it apart, or a split is empty. */
export function assemble(name: string, source: Source, rule: SplitRule = DEFAULT_PARTS): Dataset {
  const parts = SPLITS.flatMap((split) => source[split] ?? []);
  for (const part of parts) agree(source.train, part);
  const classes = source.train.classes === null ? null : Math.max(...parts.map((part) => part.classes ?? 0));
  if (classes !== null && classes < 2) {
    throw new DataError(source.train.file, 'every example has label 0; expected at least two classes');
  }
  const { shape } = source.train;
  const splits = splitsOf(source, rule);
  for (const split of SPLITS) {
    if (splits[split].count === 0) throw new DataError(source.train.file, `no examples are left for the ${split} split`);
  }
  const content = { shape, classes, outputs: classes ?? source.train.outputs, splits };
  return { name, hash: hashDataset(content), ...content };
}

function splitsOf(source: Source, rule: SplitRule): Record<SplitName, Split> {
  const { train, validation, test } = source;
  if (rule === 'same') return { train: plain(train), validation: plain(validation ?? train), test: plain(test ?? train) };
  if (validation && test) return { train: plain(train), validation: plain(validation), test: plain(test) };
  if ('train' in rule) {
    if (validation || test) throw new DataError(train.file, 'has splits of its own; counts in order are for a source without');
    return inOrder(train, rule);
  }
  const rows = divide(
    train.count,
    train.targets instanceof Uint16Array ? train.targets : null,
    { validation: validation ? 0 : rule.validation, test: test ? 0 : rule.test },
    train.file,
  );
  return {
    train: take(train, rows.train),
    validation: validation ? plain(validation) : take(train, rows.validation),
    test: test ? plain(test) : take(train, rows.test),
  };
}

function inOrder(examples: Examples, counts: Record<SplitName, number>): Record<SplitName, Split> {
  const total = counts.train + counts.validation + counts.test;
  if (total !== examples.count) {
    throw new DataError(examples.file, `holds ${examples.count} examples; its splits count ${total}`);
  }
  let first = 0;
  const next = (count: number) => {
    const rows = Uint32Array.from({ length: count }, (_, i) => first + i);
    first += count;
    return take(examples, rows);
  };
  return { train: next(counts.train), validation: next(counts.validation), test: next(counts.test) };
}

function plain({ count, inputs, targets }: Examples): Split {
  return { count, inputs, targets };
}

function agree(train: Examples, part: Examples): void {
  if (part.count === 0) throw new DataError(part.file, 'holds no examples');
  if (part.shape.join() !== train.shape.join()) {
    throw new DataError(
      part.file,
      `examples have shape [${part.shape.join(', ')}]; those of ${train.file} have [${train.shape.join(', ')}]`,
    );
  }
  if (part.shape.some((size) => size < 1)) throw new DataError(part.file, `examples have shape [${part.shape.join(', ')}]: no inputs`);
  if (kind(part.inputs) !== kind(train.inputs)) {
    throw new DataError(part.file, `inputs are ${kind(part.inputs)}; those of ${train.file} are ${kind(train.inputs)}`);
  }
  if ((part.classes === null) !== (train.classes === null) || (part.classes === null && part.outputs !== train.outputs)) {
    throw new DataError(part.file, `targets are ${task(part)}; those of ${train.file} are ${task(train)}`);
  }
}

function kind(values: Uint8Array | Float32Array): string {
  return values instanceof Uint8Array ? 'bytes' : 'numbers';
}

function task(examples: Examples): string {
  return examples.classes === null ? `${examples.outputs} numbers each (regression)` : 'class labels';
}

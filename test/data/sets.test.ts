import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../data/registry.ts';
import { shippedFolder } from '../../data/sets.ts';
import { makeSets } from '../../tools/make-data.ts';
import { temporaryFolder } from './folder.ts';

describe('the sets that ship', () => {
  it('are what tools/make-data.ts makes, byte for byte', () => {
    for (const [path, bytes] of makeSets()) {
      // As text where it is text: the difference is then readable.
      const file = readFileSync(join(shippedFolder(), path));
      if (path.endsWith('.gz'))
        expect(createHash('sha256').update(bytes).digest('hex'), path).toBe(createHash('sha256').update(file).digest('hex'));
      else expect(new TextDecoder().decode(bytes)).toBe(file.toString());
    }
  });

  it('xor: four examples in every split', async () => {
    const { shape, classes, outputs, splits } = await loadDataset('xor');
    expect({ shape, classes, outputs }).toEqual({ shape: [2], classes: 2, outputs: 2 });
    for (const split of [splits.train, splits.validation, splits.test]) {
      expect(split).toEqual({ count: 4, inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), targets: Uint16Array.of(0, 1, 1, 0) });
    }
  });

  it('mnist-10k: 10,000 different digits, mixed alike in every split', async () => {
    const { shape, classes, splits } = await loadDataset('mnist-10k');
    expect({ shape, classes }).toEqual({ shape: [28, 28, 1], classes: 10 });
    const { train, validation, test } = splits;
    expect([train.count, validation.count, test.count]).toEqual([7000, 1000, 2000]);
    const histogram = (targets: ArrayLike<number>) => {
      const counts = new Array<number>(10).fill(0);
      for (const target of Array.from(targets)) counts[target]++;
      return counts;
    };
    const total = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
    expect(histogram([...train.targets, ...validation.targets, ...test.targets])).toEqual(total);
    for (const [split, part] of [
      [train, 0.7],
      [validation, 0.1],
      [test, 0.2],
    ] as const) {
      histogram(split.targets).forEach((count, digit) => {
        expect(Math.abs(count - total[digit] * part)).toBeLessThanOrEqual(1);
      });
    }
    // A digit in two splits would make validation and test say too much.
    const images = [train, validation, test].flatMap(({ inputs, count }) =>
      Array.from({ length: count }, (_, i) =>
        createHash('md5')
          .update(inputs.subarray(i * 784, (i + 1) * 784) as Uint8Array)
          .digest('hex'),
      ),
    );
    expect(new Set(images).size).toBe(10_000);
  });
});

describe('shippedFolder', () => {
  it('finds the sets from the compiled file too, which lies one folder deeper', async () => {
    const installed = await temporaryFolder();
    await mkdir(join(installed, 'dist/data'), { recursive: true });
    await mkdir(join(installed, 'data/sets/xor'), { recursive: true });
    await cp(join(import.meta.dirname, '../../data/sets.ts'), join(installed, 'dist/data/sets.ts'));
    const compiled = await import(/* @vite-ignore */ pathToFileURL(join(installed, 'dist/data/sets.ts')).href);
    expect(existsSync(join(compiled.shippedFolder(), 'xor'))).toBe(true);
    expect(join(compiled.shippedFolder(), 'xor')).toBe(join(installed, 'data/sets/xor'));
  });
});

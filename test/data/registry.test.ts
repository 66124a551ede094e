import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpz } from '../../core/formats/npz.ts';
import { datasetsFolder } from '../../data/cache.ts';
import { encodeIdx } from '../../data/idx.ts';
import { addDataset, fetchDataset, listDatasets, loadDataset } from '../../data/registry.ts';
import { temporaryFolder } from './folder.ts';

/** A table of 20 rows in two classes, and an empty cache. */
async function table() {
  const data = await temporaryFolder();
  const csv = join(await temporaryFolder(), 'mine.csv');
  const rows = Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'odd' : 'even'},${i}`);
  await writeFile(csv, `kind,x\n${rows.join('\n')}\n`);
  return { data, csv, datasets: datasetsFolder(data) };
}

describe('listDatasets', () => {
  it('knows the shipped and the public ones before anything is fetched', async () => {
    const infos = await listDatasets({ data: join(await temporaryFolder(), 'none yet') });
    expect(infos.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'xor shipped',
      'mnist-10k shipped',
      'mnist not fetched',
      'fashion-mnist not fetched',
      'cifar10 not fetched',
    ]);
    expect(infos[2]).toMatchObject({
      shape: [28, 28, 1],
      classes: 10,
      examples: { train: 55_000, validation: 5_000, test: 10_000 },
      bytes: 11_594_722,
    });
    for (const { state, hash } of infos) if (state === 'shipped') expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('lists a damaged dataset as damaged, and the others all the same', async () => {
    const { data, csv, datasets } = await table();
    await addDataset('good', { csv, target: 'kind' }, { data });
    await mkdir(join(datasets, 'bad'));
    await writeFile(join(datasets, 'bad', 'dataset.json'), '{"version": 2}');
    await mkdir(join(datasets, 'unfinished'));
    const infos = await listDatasets({ data });
    expect(infos.slice(5).map(({ name, state }) => `${name} ${state}`)).toEqual(['bad damaged', 'good added']);
    await expect(loadDataset('bad', { data })).rejects.toThrow(
      `${join(datasets, 'bad', 'dataset.json')}: is damaged or of another version; remove its folder`,
    );
    expect((await loadDataset('good', { data })).classes).toBe(2);
  });
});

describe('loadDataset', () => {
  it('loads by name and by content', async () => {
    const { data } = await table();
    const byName = await loadDataset('xor', { data });
    expect(await loadDataset(`sha256:${byName.hash}`, { data })).toEqual(byName);
    expect(await loadDataset(`sha256:${byName.hash.toUpperCase()}`, { data })).toEqual(byName);
  });

  it('lists what there is for an unknown name, and says how to fetch what is known', async () => {
    const { data } = await table();
    await expect(loadDataset('mnsit', { data })).rejects.toThrow(
      "dataset 'mnsit': no dataset here has this name; there are xor, mnist-10k, mnist, fashion-mnist, cifar10",
    );
    await expect(loadDataset('cifar10', { data })).rejects.toThrow(
      "dataset 'cifar10': is not on this machine yet: run germline data fetch cifar10",
    );
    await expect(loadDataset(`sha256:${'0'.repeat(64)}`, { data })).rejects.toThrow('no dataset here has this content');
    await expect(loadDataset('../../etc', { data })).rejects.toThrow('no dataset here has this name');
  });

  it('notices that files have changed since they were added', async () => {
    const { data, csv, datasets } = await table();
    await addDataset('mine', { csv, target: 'kind' }, { data });
    const copy = join(datasets, 'mine', 'table.csv');
    await writeFile(copy, (await readFile(copy, 'utf8')).replace('odd,7', 'odd,8'));
    await expect(loadDataset('mine', { data })).rejects.toThrow(/^dataset 'mine': its files have changed: content [0-9a-f]{64}, expected/);
  });

  it('never follows a record out of its folder', async () => {
    const { data, csv, datasets } = await table();
    await addDataset('mine', { csv, target: 'kind' }, { data });
    const file = join(datasets, 'mine', 'dataset.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('table.csv', '../../../secret.csv'));
    await expect(loadDataset('mine', { data })).rejects.toThrow(/is damaged.*expected a plain file name/s);
  });
});

describe('addDataset', () => {
  it('keeps a copy with the loader options: the original may go', async () => {
    const { data, csv } = await table();
    const info = await addDataset('mine', { csv, target: 'kind', split: { validation: 4, test: 6 } }, { data });
    expect(info).toMatchObject({ name: 'mine', state: 'added', examples: { train: 10, validation: 4, test: 6 }, shape: [1], classes: 2 });
    await rm(csv);
    const dataset = await loadDataset('mine', { data });
    expect(dataset.hash).toBe(info.hash);
    expect(await loadDataset(`sha256:${info.hash}`, { data })).toEqual(dataset);
    const { inputs, targets } = dataset.splits.train;
    inputs.forEach((value, i) => {
      expect(targets[i]).toBe(value % 2);
    });
  });

  it('takes IDX files and npz files too', async () => {
    const { data } = await table();
    const folder = await temporaryFolder();
    const write = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    const images = await write(
      'i',
      encodeIdx(
        [20, 2, 2],
        Uint8Array.from({ length: 80 }, (_, i) => i),
      ),
    );
    const labels = await write(
      'l',
      encodeIdx(
        [20],
        Uint8Array.from({ length: 20 }, (_, i) => i % 2),
      ),
    );
    expect(await addDataset('idx', { images, labels, testImages: images, testLabels: labels }, { data })).toMatchObject({
      examples: { train: 18, validation: 2, test: 20 },
      shape: [2, 2, 1],
    });
    const npz = await write(
      'n',
      writeNpz([
        { name: 'x', shape: [20, 1], data: new Float32Array(20) },
        { name: 'y', shape: [20, 2], data: new Float32Array(40) },
      ]),
    );
    expect(await addDataset('npz', { npz }, { data })).toMatchObject({
      classes: null,
      shape: [1],
      examples: { train: 14, validation: 2, test: 4 },
    });
    for (const name of ['idx', 'npz']) expect((await loadDataset(name, { data })).name).toBe(name);
    await expect(addDataset('half', { images, labels, testImages: images }, { data })).rejects.toThrow('half: test images without labels');
  });

  it('takes no name that is known, taken or no name', async () => {
    const { data, csv } = await table();
    for (const name of ['xor', 'mnist-10k', 'mnist', 'cifar10']) {
      await expect(addDataset(name, { csv }, { data, replace: true })).rejects.toThrow(
        `${name}: is the name of a known dataset and keeps its meaning`,
      );
    }
    await expect(addDataset('../mine', { csv }, { data })).rejects.toThrow('dataset name "../mine": expected 1 to 64 of a-z');
    const first = await addDataset('mine', { csv, target: 'kind' }, { data });
    await expect(addDataset('mine', { csv, target: 'kind' }, { data })).rejects.toThrow('mine: a dataset of this name was added before');
    const second = await addDataset(
      'mine',
      { csv, target: 'x', task: 'regression', split: { validation: 2, test: 2 } },
      { data, replace: true },
    ).catch((error) => error.message);
    // The other column is text, which is no input: the first dataset is still there.
    expect(second).toMatch(/mine.csv, row 2, column 'kind': expected a number, found 'even'/);
    expect((await loadDataset('mine', { data })).hash).toBe(first.hash);
    expect((await addDataset('mine', { csv, target: 'kind', split: 'same' }, { data, replace: true })).examples.test).toBe(20);
  });

  it('leaves nothing behind when the files are not a dataset', async () => {
    const { data, csv, datasets } = await table();
    await expect(addDataset('mine', { csv, target: 'nope' }, { data })).rejects.toThrow(
      `${csv}: there is no column 'nope'; its columns are 'kind', 'x'`,
    );
    await expect(addDataset('mine', { csv: `${csv}x` }, { data })).rejects.toThrow('no such file');
    await expect(addDataset('mine', { csv, target: 'kind', task: 'guess' as never }, { data })).rejects.toThrow(
      /^mine: its options are not right/,
    );
    expect(await readdir(datasets).catch(() => [])).toEqual([]);
  });
});

describe('fetchDataset', () => {
  it('has nothing to do for what ships, and knows what it can fetch', async () => {
    const { data } = await table();
    expect(await fetchDataset('xor', { data })).toMatchObject({ name: 'xor', state: 'shipped' });
    await expect(fetchDataset('imagenet', { data })).rejects.toThrow(
      "dataset 'imagenet': can't be fetched; there are mnist, fashion-mnist, cifar10",
    );
  });
});

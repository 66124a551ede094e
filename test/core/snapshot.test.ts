// A run is its seed plus its journal: a snapshot, the records, or both lead to the same state, byte for byte.
import { describe, expect, it } from 'vitest';
import type { Champion } from '../../core/events.ts';
import { ReplayError } from '../../core/replay-error.ts';
import type { ReplayRecord } from '../../core/run.ts';
import { readSnapshot, SnapshotError, writeSnapshot } from '../../core/snapshot.ts';
import { evolve, ground, machine, measure, restoreFrom, snapshotOf } from './fixtures/machine.ts';
import { openRun, story } from './fixtures/runs.ts';
import { ALGORITHMS, algorithmNamed, es, KINDS, layer, sequential, weights } from './fixtures/settings.ts';

describe.each(ALGORITHMS)('$name', ({ algorithm }) => {
  const settings = weights({ algorithm });

  it('10 generations are 5, a snapshot into a fresh machine, and 5', () => {
    const straight = machine(settings);
    const whole = evolve(straight, 10);
    const first = machine(settings);
    evolve(first, 5);
    const bytes = snapshotOf(first);
    const second = machine(settings);
    restoreFrom(second, bytes);
    expect(second.generation).toBe(5);
    expect(second.digest()).toBe(whole[5].digest);
    expect(evolve(second, 5)).toEqual(whole.slice(5));
    expect(second.digest()).toBe(straight.digest());
    expect(Buffer.compare(snapshotOf(second), snapshotOf(straight))).toBe(0);
  });

  it('restores over a machine that went elsewhere, forwards and back', () => {
    const straight = machine(settings);
    const start = snapshotOf(straight);
    const whole = evolve(straight, 4);
    const other = machine(settings, { seed: 99n });
    evolve(other, 2);
    const used = machine(settings);
    evolve(used, 7);
    restoreFrom(used, start);
    expect(evolve(used, 4)).toEqual(whole);
    restoreFrom(used, start);
    expect(used.digest()).toBe(whole[0].digest);
    expect(Buffer.compare(snapshotOf(used), start)).toBe(0);
    expect(whole[0].digest).not.toBe(machine(settings, { seed: 99n }).digest());
  });

  it('restores another state of the generation that it is at, and nothing of the old one shows', () => {
    const used = machine(settings);
    const first = evolve(used, 1);
    const other = machine(settings);
    other.advance(other.select(first[0].losses.map((loss) => -loss)));
    const bytes = snapshotOf(other);
    measure(used);
    restoreFrom(used, bytes);
    expect(measure(used)).toEqual(measure(other));
  });

  it('begins again at init', () => {
    const used = machine(settings);
    const first = evolve(used, 3);
    used.init();
    expect(Buffer.compare(snapshotOf(used), snapshotOf(machine(settings)))).toBe(0);
    expect(evolve(used, 3)).toEqual(first);
  });
});

describe.each(KINDS)('$name', ({ algorithm }) => {
  it('a run resumes from a snapshot, from records, from both', async () => {
    const generations = 8;
    const options = { settings: weights({ algorithm, generations, population: 26 }) };
    const { events, records, done, championWeights, snapshots } = await story(options, [0, 4]);
    expect(events.map(({ generation }) => generation)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const resumes: { snapshot: Iterable<Uint8Array> | null; records: ReplayRecord[]; from: number }[] = [
      { snapshot: null, records: records.slice(0, 5), from: 5 },
      { snapshot: [snapshots.get(4) as Uint8Array], records: [], from: 4 },
      { snapshot: pieces(snapshots.get(4) as Uint8Array, 1000), records: records.slice(4, 6), from: 6 },
      { snapshot: pieces(snapshots.get(0) as Uint8Array, 7), records, from: 8 },
    ];
    for (const { snapshot, records: given, from } of resumes) {
      const progress: number[] = [];
      const again = await story({ ...options, resume: { snapshot, records: given, onProgress: (g) => progress.push(g) } });
      expect(progress.at(-1) ?? from).toBe(from);
      expect(again.events.map(timeless)).toEqual(events.slice(from).map(timeless));
      expect(again.done).toMatchObject({
        digest: done.digest,
        generations,
        champion: done.champion,
        test: done.test,
        evaluations: done.evaluations,
      });
      expect(again.championWeights).toEqual(championWeights);
    }
  });
});

const timeless = ({ seconds, ...event }: { seconds: number }) => event;

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('a snapshot that cannot be read', () => {
  const settings = weights({ algorithm: es(), population: 10 });
  const champion: Champion = { generation: 1, individual: 2, validation: { loss: 0.5, accuracy: 0.5 }, digest: '00' };
  const evolution = machine(settings);
  evolve(evolution, 2);
  const whole = new Uint8Array(Buffer.concat([...writeSnapshot(evolution, champion, evolution.express(2))]));
  const read = (bytes: Uint8Array) => readSnapshot([bytes], machine(settings));

  it('is read where it is whole', () => {
    const { champion: found, weights: genome, finite } = read(whole);
    expect(found).toEqual(champion);
    expect(genome).toEqual(evolution.express(2));
    expect(finite).toBe(true);
  });

  it('is refused at any length', () => {
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 37) {
      expect(() => read(whole.subarray(0, length))).toThrow(SnapshotError);
    }
    expect(() => read(whole.subarray(0, whole.length - 1))).toThrow('the snapshot ends too early');
  });

  it('is refused from a run of other networks or of another version, and where it is none', () => {
    const network = sequential(layer('Dense', { units: 3 }));
    const other = [...writeSnapshot(machine(weights({ network })), null, null)];
    expect(() => readSnapshot(other, machine(settings))).toThrow(/genomes of 21 weights, the network has 150/);
    expect(() => read(new TextEncoder().encode('SQLite format 3'))).toThrow('this is no snapshot');
    expect(() => read(Uint8Array.of(4, 0, 0, 0, 0x7b, 0x7b, 0x7b, 0x7b, 0))).toThrow('this is no snapshot');
    expect(() => read(Uint8Array.of(4, 0, 0, 0, ...new TextEncoder().encode('null')))).toThrow('this is no snapshot');
    const versions = new TextDecoder().decode(whole.subarray(4, 15));
    expect(versions).toBe('{"version":');
    const later = whole.slice();
    later[15] = '2'.charCodeAt(0);
    expect(() => read(later)).toThrow('the snapshot is of version 2, this program reads 1');
  });

  it('is refused by a run that is to resume from it', async () => {
    const half = whole.subarray(0, whole.length / 2);
    await expect(openRun({ settings, resume: { snapshot: [half], records: [] } })).rejects.toThrow(SnapshotError);
  });

  it('keeps an infinite loss of the champion', () => {
    const infinite = { ...champion, validation: { loss: Number.POSITIVE_INFINITY, accuracy: 0.5 } };
    const bytes = new Uint8Array(Buffer.concat([...writeSnapshot(evolution, infinite, evolution.express(2))]));
    expect(new TextDecoder().decode(bytes.subarray(4, 200))).toContain('"loss":null');
    expect(read(bytes).champion).toEqual(infinite);
  });
});

describe('a journal that does not lead where it says', () => {
  const settings = weights({ generations: 4, population: 26 });
  const opened = async (records: ReplayRecord[]) => {
    await using run = await openRun({ settings, resume: { snapshot: null, records } });
    return run.generation;
  };

  it('is refused at the record that is wrong', async () => {
    const { records } = await story({ settings });
    expect(await opened(records)).toBe(4);
    const changed = (at: number, change: Partial<ReplayRecord>) =>
      records.map((record, g) => (g === at ? { ...record, ...change } : record));
    const wrongChampion = { ...(records[0].champion as Champion), digest: 'ff'.repeat(16) };
    for (const { journal, generation, message } of [
      { journal: changed(2, { digest: records[1].digest }), generation: 2, message: /generation 2: replay gives digest [0-9a-f]{32}/ },
      { journal: changed(0, { champion: wrongChampion }), generation: 0, message: /champion of digest/ },
      { journal: records.slice(1), generation: 0, message: /goes on at generation 1, but 0 comes next/ },
      { journal: [...records.slice(0, 2), ...records.slice(3)], generation: 2, message: /goes on at generation 3, but 2 comes next/ },
    ]) {
      const error = await opened(journal).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ReplayError);
      expect(error).toMatchObject({ generation, message: expect.stringMatching(message) });
    }
    // A selection of its own generation, but not the one that was made: the next digest shows it.
    const other = machine(settings).select(Float32Array.from({ length: 26 }, (_, i) => -i));
    await expect(opened(changed(0, { selection: other }))).rejects.toMatchObject({ name: 'ReplayError', generation: 1 });
  });
});

it('a run replays to its champion without the losses', async () => {
  const settings = weights({ algorithm: algorithmNamed('ga: uniform, gaussian'), generations: 6, population: 26 });
  const { records, championWeights, done } = await story({ settings });
  const evolution = machine(settings);
  let found: Float32Array | null = null;
  for (const { champion, selection } of records) {
    if (champion) found = evolution.express(champion.individual);
    evolution.advance(selection);
  }
  expect(found).toEqual(championWeights);
  expect(evolution.digestOf(found as Float32Array)).toBe(done.champion?.digest);
  expect(ground(settings).config.capacity).toBe(9);
});
